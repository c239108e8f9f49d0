import fc from "fast-check";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { Notebook } from "../../../src/lib/report/notebooks";
import {
  listParameters,
  literalText,
  parseSetOptions,
  setParameters,
} from "../../../src/lib/report/parameters";

const source = [
  "// What to look at",
  "const days = 7; // days back",
  'const repo: string = "octo/repo";',
  "let bots = false",
  "const rate = -0.5;",
  "const computed = days * 2;",
  'const address = "https://example.org//x"; // with slashes',
].join("\n");

function notebookOf(text: string, tags = ["parameters"]): Notebook {
  const cell = { cell_type: "code", source: text.split(/(?<=\n)/), metadata: { tags } };
  const other = { cell_type: "code", source: "const days = 1;", metadata: {} };
  return { cells: [cell, other], metadata: {}, nbformat: 4, nbformat_minor: 5 };
}

function textOf(notebook: Notebook): string {
  return String(notebook.cells[0]?.source);
}

describe("parameters of a notebook", () => {
  it("are the literal constants of tagged cells", () => {
    expect(listParameters(notebookOf(source))).toEqual([
      { name: "days", literal: "7", meaning: "days back" },
      { name: "repo", literal: '"octo/repo"', meaning: "" },
      { name: "bots", literal: "false", meaning: "" },
      { name: "rate", literal: "-0.5", meaning: "" },
      { name: "address", literal: '"https://example.org//x"', meaning: "with slashes" },
    ]);
    expect(listParameters(notebookOf(source, []))).toEqual([]);
  });

  it("are set in place, the rest of the line kept", () => {
    const values = { days: "30", repo: 'a"; process.exit(); "', bots: "true" };
    const text = textOf(setParameters(notebookOf(source), values, "n"));
    expect(text).toContain("const days = 30; // days back");
    expect(text).toContain('const repo: string = "a\\"; process.exit(); \\"";');
    expect(text).toContain("let bots = true\n");
    expect(text).toContain("const rate = -0.5;");
  });

  it("leave cells without the tag alone", () => {
    const set = setParameters(notebookOf(source), { days: "30" }, "n");
    expect(set.cells[1]?.source).toBe("const days = 1;");
  });

  it.each([
    ["an unknown name", { hours: "1" }, /n has no parameter hours/],
    ["a computed constant", { computed: "1" }, /no parameter computed/],
    ["words for a number", { days: "many" }, /--set days takes a number, not "many"/],
    ["code for a number", { days: "7;process.exit()" }, /takes a number/],
    ["a number for a flag", { bots: "1" }, /--set bots takes true or false, not 1/],
  ])("refuse %s", (_what, values, message) => {
    expect(() => setParameters(notebookOf(source), values as Record<string, string>, "n")).toThrow(
      message,
    );
  });

  it("any text set comes out as the same text when the cell runs", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const cell = notebookOf('const name = "x"; // words');
        const code = textOf(setParameters(cell, { name: value }, "n"));
        expect(runInNewContext(`${code}\nname`)).toBe(value);
      }),
    );
  });
});

describe("a literal as people write it", () => {
  it.each([
    ['"octo/repo"', "octo/repo"],
    ['"a \\"b\\" \\u2028"', 'a "b" \u2028'],
    ["'it\\'s'", "it's"],
    ["1_000", "1000"],
    ["-0.5", "-0.5"],
    ["true", "true"],
  ])("%s", (literal, text) => {
    expect(literalText(literal)).toBe(text);
  });
});

describe("--set", () => {
  it("takes NAME=VALUE, the value with further =", () => {
    expect(parseSetOptions(["days=30", "query=a=b", "empty="])).toEqual({
      days: "30",
      query: "a=b",
      empty: "",
    });
  });

  it.each([[["days"]], [["=1"]], [["days=1", "days=2"]]])("refuses %j", (pairs) => {
    expect(() => parseSetOptions(pairs)).toThrow(/--set/);
  });
});
