import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Change, DurableMap } from "../../../src/local/aws/durable-map";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "durable-"));
  file = join(dir, "map.log");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** What a map holds of some collections. */
function contents(map: DurableMap, collections = ["a", "b"]): unknown {
  return collections.map((name) => map.keys(name).map((key) => [key, map.get(name, key)]));
}

function opened<T>(use: (map: DurableMap) => T): T {
  const map = new DurableMap(file);
  try {
    return use(map);
  } finally {
    map.close();
  }
}

const put = (key: string, value: unknown, collection = "a"): Change => ({
  put: collection,
  key,
  value,
});

describe("a durable map", () => {
  it("holds what was applied, without being closed", () => {
    const map = new DurableMap(file);
    map.apply([put("1", { deep: ["ü\n"] }), put("2", 2)]);
    map.apply([{ remove: "a", key: "2" }, put("3", 3, "b")]);
    map.apply([{ drop: "b" }]);
    const expected = [[["1", { deep: ["ü\n"] }]], []];
    expect(contents(map)).toEqual(expected);
    // As after a kill: a second reader of the same bytes.
    expect(opened((again) => contents(again))).toEqual(expected);
    map.close();
  });

  it("loses only the change that was being written when it was cut off anywhere", () => {
    opened((map) => map.apply([put("1", 1)]));
    const before = readFileSync(file).length;
    opened((map) => map.apply([put("2", 2), put("3", 3, "b")]));
    const whole = readFileSync(file);
    // The file is written anew at each opening: the group is one line only in the appended form.
    const group = `${JSON.stringify([put("2", 2), put("3", 3, "b")])}\n`;
    for (let bytes = 0; bytes < group.length; bytes += 1) {
      writeFileSync(file, whole.subarray(0, before));
      appendFileSync(file, group.slice(0, bytes));
      expect(opened((map) => contents(map))).toEqual([[["1", 1]], []]);
      // And what is written next is not glued to the rest of it.
      opened((map) => map.apply([put("4", 4)]));
      expect(opened((map) => map.get("a", "4"))).toBe(4);
    }
    writeFileSync(file, whole.subarray(0, before));
    appendFileSync(file, group);
    expect(opened((map) => contents(map))).toEqual([
      [
        ["1", 1],
        ["2", 2],
      ],
      [["3", 3]],
    ]);
  });

  it("refuses a file that is damaged before its end, naming the line", () => {
    opened((map) => map.apply([put("1", 1)]));
    const text = readFileSync(file, "utf8").replace('"key":"1"', '"key:"1"');
    writeFileSync(file, `${text}${JSON.stringify([put("2", 2)])}\n`);
    expect(() => new DurableMap(file)).toThrow(/map\.log: line 2 cannot be read/);
    writeFileSync(file, '{"format":"another","version":9}\n');
    expect(() => new DurableMap(file)).toThrow(/line 1 cannot be read/);
  });

  it("is written anew when it has grown, and holds the same", () => {
    const big = "x".repeat(100_000);
    opened((map) => {
      for (let n = 0; n < 100; n += 1)
        map.apply([put("1", `${n}${big}`), put(String(n % 3), n, "b")]);
      expect(readFileSync(file).length).toBeLessThan(5_000_000);
      map.apply([put("2", "after")]);
    });
    expect(opened((map) => [map.get("a", "1"), map.get("a", "2"), map.keys("b")])).toEqual([
      `99${big}`,
      "after",
      ["0", "1", "2"],
    ]);
  });

  it("is what a plain map is, whatever is applied and however often it is opened", () => {
    const change = fc.oneof(
      fc.record({
        put: fc.constantFrom("a", "b"),
        key: fc.constantFrom("x", "y"),
        value: fc.nat(),
      }),
      fc.record({ remove: fc.constantFrom("a", "b"), key: fc.constantFrom("x", "y") }),
      fc.record({ drop: fc.constantFrom("a", "b") }),
    );
    const steps = fc.array(fc.array(change, { maxLength: 4 }), { maxLength: 8 });
    fc.assert(
      fc.property(steps, (groups) => {
        rmSync(file, { force: true });
        const plain = new Map<string, Map<string, unknown>>();
        for (const group of groups) {
          opened((map) => map.apply(group));
          for (const one of group) {
            if ("drop" in one) plain.delete(one.drop);
            else if ("remove" in one) plain.get(one.remove)?.delete(one.key);
            else
              plain.set(
                one.put,
                (plain.get(one.put) ?? new Map<string, unknown>()).set(one.key, one.value),
              );
          }
        }
        const expected = ["a", "b"].map((name) => [...(plain.get(name) ?? [])].sort());
        expect(opened((map) => contents(map))).toEqual(expected);
      }),
      { numRuns: 30 },
    );
  });

  it("answers no change that is not on the disk", () => {
    const map = new DurableMap(file);
    map.apply([put("1", 1)]);
    map.close();
    // A closed handle cannot be written: neither the file nor the memory may have it.
    expect(() => map.apply([put("2", 2)])).toThrow(/EBADF/);
    expect(map.get("a", "2")).toBeUndefined();
    expect(() => map.apply([put("3", 3)])).toThrow(/could not be written, and is not written/);
  });
});
