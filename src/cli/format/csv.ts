import type { Column, Row, Value } from "../../lib/athena/values";

/** A spreadsheet takes a text that begins so as a formula. */
const formulaStart = /^[=+\-@\t\r]/;

/** The first line of a CSV: the columns' names. */
export function formatCsvHeader(columns: readonly Column[]): string {
  return formatLine(columns.map(({ name }) => name));
}

/**
 * A row as a line of CSV (RFC 4180, but lines end in \n): a null is nothing between the commas, an
 * empty text `""`. A text that a spreadsheet would run as a formula (`=HYPERLINK(…)`) gets a `'`
 * before it, for names and titles come from strangers; numbers stay as they are. `--format json`
 * gives the texts unchanged.
 */
export function formatCsvRow(columns: readonly Column[], row: Row): string {
  return formatLine(columns.map(({ name }) => row[name] ?? null));
}

function formatLine(values: readonly Value[]): string {
  return `${values.map(formatField).join(",")}\n`;
}

function formatField(value: Value): string {
  if (value === null) return "";
  if (typeof value === "number" || typeof value === "bigint" || typeof value === "boolean") {
    return String(value);
  }
  const text = typeof value === "string" ? value : toJsonText(value);
  const safe = formulaStart.test(text) ? `'${text}` : text;
  return safe === "" || /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function toJsonText(value: object): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "bigint" ? item.toString() : item,
  );
}
