import { toJsonText } from "../json-text";
import { isMissing } from "./frame-data";

/** How texts stand in a CSV that begin as a formula of a spreadsheet does. */
export type CsvTexts = "guarded" | "exact";

/**
 * A spreadsheet takes a text for a formula that begins so, after spaces and what cannot be seen
 * too; so do some with the full-width signs.
 *
 * @see https://owasp.org/www-community/attacks/CSV_Injection
 */
const formulaStart = /^(?:[\s\p{C}]*[=+\-@＝＋－＠]|[\t\r\n])/u;

/**
 * Values as a line of CSV (RFC 4180, but lines end in \n): null, undefined and NaN are nothing
 * between the commas, an empty text is `""`, arrays and objects are JSON, a bigint its digits. With
 * `guarded`, a text that a spreadsheet would run as a formula (`=HYPERLINK(…)`) gets a `'` before
 * it, for names and titles come from strangers; numbers stay as they are. With `exact` every text
 * stays as it is: for programs, never for a spreadsheet.
 *
 * @param onGuarded - told of each text that got a `'`
 */
export function formatCsvLine(
  values: readonly unknown[],
  texts: CsvTexts = "guarded",
  onGuarded?: () => void,
): string {
  const guard = (text: string): string => {
    if (texts === "exact" || !formulaStart.test(text)) return text;
    onGuarded?.();
    return `'${text}`;
  };
  return `${values.map((value) => formatField(value, guard)).join(",")}\n`;
}

function formatField(value: unknown, guard: (text: string) => string): string {
  if (isMissing(value)) return "";
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return String(value);
  }
  const safe = guard(typeof value === "string" ? value : toJsonText(value));
  return safe === "" || /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
