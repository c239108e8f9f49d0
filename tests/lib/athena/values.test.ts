import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readerFor, type Value } from "../../../src/lib/athena/values";

describe("readerFor", () => {
  it.each<[type: string, text: string, value: Value]>([
    ["integer", "-5", -5],
    ["bigint", "9007199254740991", 9007199254740991],
    ["bigint", "9007199254740993", 9007199254740993n],
    ["bigint", "-9223372036854775808", -9223372036854775808n],
    ["decimal(10,2)", "12.30", 12.3],
    ["decimal(38,2)", "12345678901234567890.10", "12345678901234567890.10"],
    ["decimal", "1.5", "1.5"],
    ["double", "1.0E-5", 0.00001],
    ["double", "Infinity", Infinity],
    ["double", "NaN", NaN],
    ["boolean", "true", true],
    ["boolean", "false", false],
    ["varchar", "007", "007"],
    ["varchar", "", ""],
    ["date", "2021-07-21", "2021-07-21"],
    ["timestamp", "2021-07-21 08:00:00.000", "2021-07-21T08:00:00Z"],
    ["timestamp", "2021-07-21 08:00:00.123400", "2021-07-21T08:00:00.1234Z"],
    ["timestamp(6) with time zone", "2021-07-21 08:00:00.000000 UTC", "2021-07-21T08:00:00Z"],
    ["timestamp with time zone", "2021-07-21 01:30:00.5 +02:00", "2021-07-20T23:30:00.5Z"],
    [
      "timestamp with time zone",
      "2021-07-21 08:00:00 Europe/Berlin",
      "2021-07-21 08:00:00 Europe/Berlin",
    ],
    ["json", '{"a":[1,null]}', { a: [1, null] }],
    ["json", "{broken", "{broken"],
    ["json", '{"id":9007199254740993}', { id: 9007199254740993n }],
    ["json", "-9223372036854775808", -9223372036854775808n],
    ["json", '["9007199254740993", 9007199254740991]', ["9007199254740993", 9007199254740991]],
    ["json", '["a\\" 9007199254740993"]', ['a" 9007199254740993']],
    [
      "json",
      '{"9007199254740993": 1.2345678901234567}',
      { "9007199254740993": 1.2345678901234567 },
    ],
    ["json", "[9007199254740993, broken", "[9007199254740993, broken"],
    ["json", "1e21", 1e21],
    ["array", "[1, 2]", [1, 2]],
    ["array", "[]", []],
    ["array", "[[a], {k=v}]", [["a"], { k: "v" }]],
    ["array", "[a], b]", "[a], b]"],
    ["map", "{a=1, b=x}", { a: 1, b: "x" }],
    ["map", "{}", {}],
    ["row", "{id=007, ok=true, none=null}", { id: "007", ok: true, none: null }],
    ["row", "{no equals}", "{no equals}"],
    ["time", "08:00:00", "08:00:00"],
    ["interval day to second", "1 00:00:00.000", "1 00:00:00.000"],
  ])("%s %s", (type, text, value) => {
    expect(readerFor(type)(text)).toEqual(value);
  });

  it("takes the precision that Athena tells beside the type", () => {
    expect(readerFor("decimal", 10)("12.30")).toBe(12.3);
    expect(readerFor("decimal", 20)("12.30")).toBe("12.30");
  });

  it("keeps every bigint exact", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const read = readerFor("bigint")(value.toString());
        expect(BigInt(read as number | bigint)).toBe(value);
      }),
    );
  });

  it("keeps every decimal of 15 digits exact as a number", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999_999_999 }), (digits) => {
        const text = `${Math.floor(digits / 1000)}.${String(digits % 1000).padStart(3, "0")}`;
        expect((readerFor("decimal", 15)(text) as number).toFixed(3)).toBe(text);
      }),
    );
  });

  it("never throws on an array's text, whatever it holds", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("[", "]", "{", "}", ",", " ", "=", "a", "1") }),
        (text) => {
          readerFor("array")(text);
        },
      ),
    );
  });
});
