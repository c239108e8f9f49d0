import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clip, cutRows } from "../../../src/lib/notebook/cells";
import { formatHtmlTable } from "../../../src/lib/notebook/html-table";
import { formatTextTable } from "../../../src/lib/notebook/text-table";
import { hostileNames } from "../analyses/sample-rows";

const columns = [
  { name: "repo", type: "varchar" },
  { name: "n", type: "bigint" },
];

describe("formatTextTable", () => {
  it("lines columns up, numbers to the right", () => {
    const rows = [
      { repo: "a/b", n: 7 },
      { repo: null, n: 1234 },
    ];
    expect(formatTextTable(columns, rows)).toBe(
      ["repo     n", "────  ────", "a/b      7", "null  1234"].join("\n"),
    );
  });

  it("shows head and tail of many rows", () => {
    const rows = Array.from({ length: 1000 }, (_, n) => ({ repo: "r", n }));
    const text = formatTextTable(columns, rows);
    expect(text).toContain("… 980 more …");
    expect(text.split("\n")).toHaveLength(2 + 15 + 1 + 5);
    expect(text).toMatch(/999$/);
  });

  it("lines up wide writing, and keeps what is written from right to left to itself", () => {
    const rows = [
      { repo: "日本語", n: 1 },
      { repo: "שלום", n: 22 },
      { repo: "abcdef", n: 3 },
    ];
    expect(formatTextTable(columns, rows)).toBe(
      ["repo     n", "──────  ──", "日本語   1", "\u2068שלום\u2069    22", "abcdef   3"].join("\n"),
    );
  });

  it("keeps one line a row, whatever the texts hold", () => {
    const rows = hostileNames.map((repo, n) => ({ repo, n }));
    const lines = formatTextTable(columns, rows).split("\n");
    expect(lines).toHaveLength(hostileNames.length + 2);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(80);
  });
});

describe("formatHtmlTable", () => {
  it("escapes texts, names of columns and the caption", () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (text, name) => {
        const html = formatHtmlTable([{ name, type: text }], [{ [name]: text }], text);
        const tags = html.match(/<[^>]*>/g) ?? [];
        const known =
          /^<\/?(wbr|div|table|caption|thead|tbody|tr|th|td|span|bdi|br)( class="mathjax_ignore"| style="[^"<>]*"| scope="col")*>$/;
        expect(tags.filter((tag) => !known.test(tag))).toEqual([]);
        expect(html.replaceAll(/<[^>]*>/g, "")).not.toMatch(/[<>]/);
      }),
    );
  });

  it("breaks a long text, so that it leaves the other columns in sight", () => {
    const html = formatHtmlTable(columns, [{ repo: "x".repeat(10_000), n: 1 }], "");
    expect(html).toMatch(
      /<bdi style="display:inline-block;max-width:60ch;[^"]*">(x{60}<wbr>){3}x{19}…<\/bdi>/,
    );
    expect(html).toMatch(/<bdi>1<\/bdi>/);
  });

  it("tells null from the text null", () => {
    const html = formatHtmlTable([{ name: "a" }], [{ a: null }, { a: "null" }], "");
    expect(html.match(/opacity:\.5"><bdi>null/g)).toHaveLength(1);
  });
});

it("cutRows leaves few rows whole", () => {
  const rows = Array.from({ length: 20 }, (_, at) => at);
  expect(cutRows(rows)).toEqual({ head: rows, left: 0, tail: [] });
});

it("clip leaves no half of a pair", () => {
  expect(clip("ab👩cd", 4)).toBe("ab…");
  expect(clip("ab👩cd", 5)).toBe("ab👩…");
});
