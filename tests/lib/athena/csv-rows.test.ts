import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CsvRows, formatCsvRow, type TextRow } from "../../../src/lib/athena/csv-rows";

/** Reads a text in pieces of a length. */
function read(text: string, pieceLength: number): TextRow[] {
  const csv = new CsvRows();
  const rows: TextRow[] = [];
  for (let at = 0; at < text.length; at += pieceLength) {
    rows.push(...csv.add(text.slice(at, at + pieceLength)));
  }
  return [...rows, ...csv.end()];
}

describe("CsvRows", () => {
  it.each<[text: string, rows: TextRow[]]>([
    ["", []],
    ["\n", [[null]]],
    ["\n\n", [[null], [null]]],
    ['""\n', [[""]]],
    [",\n", [[null, null]]],
    ['"",\n', [["", null]]],
    [',""\n', [[null, ""]]],
    [
      '"a","b"\n"c",\n',
      [
        ["a", "b"],
        ["c", null],
      ],
    ],
    ['"say ""x"""\n', [['say "x"']]],
    ['""""\n', [['"']]],
    ['""""""\n', [['""']]],
    ['"a,b\nc\r\nd","e"\n', [["a,b\nc\r\nd", "e"]]],
    ['"é🎈"\n', [["é🎈"]]],
  ])("%j", (text, rows) => {
    for (const length of [1, 2, 3, 1000]) expect(read(text, length)).toEqual(rows);
  });

  it.each([
    ['"a', "ends within a row"],
    ['"a"', "ends within a row"],
    ['"a",', "ends within a row"],
    ['"a"\n"b', "ends within a row"],
    ["a\n", "without quotes"],
    ['"a" ,"b"\n', "goes on after"],
    ['"a""b\n', "ends within a row"],
    ['"a"\r\n', "goes on after"],
  ])("%j is refused", (text, words) => {
    for (const length of [1, 2, 1000]) expect(() => read(text, length)).toThrow(words);
  });

  it("reads back whatever is written, cut anywhere", () => {
    const value = fc.option(
      fc.string({ unit: fc.constantFrom('"', ",", "\n", "\r", "a", "é", "🎈") }),
    );
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((width) => fc.array(fc.array(value, { minLength: width, maxLength: width })));
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 9 }), (rows, length) => {
        expect(read(rows.map(formatCsvRow).join(""), length)).toEqual(rows);
      }),
    );
  });

  it("reads a row of 32 MB that comes in small pieces, in time that grows with its length", () => {
    const value = `${"x".repeat(99)}"`.repeat(320_000);
    const started = performance.now();
    expect(read(formatCsvRow([value, null]), 65_536)).toEqual([[value, null]]);
    // Read anew with each piece it takes minutes.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
