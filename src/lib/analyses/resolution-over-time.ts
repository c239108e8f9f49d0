import { durationLines } from "../charts/duration-lines";
import type { TimeBucket } from "../charts/timeline";
import { dataLine, formatDuration, formatMoment } from "../charts/words";
import type { Row } from "../athena/values";
import type { Analysis } from "./analysis";
import { daysParameter } from "./parameters";
import { quantilesOf, quantilesSql } from "./quantiles";
import { numberAt, textAt } from "./read-row";
import { caseOf, returningBuckets } from "./time-buckets";
import { lastDays } from "./window";

/** Whether issues and pull requests are resolved faster or slower than before. */
export const resolutionOverTime: Analysis = {
  name: "resolution-over-time",
  title: "Time to resolution over time",
  question: "Are issues and pull requests resolved faster or slower than before?",
  parameters: [daysParameter("all")],
  caveat:
    "Each counts when it was resolved. Data that begins late favours what was quick at first: with events " +
    "of one week, nothing opened by event can have taken longer.",

  sql({ days }) {
    const window = lastDays("resolutions", "resolved_at", days);
    return {
      sql: `
WITH windowed AS (
  SELECT kind, outcome, seconds_to_resolution, resolved_at FROM resolutions WHERE ${window.sql}
),
span AS (
  SELECT
    min(resolved_at) AS data_from,
    max(resolved_at) AS data_to,
    count(*) AS data_resolutions,
    date_diff('minute', min(resolved_at), max(resolved_at)) AS minutes
  FROM windowed
),
bucketed AS (
  SELECT
    ${caseOf(returningBuckets, "s.minutes", ({ start }) => start("w.resolved_at"))} AS bucket_start,
    ${caseOf(returningBuckets, "s.minutes", ({ bucket }) => `'${bucket}'`)} AS bucket,
    w.kind, w.outcome, w.seconds_to_resolution,
    s.data_resolutions, s.data_from, s.data_to
  FROM windowed w CROSS JOIN span s
),
ranked AS (
  SELECT
    *,
    count(seconds_to_resolution) OVER (PARTITION BY bucket_start, kind) AS known,
    row_number() OVER (
      PARTITION BY bucket_start, kind ORDER BY seconds_to_resolution NULLS LAST
    ) - 1 AS place
  FROM bucketed
)
SELECT
  bucket_start,
  bucket,
  kind,
  count(*) AS resolved,
  count(seconds_to_resolution) AS with_known_time,
  CASE WHEN kind = 'pull_request'
    THEN CAST(count_if(outcome = 'merged') AS double) / count(*) END AS share_merged,
  ${quantilesSql},
  max(data_resolutions) AS data_resolutions,
  min(data_from) AS data_from,
  max(data_to) AS data_to
FROM ranked
GROUP BY bucket_start, bucket, kind
ORDER BY bucket_start, kind`.trim(),
      params: window.params,
    };
  },

  chart(rows, context) {
    const bucket = (textAt(rows[0], "bucket") || "day") as TimeBucket;
    const known = rows.filter((row) => row["median_seconds"] !== null);
    return durationLines(
      known.map((row) => ({
        start: textAt(row, "bucket_start"),
        series: seriesOf(row),
        count: numberAt(row, "with_known_time"),
        ...quantilesOf(row),
        details: { Merged: mergedWords(row) },
      })),
      {
        title: findingOf(known, bucket),
        subtitle: `${dataLine(context, "resolutions")}${known.length === 0 ? "" : " · line: median, band: middle half"}`,
        description: `Lines of the median time from opening to resolution per ${bucket} on a logarithmic axis, with a band for the middle half.`,
        measure: "Time open (logarithmic)",
        bucket,
        series: ["Issues", "Pull requests"],
      },
    );
  },
};

function seriesOf(row: Row): string {
  return row["kind"] === "issue" ? "Issues" : "Pull requests";
}

function mergedWords(row: Row): string {
  const share = row["share_merged"];
  return typeof share === "number" ? `${Math.round(share * 100)}\u00a0%` : "–";
}

/** First and last median of pull requests, else of issues. */
function findingOf(rows: readonly Row[], bucket: TimeBucket): string {
  if (rows.length === 0) return "No resolved issues or pull requests yet";
  const pulls = rows.filter((row) => row["kind"] === "pull_request");
  const [shown, noun] = pulls.length > 0 ? [pulls, "pull request"] : [rows, "issue"];
  const [first, last] = [shown[0], shown.at(-1)];
  const median = (row: Row | undefined): string => formatDuration(numberAt(row, "median_seconds"));
  const moment = (row: Row | undefined): string =>
    formatMoment(textAt(row, "bucket_start"), bucket);
  const begin = `The median ${noun} took ${median(first)} in the ${bucket} of ${moment(first)}`;
  return first === last ? begin : `${begin}, ${median(last)} in that of ${moment(last)}`;
}
