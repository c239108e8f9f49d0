import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { escapeHtml, scriptJson, showControls } from "../../../src/lib/notebook/html";

describe("escapeHtml", () => {
  it("leaves nothing that opens an element or ends an attribute, and loses nothing", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const html = escapeHtml(text);
        expect(html).not.toMatch(/[<>"'`]/);
        const back = html.replaceAll(/&(amp|lt|gt|quot|#39|#96);/g, (_, name: string) => {
          return { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'", "#96": "`" }[name] ?? "";
        });
        expect(back).toBe(text);
      }),
    );
  });
});

describe("scriptJson", () => {
  it("never ends its element, and reads back the same", () => {
    const text = fc.oneof(fc.string(), fc.constantFrom("</script>", "<!--", "\u2028", "]]>"));
    fc.assert(
      fc.property(fc.array(text), (value) => {
        const json = scriptJson(value);
        expect(json).not.toMatch(/[<>&\u2028\u2029]/);
        expect(JSON.parse(json)).toEqual(value);
      }),
    );
  });
});

describe("showControls", () => {
  it.each([
    ["plain/repo-name", "plain/repo-name"],
    ["abc\u202egpj.exe", "abc<U+202E>gpj.exe"],
    ["a\u200bb\ufeff", "a<U+200B>b<U+FEFF>"],
    ["a\nb\tc\0", "a<U+000A>b<U+0009>c<U+0000>"],
    ["\u001b[31mred\u009b2J", "<U+001B>[31mred<U+009B>2J"],
    ["a\u2028b\u2029c", "a<U+2028>b<U+2029>c"],
    ["soft\u00adly\u2066x\u2069", "soft<U+00AD>ly<U+2066>x<U+2069>"],
    ["tag\u{e0041}", "tag<U+E0041>"],
    ["\ud83d half", "<U+D83D> half"],
    ["filler\u3164s", "filler<U+3164>s"],
    ["👩\u200d👧", "👩\u200d👧"],
    ["❤️\u200d🔥", "❤️\u200d🔥"],
    ["👩🏽\u200d🚀", "👩🏽\u200d🚀"],
    ["a\u200db", "a<U+200D>b"],
    ["a\u200d👧", "a<U+200D>👧"],
    ["שלום/repo", "שלום/repo"],
    ["e\u0301", "e\u0301"],
    [`z${"\u0300".repeat(50)}`, `z${"\u0300".repeat(3)}`],
  ])("%j becomes %j", (text, shown) => {
    expect(showControls(text)).toBe(shown);
  });
});
