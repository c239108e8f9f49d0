import type { DataFrame } from "danfojs-node";
import { type CsvTexts, formatCsvLine } from "./csv";
import { readFrame } from "./frame-data";

/**
 * A frame as CSV, its columns' names first: values quoted where they have to be, a missing one
 * nothing between the commas. danfojs' own `toCSV` quotes nothing, so that a comma in a title
 * shifts the columns.
 *
 * @param options - `texts: "guarded"` (the default) puts a `'` before texts that a spreadsheet would
 *   run as a formula; `"exact"` leaves every text as it is, for programs
 *
 * @example
 * ```ts
 * await writeFile("busiest.csv", frameToCsv(busiest.frame()));
 * ```
 */
export function frameToCsv(frame: DataFrame, options: { texts?: CsvTexts } = {}): string {
  const { columns, rows } = readFrame(frame);
  return [columns, ...rows].map((values) => formatCsvLine(values, options.texts)).join("");
}
