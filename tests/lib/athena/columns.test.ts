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
  const reader = rowReader([
    { Name: "__proto__", Type: "varchar" },
    { Name: "events", Type: "bigint" },
    { Name: "share", Type: "decimal", Precision: 5, Scale: 2 },
  ]);

  it("reads rows, a value left out as null, and columns of any name", () => {
    const row = reader.read({ Data: [{ VarCharValue: "x" }, {}, { VarCharValue: "0.50" }] });
    expect(Object.entries(row)).toEqual([
      ["__proto__", "x"],
      ["events", null],
      ["share", 0.5],
    ]);
    expect(reader.columns.map((column) => column.type)).toEqual([
      "varchar",
      "bigint",
      "decimal(5,2)",
    ]);
  });

  it("knows the header from a row", () => {
    const header = {
      Data: ["__proto__", "events", "share"].map((VarCharValue) => ({ VarCharValue })),
    };
    expect(reader.isHeader(header)).toBe(true);
    expect(reader.isHeader({ Data: [{ VarCharValue: "__proto__" }, {}, {}] })).toBe(false);
  });
});
