import type { DataFrame } from "danfojs-node";
import { buildFrame, compareValues, isMissing, placeOf, readFrame } from "./frame-data";

/** A column to sort by, ascending unless `order` says otherwise. */
export type SortKey = string | { column: string; order?: "asc" | "desc" };

/**
 * A sorted copy of a frame: numbers by size, texts by their characters, missing values last in
 * either order. Rows that are equal keep their order; the index counts anew from 0.
 *
 * danfojs' own `sortValues` takes missing values for 0 and a time that grows with the square of the
 * rows: 100,000 take it seconds, this a fraction of one.
 *
 * @param by - one column or several, the first first
 * @throws {@link WorkbenchError} code USAGE for a column that is not there
 *
 * @example
 * ```ts
 * sortFrame(frame, [{ column: "events", order: "desc" }, "repo"]);
 * ```
 */
export function sortFrame(frame: DataFrame, by: SortKey | readonly SortKey[]): DataFrame {
  const data = readFrame(frame);
  const keys = (isMany(by) ? by : [by]).map((key) => {
    const { column, order = "asc" } = typeof key === "string" ? { column: key } : key;
    return { at: placeOf(data, column), sign: order === "desc" ? -1 : 1 };
  });
  const rows = [...data.rows].sort((a, b) => {
    for (const { at, sign } of keys) {
      const [one, other] = [a[at], b[at]];
      const missing = Number(isMissing(one)) - Number(isMissing(other));
      if (missing !== 0) return missing;
      const order = isMissing(one) ? 0 : compareValues(one, other);
      if (order !== 0) return sign * order;
    }
    return 0;
  });
  return buildFrame({ ...data, rows });
}

function isMany(by: SortKey | readonly SortKey[]): by is readonly SortKey[] {
  return Array.isArray(by);
}
