import { timeline, type TimeBucket } from "../charts/timeline";
import { dataLine, formatMoment } from "../charts/words";
import type { Row } from "../athena/values";
import type { Analysis } from "./analysis";
import { countOf } from "./leaders";
import { daysParameter } from "./parameters";
import { numberAt, textAt } from "./read-row";
import { minBars, peaksOf, peakSpreads, peakSql, peakWords } from "./peaks";
import { caseOf, frequencyBuckets } from "./time-buckets";
import { lastDays } from "./window";

/** How many events happen when, by type. */
export const eventFrequency: Analysis = {
  name: "event-frequency",
  title: "Event frequency",
  question: "How many events happen over time, by type?",
  parameters: [daysParameter(7)],
  caveat:
    "Bars are minutes, ten minutes, hours, days or months, whichever suits the span; the first and " +
    "the last may be cut short. What was not captured is not counted: a low bar can be a gap in the data. " +
    `A peak is a bar above the median by more than ${peakSpreads} spreads: 1.4826 times the median distance from the median, ` +
    `and never less than the median's square root, by which counts differ by chance. Of fewer than ${minBars} bars none is called a peak.`,

  sql({ days }) {
    const window = lastDays("github_events", "created_at", days);
    return {
      sql: `
WITH windowed AS (
  SELECT event_type, created_at FROM github_events WHERE ${window.sql}
),
span AS (
  SELECT
    min(created_at) AS data_from,
    max(created_at) AS data_to,
    count(*) AS data_events,
    date_diff('minute', min(created_at), max(created_at)) AS minutes
  FROM windowed
),
bucketed AS (
  SELECT
    ${caseOf(frequencyBuckets, "minutes", ({ start }) => start("created_at"))} AS bucket_start,
    ${caseOf(frequencyBuckets, "minutes", ({ bucket }) => `'${bucket}'`)} AS bucket,
    event_type, data_from, data_to, data_events
  FROM windowed CROSS JOIN span
),
counted AS (
  SELECT bucket_start, bucket, event_type, count(*) AS events, data_events, data_from, data_to
  FROM bucketed
  GROUP BY bucket_start, bucket, event_type, data_events, data_from, data_to
),
bars AS (
  SELECT bucket_start, sum(events) AS bar_events FROM counted GROUP BY bucket_start
),
${peakSql}
SELECT
  c.bucket_start, c.bucket, c.event_type, c.events, b.bar_events,
  COALESCE(b.bar_events > p.peak_above, FALSE) AS is_peak,
  c.data_events, p.peak_above AS data_peak_above, c.data_from, c.data_to
FROM counted c
JOIN bars b ON b.bucket_start = c.bucket_start
CROSS JOIN peak p
ORDER BY c.bucket_start, c.event_type`.trim(),
      params: window.params,
    };
  },

  chart(rows, context) {
    const bucket = (textAt(rows[0], "bucket") || "hour") as TimeBucket;
    const peaks = { starts: peaksOf(rows), above: context.totals["peak_above"] ?? 0 };
    return timeline(
      rows.map((row) => ({
        start: textAt(row, "bucket_start"),
        series: textAt(row, "event_type"),
        value: numberAt(row, "events"),
      })),
      {
        title: findingOf(rows, bucket, peaks.starts),
        subtitle: `${dataLine(context, "events")}${peakWords(peaks)}`,
        description: `Stacked bar chart of events per ${bucket} by type.`,
        measure: `Events per ${bucket}`,
        bucket,
        peaks,
      },
    );
  },
};

function findingOf(rows: readonly Row[], bucket: TimeBucket, peaks: readonly string[]): string {
  const totals = new Map<string, number>();
  for (const row of rows) {
    const start = textAt(row, "bucket_start");
    totals.set(start, (totals.get(start) ?? 0) + numberAt(row, "events"));
  }
  const [busiest] = [...totals].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
  if (busiest === undefined) return "No events yet";
  const [start, events] = busiest;
  const count = countOf(events, "event");
  if (totals.size === 1) return `${count} in the ${bucket} of ${formatMoment(start, bucket)}`;
  const whole = bucket === "day" || bucket === "month";
  const when = whole ? formatMoment(start, bucket) : `from ${formatMoment(start, bucket)} UTC`;
  const others = peaks.length > 1 ? `; ${peaks.length} bars are peaks` : "";
  return `Busiest ${bucket}: ${when}, with ${count}${others}`;
}
