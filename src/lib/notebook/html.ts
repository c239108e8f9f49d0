const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** Text for HTML, in an element or in a quoted attribute; it stays text whatever it holds. */
export function escapeHtml(text: string): string {
  return text.replaceAll(/[&<>"'`]/g, (char) => entities[char] ?? char);
}

/**
 * The class of elements whose texts are shown as they are: without it JupyterLab typesets what
 * stands between dollar signs as a formula, and a name could hide itself, or become a link.
 */
export const textOnly = "mathjax_ignore";

/** A joiner that is not between two pictures joins nothing that one could see. */
const strayJoiner =
  /(?<!\p{Extended_Pictographic}(?:\ufe0f|\p{Emoji_Modifier})*)\u200d|\u200d(?!\p{Extended_Pictographic})/gu;
/**
 * Control and format characters, ends of lines, halves of surrogate pairs, and letters that are
 * drawn as nothing. A picture's own marks (U+200D, U+FE0F) are left.
 */
const unseen =
  /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u115f\u1160\u3164\uffa0]|\u034f|\u17b4|\u17b5|(?!\u200d)\p{Cf}/gu;
/** More marks than this on one letter belong to no writing: they are drawn over the lines around. */
const piledMarks = /(\p{M}{3})\p{M}+/gu;

/**
 * What hides, what turns the direction of writing and what would break the line is shown as its
 * code (`<U+202E>`, `<U+000A>`), and marks piled on one letter are cut: a name cannot dress up as
 * another, nor leave its place.
 */
export function showControls(text: string): string {
  return text
    .replaceAll(strayJoiner, codeOf)
    .replaceAll(unseen, codeOf)
    .replaceAll(piledMarks, "$1");
}

function codeOf(char: string): string {
  return `<U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`;
}

const rightToLeft =
  /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * A text written from right to left between U+2068 and U+2069: the digits and brackets beside it
 * keep their places.
 *
 * @see https://www.unicode.org/reports/tr9/#Explicit_Directional_Isolates
 */
export function isolate(text: string): string {
  return rightToLeft.test(text) ? `\u2068${text}\u2069` : text;
}

/** A JSON text that is safe inside a `<script>` element. */
export function scriptJson(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll("<", "\\u003c")
    .replaceAll(">", "\\u003e")
    .replaceAll("&", "\\u0026")
    .replaceAll("\u2028", "\\u2028")
    .replaceAll("\u2029", "\\u2029");
}
