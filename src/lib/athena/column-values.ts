import { readValue, rowMaker, type RowReader } from "./columns";
import type { TextRow } from "./csv-rows";
import type { Column, ColumnValues, Row, Value } from "./values";

/** Reads the texts of more rows into the lists of their columns. */
export function addValues(
  values: readonly Value[][],
  { readers }: RowReader,
  rows: readonly TextRow[],
): void {
  values.forEach((column, at) => {
    const read = readers[at] ?? String;
    for (const row of rows) column.push(readValue(read, row[at]));
  });
}

/** The rows, each an object. */
export function toRows(columns: readonly Column[], values: ColumnValues): Row[] {
  const toRow = rowMaker(columns.map(({ name }) => name));
  return Array.from({ length: countRows(values) }, (_, row) =>
    toRow(values.map((column) => column[row] ?? null)),
  );
}

/** How many rows there are. */
export function countRows(values: ColumnValues): number {
  return values[0]?.length ?? 0;
}
