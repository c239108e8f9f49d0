import { describe, expect, it } from "vitest";
import { addValues, countRows, toRows } from "../../../src/lib/athena/column-values";
import { rowReader } from "../../../src/lib/athena/columns";
import type { Value } from "../../../src/lib/athena/values";

const reader = rowReader([
  { Name: "id", Type: "bigint" },
  { Name: "__proto__", Type: "varchar" },
]);

describe("column values", () => {
  it("are read page by page, a missing text as no value, and made into the rows they were", () => {
    const values: Value[][] = [[], []];
    addValues(values, reader, [
      ["1", "a"],
      ["9007199254740993", null],
    ]);
    addValues(values, reader, [["3"]]);
    expect(values).toEqual([
      [1, 9007199254740993n, 3],
      ["a", null, null],
    ]);
    expect(countRows(values)).toBe(3);
    expect(toRows(reader.columns, values).map((row) => Object.entries(row))).toEqual([
      [
        ["id", 1],
        ["__proto__", "a"],
      ],
      [
        ["id", 9007199254740993n],
        ["__proto__", null],
      ],
      [
        ["id", 3],
        ["__proto__", null],
      ],
    ]);
  });

  it("of a statement without columns are none", () => {
    expect(countRows([])).toBe(0);
    expect(toRows([], [])).toEqual([]);
  });
});
