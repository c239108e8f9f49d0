import { describe, expect, it } from "vitest";
import { formatCsvRow } from "../../../../src/lib/athena/csv-rows";
import { textLine } from "../../../../src/local/aws/athena/text-line";
import { columnInfo } from "../../../../src/local/aws/athena/column-info";
import { renderDouble, rendererFor } from "../../../../src/local/aws/athena/render";
import { parseLossless, type TrinoType } from "../../../../src/local/trino/client";

const plain = (rawType: string): TrinoType => ({ rawType, arguments: [] });
const timestamp = (precision: number): TrinoType => ({
  rawType: "timestamp",
  arguments: [{ kind: "LONG", value: precision }],
});
const of = (rawType: string, ...types: TrinoType[]): TrinoType => ({
  rawType,
  arguments: types.map((value) => ({ kind: "TYPE", value })),
});
const row = (...fields: [string | undefined, TrinoType][]): TrinoType => ({
  rawType: "row",
  arguments: fields.map(([name, typeSignature]) => ({
    kind: "NAMED_TYPE",
    value: { ...(name === undefined ? {} : { fieldName: { name } }), typeSignature },
  })),
});

describe("rendererFor", () => {
  it.each<[unknown, TrinoType, string | null]>([
    [null, plain("varchar"), null],
    ["", plain("varchar"), ""],
    [true, plain("boolean"), "true"],
    [7, plain("integer"), "7"],
    ["9223372036854775807", plain("bigint"), "9223372036854775807"],
    ["1.50", plain("decimal"), "1.50"],
    ["2020-01-02 03:04:05.678901", plain("timestamp"), "2020-01-02 03:04:05.678901"],
    ["2020-01-02 03:04:05", timestamp(0), "2020-01-02 03:04:05.000"],
    ["2020-01-02 03:04:05.1", timestamp(1), "2020-01-02 03:04:05.100"],
    ["2020-01-02 03:04:05.123456", timestamp(6), "2020-01-02 03:04:05.123456"],
    [
      "2020-01-02 03:04:05 +02:00",
      { ...timestamp(0), rawType: "timestamp with time zone" },
      "2020-01-02 03:04:05.000 +02:00",
    ],
    ["Cv8=", plain("varbinary"), "0a ff"],
    ["", plain("varbinary"), ""],
    [[1, null], of("array", plain("integer")), "[1, null]"],
    [[[1]], of("array", of("array", plain("double"))), "[[1.0]]"],
    [{ a: 1, b: null }, of("map", plain("varchar"), plain("integer")), "{a=1, b=null}"],
    [[1, "x"], row(["a", plain("integer")], ["b", plain("varchar")]), "{a=1, b=x}"],
    [
      [1, "x"],
      row([undefined, plain("integer")], [undefined, plain("varchar")]),
      "{field0=1, field1=x}",
    ],
  ])("%j", (value, type, expected) => {
    expect(rendererFor(type)(value)).toBe(expected);
  });
});

// What `Double.toString` of a JDK 25 answers.
describe("renderDouble", () => {
  it.each([
    [0, "0.0"],
    [-0, "-0.0"],
    [1, "1.0"],
    [-2.5, "-2.5"],
    [0.001, "0.001"],
    [0.0001, "1.0E-4"],
    [9999999, "9999999.0"],
    [1e7, "1.0E7"],
    [12345678.9, "1.23456789E7"],
    [1e100, "1.0E100"],
    [Number.MIN_VALUE, "4.9E-324"],
    [NaN, "NaN"],
    [-Infinity, "-Infinity"],
  ])("%d", (value, expected) => {
    expect(renderDouble(value)).toBe(expected);
  });
});

describe("columnInfo", () => {
  it.each<[TrinoType, object]>([
    [plain("real"), { Type: "float", Precision: 17, Scale: 0 }],
    [plain("bigint"), { Type: "bigint", Precision: 19, Scale: 0 }],
    [
      {
        rawType: "decimal",
        arguments: [
          { kind: "LONG", value: 38 },
          { kind: "LONG", value: 2 },
        ],
      },
      { Type: "decimal", Precision: 38, Scale: 2 },
    ],
    [
      { rawType: "timestamp", arguments: [{ kind: "LONG", value: 6 }] },
      { Type: "timestamp", Precision: 6, Scale: 0 },
    ],
    [plain("varchar"), { Type: "varchar", CaseSensitive: true }],
    [of("array", plain("integer")), { Type: "array", Precision: 0 }],
  ])("%j", (typeSignature, expected) => {
    expect(columnInfo({ name: "c", type: "", typeSignature })).toMatchObject({
      Name: "c",
      ...expected,
    });
  });
});

describe("result files", () => {
  it("quotes every value, doubles quotes, leaves NULL bare", () => {
    expect(formatCsvRow(["a", "", null, 'say "x", y\nz'])).toBe('"a","",,"say ""x"", y\nz"\n');
  });

  it("writes SHOW's lines with tabs", () => {
    expect(textLine(["a", null, "b"])).toBe("a\t\tb\n");
  });
});

describe("parseLossless", () => {
  it("keeps whole numbers that no double holds, and leaves text alone", () => {
    const text =
      '{"data":[[9223372036854775807,-1234567890123456789,12,"12345678901234567890",0.1234567890123456,1e20,"a\\"12345678901234567"]]}';
    expect(parseLossless(text)).toEqual({
      data: [
        [
          "9223372036854775807",
          "-1234567890123456789",
          12,
          "12345678901234567890",
          0.1234567890123456,
          1e20,
          'a"12345678901234567',
        ],
      ],
    });
  });
});
