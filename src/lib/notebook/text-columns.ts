/** Far Eastern writing and pictures, which take two columns of a terminal, a whole square in print. */
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
/** Marks on the letter before, and format characters, which take none. */
const nothing = /[\p{M}\p{Cf}]/u;

/**
 * How many columns of a terminal a character takes: two for Far Eastern writing and pictures, none
 * for what stands on the character before.
 *
 * @see https://www.unicode.org/reports/tr11/
 */
export function columnsOf(text: string): number {
  // Nearly every text is plain.
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const char of text) columns += wide.test(char) ? 2 : nothing.test(char) ? 0 : 1;
  return columns;
}

/** Cuts a text that is wider than `max` columns, an ellipsis at its end; no character is halved. */
export function clipEnd(text: string, max: number): string {
  return columnsOf(text) <= max ? text : `${takeColumns(Array.from(text), max - 1)}…`;
}

/** As {@link clipEnd}, with the ellipsis in the middle. */
export function clipMiddle(text: string, max: number): string {
  if (columnsOf(text) <= max) return text;
  const tail = Math.floor((max - 1) / 2);
  const backwards = Array.from(takeColumns(Array.from(text).reverse(), tail));
  // A mark or a joiner has lost the character it belongs to.
  const end = backwards
    .reverse()
    .join("")
    .replace(/^[\p{M}\p{Cf}]+/u, "");
  return `${takeColumns(Array.from(text), max - 1 - tail)}…${end}`;
}

/** As many of the characters as fit into so many columns. */
function takeColumns(chars: readonly string[], max: number): string {
  let columns = 0;
  let count = 0;
  for (const char of chars) {
    columns += columnsOf(char);
    if (columns > max) break;
    count++;
  }
  return chars.slice(0, count).join("");
}
