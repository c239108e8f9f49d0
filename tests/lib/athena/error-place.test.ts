import { expect, it } from "vitest";
import { markPlace } from "../../../src/lib/athena/error-place";

it.each([
  ["SELECT x", "COLUMN_NOT_FOUND: line 1:8: Column 'x'", "  1 | SELECT x\n    |        ^"],
  ["SELECT\n\tx,\n  y", "line 3:3: Column 'y'", "  3 |   y\n    |   ^"],
  ["SELECT\n\tx", "line 2:2: Column 'x'", "  2 |  x\n    |  ^"],
  // What ends too early is marked behind its last letter.
  ["SELECT 1 +", "mismatched input '<EOF>' at line 1:11", "  1 | SELECT 1 +\n    |           ^"],
])("%j, %s", (sql, reason, place) => {
  expect(markPlace(sql, reason)).toBe(place);
});

it("cuts a long line around the place", () => {
  const sql = `SELECT ${"a, ".repeat(100)}WRONG${", b".repeat(100)}`;
  const at = sql.indexOf("WRONG") + 1;
  const [line = "", mark = ""] = markPlace(sql, `line 1:${at}: no`)?.split("\n") ?? [];
  expect(line.length).toBeLessThan(115);
  expect(line.slice(mark.indexOf("^")).startsWith("WRONG")).toBe(true);
});

it.each([
  ["no place", "SELECT 1", "out of memory"],
  ["a line the SQL does not have", "SELECT 1", "line 7:1: no"],
  ["a column the line does not have", "SELECT 1", "line 1:70: no"],
])("%s gives no mark", (_, sql, reason) => {
  expect(markPlace(sql, reason)).toBeUndefined();
});
