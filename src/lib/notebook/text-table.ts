import { cutRows, formatCell } from "./cells";
import { isolate } from "./html";
import { clipEnd, columnsOf } from "./text-columns";

const maxTextCell = 60;

/** A column for a table: its name, and its type where it is known. */
export interface TableColumn {
  name: string;
  type?: string;
}

/**
 * A table in plain text, columns in line, numbers to the right; the first and last rows of many.
 *
 * @param limits - how many rows at the head and at the tail
 */
export function formatTextTable(
  columns: readonly TableColumn[],
  rows: readonly Readonly<Record<string, unknown>>[],
  limits: { headRows?: number; tailRows?: number } = {},
): string {
  const { head, left, tail } = cutRows(rows, limits.headRows, limits.tailRows);
  const names = columns.map((column) => textCell(column.name));
  const format = (row: Readonly<Record<string, unknown>>): string[] =>
    columns.map((column) => textCell(row[column.name]));
  const [headCells, tailCells] = [head.map(format), tail.map(format)];
  const all = [...headCells, ...tailCells];
  const widths = names.map((name, at) =>
    // Not by Math.max(...), which a table of many thousand rows would be too much for.
    all.reduce((most, cells) => Math.max(most, columnsOf(cells[at] ?? "")), columnsOf(name)),
  );
  const right = columns.map((column) =>
    [...head, ...tail].some((row) => isNumber(row[column.name])),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => {
        const gap = " ".repeat((widths[at] ?? 0) - columnsOf(cell));
        return right[at] === true ? gap + cell : cell + gap;
      })
      .join("  ")
      .trimEnd();
  return [
    line(names),
    line(widths.map((width) => "─".repeat(width))),
    ...headCells.map(line),
    ...(left > 0 ? [`… ${left.toLocaleString("en-US")} more …`] : []),
    ...tailCells.map(line),
  ].join("\n");
}

function textCell(value: unknown): string {
  return isolate(clipEnd(formatCell(value), maxTextCell));
}

function isNumber(value: unknown): boolean {
  return typeof value === "number" || typeof value === "bigint";
}
