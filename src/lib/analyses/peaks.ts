import type { Row } from "../athena/values";
import { formatCount } from "../notebook/figures";
import { textAt } from "./read-row";

/** A peak is above the median by more than this many spreads. */
export const peakSpreads = 3;

/** Of fewer bars it cannot be told what is usual. */
export const minBars = 8;

/** The mean of the middle one or two of `values`, a query of a column `value`: the exact median. */
function medianSql(values: string): string {
  return `SELECT avg(value) AS median, max(n) AS n
  FROM (
    SELECT value, row_number() OVER (ORDER BY value) AS place, count(*) OVER () AS n
    FROM (${values})
  )
  WHERE place IN ((n + 1) / 2, (n + 2) / 2)`;
}

/**
 * The common table expression `peak`, of one row, over one called `bars` with a row a bar and its
 * count in `bar_events`: bars above `peak_above` are peaks. It is the median and {@link peakSpreads}
 * spreads; the spread is 1.4826 times the median absolute deviation, which for normally distributed
 * values is their standard deviation and which single peaks hardly change, but never less than the
 * square root of the median, by which counts differ by chance. Null for fewer than {@link minBars}.
 *
 * @see https://www.itl.nist.gov/div898/handbook/eda/section3/eda356.htm
 */
export const peakSql = `usual AS (
  ${medianSql("SELECT bar_events AS value FROM bars")}
),
distance AS (
  ${medianSql("SELECT abs(b.bar_events - u.median) AS value FROM bars b CROSS JOIN usual u")}
),
peak AS (
  SELECT
    CASE WHEN u.n >= ${minBars}
      THEN u.median + ${peakSpreads} * greatest(1.4826E0 * d.median, sqrt(u.median)) END AS peak_above
  FROM usual u CROSS JOIN distance d
)`;

/** The starts of the bars that are peaks, each once. */
export function peaksOf(rows: readonly Row[]): string[] {
  const starts = rows.filter((row) => row["is_peak"] === true);
  return [...new Set(starts.map((row) => textAt(row, "bucket_start")))];
}

/** What the marks mean, for the end of a subtitle. */
export function peakWords(peaks: { starts: readonly string[]; above: number }): string {
  if (peaks.above === 0) return "";
  const above = `more than ${formatCount(Math.round(peaks.above))} (median + ${peakSpreads} spreads)`;
  return peaks.starts.length === 0 ? ` · no peaks: no bar has ${above}` : ` · ▼ peak: ${above}`;
}
