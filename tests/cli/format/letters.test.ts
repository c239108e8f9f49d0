import { describe, expect, it } from "vitest";
import { formatReplay } from "../../../src/cli/commands/dead-letters";
import { formatLetters, letterRecords } from "../../../src/cli/format/letters";
import { printable } from "../../../src/cli/format/printable";
import type { LetterList } from "../../../src/lib/dead-letters/list";

describe("printable", () => {
  it.each([
    ["\u001b[31mred", "\\x1b[31mred"],
    ["two\nlines\t\r", "two\\nlines\\t\\r"],
    ["\u202egnp.exe", "\\u{202e}gnp.exe"],
    ["\u2028", "\\u{2028}"],
    ["\u0085", "\\x85"],
    ["plain ünïcode 😀", "plain ünïcode 😀"],
  ])("%j", (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  it("cuts what is too long", () => {
    expect(printable("abcdef", 4)).toBe("abc…");
  });
});

const list: LetterList = {
  ...{ topic: "t.dead-letter", total: 30, replayed: 1 },
  letters: [
    {
      ...{ partition: 1, offset: 5n, id: "i", atMs: 0, reason: "not\u001b JSON", replayed: true },
      found: { kind: "topic", topic: "t", partition: 1, offset: "9" },
      key: null,
      value: Buffer.from("\u001b]0;title\u0007nonsense"),
    },
  ],
  reasons: [{ reason: "not JSON", letters: 30, lastMs: 0 }],
};

describe("dead letters", () => {
  it("are a table in which nothing steers the terminal", () => {
    expect(formatLetters(list).split("\n")).toEqual([
      "when (UTC)           letter  found at  reason        bytes  state     begins with",
      "1970-01-01 00:00:00  1:5     t 1:9     not\\x1b JSON  18     replayed  \\x1b]0;title\\x07nonsense",
      "",
      "the latest 1 of 30 letters in t.dead-letter, 1 of them replayed",
    ]);
  });

  it("are JSON with their place and the first characters", () => {
    expect(letterRecords(list)).toMatchObject({
      letters: [{ from_topic: "t", from_partition: 1, from_offset: 9, bytes: 18, replayed: true }],
      by_reason: [{ reason: "not JSON", letters: 30 }],
    });
  });

  it("are replayed in one line", () => {
    const counts = { letters: 9, replayed: 4, still_unreadable: 2, already_replayed: 1 };
    expect(formatReplay({ ...counts, skipped: 2, in_doubt: 0 }, false)).toBe(
      "4 replayed of 9 letters, 2 still unreadable, 1 replayed before, 2 of types that are not kept",
    );
  });
});
