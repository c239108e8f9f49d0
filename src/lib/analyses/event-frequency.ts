import { timeline, type TimeBucket } from "../charts/timeline";
import { dataLine, formatMoment } from "../charts/words";
import type { Row } from "../athena/values";
import type { Analysis } from "./analysis";
import { countOf } from "./leaders";
import { daysParameter } from "./parameters";
import { numberAt, textAt } from "./read-row";
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
    "the last may be cut short. What was not captured is not counted: a low bar can be a gap in the data.",

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
)
SELECT bucket_start, bucket, event_type, count(*) AS events, data_events, data_from, data_to
FROM bucketed
GROUP BY bucket_start, bucket, event_type, data_events, data_from, data_to
ORDER BY bucket_start, event_type`.trim(),
      params: window.params,
    };
  },

  chart(rows, context) {
    const bucket = (textAt(rows[0], "bucket") || "hour") as TimeBucket;
    return timeline(
      rows.map((row) => ({
        start: textAt(row, "bucket_start"),
        series: textAt(row, "event_type"),
        value: numberAt(row, "events"),
      })),
      {
        title: findingOf(rows, bucket),
        subtitle: dataLine(context, "events"),
        description: `Stacked bar chart of events per ${bucket} by type.`,
        measure: `Events per ${bucket}`,
        bucket,
      },
    );
  },
};

function findingOf(rows: readonly Row[], bucket: TimeBucket): string {
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
  return bucket === "day" || bucket === "month"
    ? `Busiest ${bucket}: ${formatMoment(start, bucket)}, with ${count}`
    : `Busiest ${bucket}: from ${formatMoment(start, bucket)} UTC, with ${count}`;
}
