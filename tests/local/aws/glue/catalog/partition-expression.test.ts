import { describe, expect, it } from "vitest";
import { readPartitionExpression } from "../../../../../src/local/aws/glue/catalog/partition-expression";

const keys = [
  { Name: "year", Type: "int" },
  { Name: "day", Type: "date" },
  { Name: "kind", Type: "string" },
  { Name: "price", Type: "decimal(10,2)" },
];
const values = ["2024", "2024-03-09", "it's", "9.50"];

describe("readPartitionExpression", () => {
  it.each([
    ["year = 2024", true],
    ["year = '2024'", true],
    ["YEAR=2024", true],
    // As numbers: as letters 999 would be more than 2024.
    ["year > 999", true],
    ["999 < year", true],
    ["2025 <= year", false],
    ["year <> 2024", false],
    ["year != 2023", true],
    ["price > 10", false],
    ["price >= 9.5", true],
    ["day >= '2024-03-01' AND day < '2024-04-01'", true],
    ["day = date '2024-03-09'", true],
    ["day between '2024-03-10' and '2024-03-11'", false],
    ["day NOT BETWEEN '2024-03-10' AND '2024-03-11'", true],
    ["kind = 'it''s'", true],
    ['kind = "it\'s"', true],
    ["kind IN ('a', 'it''s')", true],
    ["kind NOT IN ('a', 'b')", true],
    ["kind LIKE 'i_''%'", true],
    ["kind like 'i%x'", false],
    ["kind = 'a' OR year = 2024 AND price = 9.5", true],
    ["(kind = 'a' OR year = 2024) AND price = 9", false],
    ["NOT (kind = 'a')", true],
    ["not kind is null", true],
    ["`kind` IS NOT NULL", true],
  ])("%s: %s", (expression, expected) => {
    expect(readPartitionExpression(expression, keys)(values)).toBe(expected);
  });

  it("takes Hive's null for one", () => {
    const nulls = ["2024", "__HIVE_DEFAULT_PARTITION__", "a", "1"];
    expect(readPartitionExpression("day IS NULL", keys)(nulls)).toBe(true);
    expect(readPartitionExpression("day < '2025-01-01'", keys)(nulls)).toBe(false);
  });

  it.each([
    ["month = 1", "month is no partition key"],
    ["year = 'abc'", "abc is no value of the key's type"],
    ["year = kind", "kind is no value of the key's type"],
    ["year", "it ends too early"],
    ["year = 1 2", "2 is not expected there"],
    ["(year = 1", ") is missing"],
    ["year ~ 1", "nothing known begins at character 5"],
    ["year ( 1", "( is no comparison"],
    ["year between 1 or 2", "BETWEEN has no AND"],
    ["length(kind) = 2", "length is no partition key"],
  ])("refuses %s: %s", (expression, words) => {
    expect(() => readPartitionExpression(expression, keys)).toThrow(words);
  });
});
