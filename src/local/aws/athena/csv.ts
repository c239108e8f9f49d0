/** A row of a result file: every value in quotes, NULL as nothing at all. */
export function csvLine(values: readonly (string | null)[]): string {
  const cells = values.map((value) => (value === null ? "" : `"${value.replaceAll('"', '""')}"`));
  return `${cells.join(",")}\n`;
}

/** A line of the `.txt` result of SHOW, DESCRIBE and EXPLAIN. */
export function textLine(values: readonly (string | null)[]): string {
  return `${values.map((value) => value ?? "").join("\t")}\n`;
}
