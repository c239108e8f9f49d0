import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { renderParameter, type QueryParameter } from "../../../src/lib/athena/parameters";
import { WorkbenchError } from "../../../src/lib/errors";

describe("renderParameter", () => {
  it.each<[QueryParameter, string]>([
    ["", "''"],
    ["it's", "'it''s'"],
    ["'; DROP TABLE github_events; --", "'''; DROP TABLE github_events; --'"],
    ["back\\slash ? ${x}", "'back\\slash ? ${x}'"],
    [7, "7"],
    [-7, "-7"],
    [-0, "0"],
    [1.5, "1.5E0"],
    [-0.000001, "-1E-6"],
    [1e300, "1E300"],
    [9007199254740993n, "9007199254740993"],
    [true, "TRUE"],
    [false, "FALSE"],
    [null, "NULL"],
    [new Date("2021-07-21T08:00:00.250Z"), "TIMESTAMP '2021-07-21 08:00:00.250'"],
  ])("%s becomes %s", (value, literal) => {
    expect(renderParameter(value)).toBe(literal);
  });

  it.each<[string, unknown]>([
    ["NaN", NaN],
    ["Infinity", -Infinity],
    ["invalid date", new Date("no")],
    ["zero byte", "a\0b"],
    ["1024", "x".repeat(1023)],
    ["array", [1]],
    ["undefined", undefined],
  ])("refuses %s", (words, value) => {
    expect(() => renderParameter(value as QueryParameter)).toThrow(WorkbenchError);
    expect(() => renderParameter(value as QueryParameter)).toThrow(words);
  });

  it("keeps any text inside its literal", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 400 }), (text) => {
        fc.pre(!text.includes("\0"));
        const literal = renderParameter(text);
        // Read back as SQL does: one literal, whose doubled quotes are single ones.
        const inside = /^'((?:[^']|'')*)'$/s.exec(literal)?.[1];
        expect(inside?.replaceAll("''", "'")).toBe(text);
      }),
    );
  });
});
