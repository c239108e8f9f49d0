import ts from "typescript";
import { describe, expect, it } from "vitest";
import { readCell } from "../../src/kernel/cell-source";

describe("readCell", () => {
  it.each<[string, boolean]>([
    ["await f()", true],
    ["await (await wb.analyse('x')).chart().show();", true],
    ["const both = await [a, b];", true],
    ["const text = `${await (f())}`;", true],
    ["for await (const x of xs) console.log(x);", true],
    ["if (x) { await (f()); }", true],
    ["for (const x of xs) console.log(x);", false],
    ["const f = async () => { await (g()); };", false],
    ["async function f() { for await (const x of xs) await x; }", false],
    ["class A { async f() { await (g()); } }", false],
    ["// await (f())", false],
    ["'await (f())'", false],
    ["let broken = (", false],
    ["", false],
  ])("finds whether %j waits at the top", (source, awaits) => {
    expect(readCell(ts, source).awaits).toBe(awaits);
  });

  it.each([
    ["f({ df });", "f({ df: df });"],
    ["const o = { a, b: 1, c };", "const o = { a: a, b: 1, c: c };"],
    ["({ a, b = 2 } = o);", "({ a: a, b: b = 2 } = o);"],
    ["const { a, b } = o;", "const { a, b } = o;"],
    ["import { a } from 'b'; export { a };", "import { a } from 'b'; export { a };"],
  ])("writes the shorthands of %j out", (source, text) => {
    expect(readCell(ts, source).text).toBe(text);
  });

  it("knows each place as it was written", () => {
    const source = "const a = 1;\nf({ a }, { a }); wrong;\nalso;";
    const { text, toWritten } = readCell(ts, source);
    for (const word of ["const", "f(", "wrong", "also"]) {
      const file = ts.createSourceFile("cell.ts", text, ts.ScriptTarget.ES2022);
      const offset = text.indexOf(word);
      const written = toWritten({ offset, ...file.getLineAndCharacterOfPosition(offset) });
      expect(source.slice(written.offset)).toMatch(new RegExp(`^${word.replace("(", "\\(")}`));
      expect(source.split("\n")[written.line]?.slice(written.character)).toMatch(
        new RegExp(`^${word.replace("(", "\\(")}`),
      );
    }
  });
});
