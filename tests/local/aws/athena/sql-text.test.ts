import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bindParameters,
  cutSql,
  hasWord,
  leadingWords,
  trimStatement,
} from "../../../../src/local/aws/athena/sql-text";

describe("trimStatement", () => {
  it.each([
    ["SELECT 1", "SELECT 1"],
    ["  SELECT 1 ;  ", "SELECT 1"],
    ["SELECT 1;;\n;", "SELECT 1"],
    ["SELECT 1; -- done; really", "SELECT 1"],
    ["SELECT 1 /* ; */;", "SELECT 1 /* ; */"],
    ["SELECT ';'", "SELECT ';'"],
    ["SELECT 'it''s; fine' ;", "SELECT 'it''s; fine'"],
    ['SELECT 1 AS "a;b";', 'SELECT 1 AS "a;b"'],
    ["SELECT 1 -- ;", "SELECT 1 -- ;"],
    ["-- first; a comment\nSELECT 1;", "-- first; a comment\nSELECT 1"],
    ["SELECT 'open; literal", "SELECT 'open; literal"],
  ])("%j", (sql, expected) => {
    expect(trimStatement(sql)).toEqual({ sql: expected });
  });

  it.each([
    ["", "empty"],
    [" ; -- nothing", "empty"],
    ["/* only this */", "empty"],
    ["SELECT 1; SELECT 2", "Only one sql statement"],
    ["SELECT ';'; DROP TABLE t", "Only one sql statement"],
  ])("refuses %j", (sql, words) => {
    expect(trimStatement(sql)).toEqual({ problem: expect.stringContaining(words) as string });
  });
});

describe("cutSql", () => {
  it("loses nothing, whatever the text", () => {
    const text = fc.array(
      fc.constantFrom("'", '"', ";", "--", "/*", "*/", "\n", "é", "x1", " ", "🎈"),
    );
    fc.assert(
      fc.property(text, (parts) => {
        const sql = parts.join("");
        const joined = cutSql(sql)
          .map((piece) => piece.text)
          .join("");
        expect(joined).toBe(sql);
      }),
    );
  });
});

describe("words", () => {
  it.each([
    ["/* c */ (\n(select 1))", ["SELECT"]],
    ["-- x\ncreate TABLE t AS SELECT 1", ["CREATE", "TABLE", "T"]],
    ["SHOW TABLES IN a", ["SHOW", "TABLES", "IN"]],
    ["'text'", []],
  ])("leads %j", (sql, words) => {
    expect(leadingWords(sql, 3)).toEqual(words);
  });

  it("are not looked for in literals and comments", () => {
    expect(hasWord("SELECT 'as' /* as */ -- as", "AS")).toBe(false);
    expect(hasWord("SELECT 1 as x", "AS")).toBe(true);
  });
});

describe("bindParameters", () => {
  it("quotes the statement and keeps a line a parameter", () => {
    expect(bindParameters("SELECT 'a' = ?, ?", ["'it''s'", "1 -- x"])).toBe(
      "EXECUTE IMMEDIATE 'SELECT ''a'' = ?, ?' USING\n'it''s',\n1 -- x",
    );
    expect(bindParameters("SELECT 1", [])).toBe("SELECT 1");
  });
});
