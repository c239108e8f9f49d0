import { toJsonText } from "../json-text";
import { showControls } from "./html";

/** Longer texts are cut in tables and charts; the rows keep them whole. */
const maxCellLength = 200;

/** A table's columns and rows, cut to what a reader can take in. */
export interface TableCut<T> {
  head: readonly T[];
  /** Rows between head and tail that are not shown. */
  left: number;
  tail: readonly T[];
}

/** The first and last rows of many, all of few. */
export function cutRows<T>(rows: readonly T[], headRows = 15, tailRows = 5): TableCut<T> {
  if (rows.length <= headRows + tailRows) return { head: rows, left: 0, tail: [] };
  return {
    head: rows.slice(0, headRows),
    left: rows.length - headRows - tailRows,
    tail: rows.slice(-tailRows),
  };
}

/** A value as text for a table's cell: exact for numbers, cut for long texts, `null` for nothing. */
export function formatCell(value: unknown): string {
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return clip(showControls(value));
  if (typeof value === "number") return Number.isNaN(value) ? "NaN" : String(value);
  if (value instanceof Date) {
    return Number.isNaN(value.getTime()) ? "invalid date" : value.toISOString();
  }
  if (typeof value === "object") return clip(showControls(toJsonText(value)));
  // A boolean or a bigint.
  return `${value as boolean | bigint}`;
}

/** Cuts a text that is longer than `max` characters, an ellipsis at its end. */
export function clip(text: string, max = maxCellLength): string {
  if (text.length <= max) return text;
  // Never half of a surrogate pair.
  return `${text.slice(0, max - 1).replace(/[\ud800-\udbff]$/, "")}…`;
}
