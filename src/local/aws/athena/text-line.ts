/** A line of the `.txt` result of SHOW, DESCRIBE and EXPLAIN. */
export function textLine(values: readonly (string | null)[]): string {
  return `${values.map((value) => value ?? "").join("\t")}\n`;
}
