import { timeline, type TimeBucket } from "../charts/timeline";
import { dataLine, formatPercent } from "../charts/words";
import type { Row } from "../athena/values";
import type { Analysis, AnalysisContext } from "./analysis";
import { daysParameter } from "./parameters";
import { numberAt, textAt } from "./read-row";
import { caseOf, measuringBuckets } from "./time-buckets";
import { lastDays } from "./window";

/** How much of what happened was captured, and when. */
export const dataCoverage: Analysis = {
  name: "data-coverage",
  title: "Data coverage",
  question: "How much of what happened on GitHub was captured, and when?",
  parameters: [daysParameter("all")],
  caveat:
    "What was missed is an estimate, from the numbers GitHub gave out between what was seen. A time " +
    "in which no capture ran leaves no bar at all; files and archive hours are not measured.",

  sql({ days }) {
    const window = lastDays("coverage", "minute", days);
    return {
      sql: `
WITH windowed AS (
  SELECT minute, captured, estimated FROM coverage WHERE ${window.sql}
),
span AS (
  SELECT
    min(minute) AS data_from,
    max(minute) AS data_to,
    date_diff('minute', min(minute), max(minute)) AS minutes,
    sum(captured) AS data_captured,
    sum(estimated) AS data_estimated
  FROM windowed
)
SELECT
  ${caseOf(measuringBuckets, "s.minutes", ({ start }) => start("w.minute"))} AS bucket_start,
  ${caseOf(measuringBuckets, "s.minutes", ({ bucket }) => `'${bucket}'`)} AS bucket,
  sum(w.captured) AS captured,
  sum(w.estimated) AS estimated,
  CASE WHEN sum(w.estimated) > 0 THEN least(1, sum(w.captured) / sum(w.estimated)) END AS share,
  max(s.data_captured) AS data_events,
  max(s.data_estimated) AS data_estimated,
  max(s.data_from) AS data_from,
  max(s.data_to) AS data_to
FROM windowed w CROSS JOIN span s
GROUP BY 1, 2
ORDER BY 1`.trim(),
      params: window.params,
    };
  },

  chart(rows, context) {
    const bucket = (textAt(rows[0], "bucket") || "hour") as TimeBucket;
    return timeline(
      rows.flatMap((row) => {
        const start = textAt(row, "bucket_start");
        const captured = numberAt(row, "captured");
        // An estimate can fall short of what was really seen.
        const missed = Math.max(0, Math.round(numberAt(row, "estimated") - captured));
        return [
          { start, series: "Captured", value: captured },
          { start, series: "Missed", value: missed },
        ];
      }),
      {
        title: findingOf(rows, context),
        subtitle: dataLine({ ...context, coverage: undefined }, "events"),
        description: `Stacked bar chart of events captured and missed, by estimate, per ${bucket}.`,
        remedy: "npx workbench produce measures it",
        measure: `Events per ${bucket}`,
        bucket,
        series: ["Captured", "Missed"],
      },
    );
  },
};

function findingOf(rows: readonly Row[], { totals }: AnalysisContext): string {
  const estimated = totals["estimated"] ?? 0;
  if (rows.length === 0 || estimated === 0) return "No coverage was measured yet";
  const share = Math.min(1, (totals["events"] ?? 0) / estimated);
  return `About ${formatPercent(share)}\u00a0% of all events were captured while a capture ran`;
}
