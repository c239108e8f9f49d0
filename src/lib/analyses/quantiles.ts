import type { Row } from "../athena/values";
import { numberAt } from "./read-row";

/** Column and fraction. */
const quantiles: readonly (readonly [column: string, fraction: number])[] = [
  ["p10_seconds", 0.1],
  ["q1_seconds", 0.25],
  ["median_seconds", 0.5],
  ["q3_seconds", 0.75],
  ["p90_seconds", 0.9],
];

/**
 * An exact quantile with linear interpolation between the two values nearest to it, as NumPy,
 * DuckDB's quantile_cont and PostgreSQL's percentile_cont have it; `approx_percentile` would give
 * other figures from run to run.
 */
function quantileSql(column: string, fraction: number): string {
  const at = `(known - 1) * ${fraction}E0`;
  return `sum(CASE
      WHEN place = floor(${at}) THEN seconds_to_resolution * (1 - (${at} - floor(${at})))
      WHEN place = floor(${at}) + 1 THEN seconds_to_resolution * (${at} - floor(${at}))
    END) AS ${column}`;
}

/**
 * Columns of the quantiles of `seconds_to_resolution`, for a GROUP BY. Each row has beside it its
 * `place` among the group's values from 0, unknown ones last, and `known`, how many there are.
 */
export const quantilesSql = quantiles
  .map(([column, fraction]) => quantileSql(column, fraction))
  .join(",\n  ");

/** The quantiles of a row of such a GROUP BY, in seconds, as the charts take them. */
export function quantilesOf(row: Row): Record<"p10" | "q1" | "median" | "q3" | "p90", number> {
  return {
    p10: numberAt(row, "p10_seconds"),
    q1: numberAt(row, "q1_seconds"),
    median: numberAt(row, "median_seconds"),
    q3: numberAt(row, "q3_seconds"),
    p90: numberAt(row, "p90_seconds"),
  };
}
