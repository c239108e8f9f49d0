import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clipEnd, clipMiddle, columnsOf } from "../../../src/lib/notebook/text-columns";

it.each([
  ["plain/repo", 10],
  ["", 0],
  ["日本語", 6],
  ["한국어 ok", 9],
  ["👩 x", 4],
  ["e\u0301", 1],
  ["\u2068שלום\u2069", 4],
])("%j takes %d columns", (text, columns) => {
  expect(columnsOf(text)).toBe(columns);
});

describe.each([
  ["clipEnd", clipEnd],
  ["clipMiddle", clipMiddle],
] as const)("%s", (_, clip) => {
  it("is never wider than asked, and leaves no half of a pair", () => {
    const char = fc.constantFrom("a", "日", "👩", "\u0301", "-", "ש");
    const text = fc.array(char, { maxLength: 80 }).map((chars) => chars.join(""));
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 40 }), (value, max) => {
        const cut = clip(value, max);
        expect(columnsOf(cut)).toBeLessThanOrEqual(max);
        expect(cut).not.toMatch(/\p{Cs}/u);
        expect(cut === value).toBe(columnsOf(value) <= max);
      }),
    );
  });
});

it.each([
  ["organisation/some-repository-12", 20, "organisati…sitory-12"],
  ["日本語のリポジトリ", 9, "日本…トリ"],
  ["abc", 3, "abc"],
])("the middle of %j is cut for %d columns", (text, max, cut) => {
  expect(clipMiddle(text, max)).toBe(cut);
});
