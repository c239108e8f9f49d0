import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCsvHeader, formatCsvRow } from "../../../src/cli/format/csv";

const columns = [{ name: "a", type: "varchar" }];

describe("formatCsvRow", () => {
  it.each([
    ["plain", "plain"],
    ["", '""'],
    [null, ""],
    [-5, "-5"],
    [2n ** 60n, "1152921504606846976"],
    [true, "true"],
    ['say "hi", you', '"say ""hi"", you"'],
    ["two\nlines", '"two\nlines"'],
    ['=HYPERLINK("http://x")', '"\'=HYPERLINK(""http://x"")"'],
    ["+1", "'+1"],
    ["@cmd", "'@cmd"],
    ["-x", "'-x"],
    ["\tx", "'\tx"],
    [["a", 1], '"[""a"",1]"'],
  ])("%s", (value, field) => {
    expect(formatCsvRow(columns, { a: value })).toBe(`${field}\n`);
  });

  it("never leaves a text that a spreadsheet would run, and loses no text", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string().map((rest) => `=${rest}`),
    );
    fc.assert(
      fc.property(text, (value) => {
        const line = formatCsvRow(columns, { a: value }).slice(0, -1);
        const field = line.startsWith('"') ? line.slice(1, -1).replaceAll('""', '"') : line;
        expect(field).not.toMatch(/^[=+\-@\t\r]/);
        expect(field === value || field === `'${value}`).toBe(true);
      }),
    );
  });
});

it("guards the names of columns as well", () => {
  expect(
    formatCsvHeader([
      { name: "=1+1", type: "integer" },
      { name: "n", type: "integer" },
    ]),
  ).toBe("'=1+1,n\n");
});
