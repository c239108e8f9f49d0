const excerptColumns = 100;
/** How much of a long line stands before the place. */
const before = 60;

/**
 * The line of the SQL that an engine's error points at, with a mark below the place; undefined
 * where the reason names no place in this SQL.
 *
 * @param reason - Trino's words, such as `line 2:8: Column 'x' cannot be resolved`
 *
 * @example
 * ```ts
 * markPlace("SELECT\n  x", "COLUMN_NOT_FOUND: line 2:3: Column 'x' cannot be resolved");
 * // "  2 |   x\n    |   ^"
 * ```
 */
export function markPlace(sql: string, reason: string): string | undefined {
  const [, line, column] = /\bline (\d+):(\d+)/.exec(reason) ?? [];
  const text = sql.split("\n")[Number(line) - 1];
  const at = Number(column) - 1;
  if (text === undefined || !(at >= 0 && at <= text.length)) return undefined;
  const from = text.length <= excerptColumns ? 0 : Math.max(0, at - before);
  const lead = from > 0 ? "…" : "";
  const cut = text.slice(from, from + excerptColumns);
  const tail = from + excerptColumns < text.length ? "…" : "";
  // Control characters, tabs among them, would move the mark or the terminal's cursor.
  const shown = `${lead}${cut}${tail}`.replaceAll(/\p{Cc}/gu, " ");
  const number = String(line).padStart(3);
  const gap = " ".repeat(lead.length + at - from);
  return `${number} | ${shown}\n${" ".repeat(number.length)} | ${gap}^`;
}
