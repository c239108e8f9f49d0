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
