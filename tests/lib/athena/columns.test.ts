import { describe, expect, it } from "vitest";
import { rowReader, uniqueNames } from "../../../src/lib/athena/columns";

describe("uniqueNames", () => {
  it.each<[string[], string[]]>([
    [
      ["a", "b"],
      ["a", "b"],
    ],
    [
      ["a", "a", "a"],
      ["a", "a_2", "a_3"],
    ],
    [
      ["a", "a", "a_2"],
      ["a", "a_3", "a_2"],
    ],
    [
      ["", ""],
      ["_col0", "_col1"],
    ],
  ])("%j becomes %j", (names, unique) => {
    expect(uniqueNames(names)).toEqual(unique);
  });
});

describe("rowReader", () => {
  it.each(["__proto__", "constructor", "repo"])("reads a row with a column %s", (name) => {
    const reader = rowReader([
      { Name: name, Type: "varchar" },
      { Name: "events", Type: "bigint" },
      { Name: "share", Type: "decimal", Precision: 5, Scale: 2 },
    ]);
    expect(Object.entries(reader.read(["x", null, "0.50"]))).toEqual([
      [name, "x"],
      ["events", null],
      ["share", 0.5],
    ]);
    expect(reader.columns).toEqual([
      { name, type: "varchar" },
      { name: "events", type: "bigint" },
      { name: "share", type: "decimal(5,2)" },
    ]);
    expect(reader.isHeader([name, "events", "share"])).toBe(true);
    expect(reader.isHeader([name, null, null])).toBe(false);
  });
});
