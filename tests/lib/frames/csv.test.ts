import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { installationDir } from "../../../src/lib/config/sources";
import { formatCsvLine } from "../../../src/lib/frames/csv";
import { hostileNames } from "../analyses/sample-rows";

describe("formatCsvLine", () => {
  it.each([
    ["plain", "plain"],
    ["", '""'],
    [null, ""],
    [undefined, ""],
    [NaN, ""],
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
    [" =1+1", "' =1+1"],
    ["\u200b=1+1", "'\u200b=1+1"],
    ["\u0000=1+1", "'\u0000=1+1"],
    ["＝1+1", "'＝1+1"],
    [["a", 1n], '"[""a"",""1""]"'],
  ])("%s", (value, field) => {
    expect(formatCsvLine([value])).toBe(`${field}\n`);
  });

  it("never leaves a text that a spreadsheet would run, and loses no text", () => {
    const start = fc.constantFrom("", "=", " +", "@", "\t", "\u200b-");
    const text = fc.tuple(start, fc.string()).map((parts) => parts.join(""));
    fc.assert(
      fc.property(text, (value) => {
        const line = formatCsvLine([value]).slice(0, -1);
        const field = line.startsWith('"') ? line.slice(1, -1).replaceAll('""', '"') : line;
        expect(field).not.toMatch(/^[\s\p{C}]*[=+\-@]|^[\t\r\n]/u);
        expect(field === value || field === `'${value}`).toBe(true);
      }),
    );
  });

  const python = join(
    process.env["WORKBENCH_HOME"] ?? join(installationDir, ".workbench"),
    "venv/bin/python",
  );
  it.runIf(existsSync(python))("what is exact is read back by another program as it was", () => {
    const texts = hostileNames.map((name) => name.replaceAll(/\p{Cs}/gu, "").replaceAll("\0", ""));
    const csv = texts.map((text, at) => formatCsvLine([text, at], "exact")).join("");
    const read = "import csv, json, sys; print(json.dumps(list(csv.reader(sys.stdin))))";
    const rows = execFileSync(python, ["-X", "utf8", "-c", read], { input: csv, encoding: "utf8" });
    expect(JSON.parse(rows)).toEqual(texts.map((text, at) => [text, String(at)]));
  });
});
