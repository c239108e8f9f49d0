import { weekdays, weekHeatMap } from "../charts/week-heat-map";
import { dataLine } from "../charts/words";
import type { Row } from "../athena/values";
import type { Analysis } from "./analysis";
import { daysParameter } from "./parameters";
import { numberAt } from "./read-row";
import { lastDays } from "./window";

/** When in the week most happens. */
export const busiestHours: Analysis = {
  name: "busiest-hours",
  title: "Busiest hours",
  question: "At which hours of which weekdays is most going on?",
  parameters: [daysParameter("all")],
  caveat:
    "A cell is the mean over the days of that weekday on which anything was captured, so that a " +
    "weekday that occurs twice counts no more. Hours are UTC, not those of the people who work.",

  sql({ days }) {
    const window = lastDays("github_events", "created_at", days);
    return {
      sql: `
WITH windowed AS (
  SELECT
    day_of_week(created_at) AS weekday,
    hour(created_at) AS hour,
    CAST(created_at AS date) AS day,
    created_at
  FROM github_events
  WHERE ${window.sql}
),
days AS (
  SELECT weekday, count(DISTINCT day) AS days_with_data FROM windowed GROUP BY weekday
)
SELECT
  w.weekday,
  w.hour,
  count(*) AS events,
  max(d.days_with_data) AS days_with_data,
  CAST(count(*) AS double) / max(d.days_with_data) AS events_per_hour,
  sum(count(*)) OVER () AS data_events,
  min(min(w.created_at)) OVER () AS data_from,
  max(max(w.created_at)) OVER () AS data_to
FROM windowed w
JOIN days d ON d.weekday = w.weekday
GROUP BY w.weekday, w.hour
ORDER BY w.weekday, w.hour`.trim(),
      params: window.params,
    };
  },

  chart(rows, context) {
    return weekHeatMap(
      rows.map((row) => ({
        weekday: numberAt(row, "weekday"),
        hour: numberAt(row, "hour"),
        value: numberAt(row, "events_per_hour"),
        details: {
          Events: numberAt(row, "events"),
          "Days with data": numberAt(row, "days_with_data"),
        },
      })),
      {
        title: findingOf(rows),
        subtitle: dataLine(context, "events"),
        description: "Heat map of the mean number of events per hour, by weekday and hour, UTC.",
        measure: "Events per hour",
      },
    );
  },
};

function findingOf(rows: readonly Row[]): string {
  const [busiest] = [...rows].sort(
    (a, b) => numberAt(b, "events_per_hour") - numberAt(a, "events_per_hour"),
  );
  if (busiest === undefined) return "No events yet";
  const hour = numberAt(busiest, "hour");
  const mean = numberAt(busiest, "events_per_hour");
  const shown =
    mean < 10 ? String(Math.round(mean * 10) / 10) : Math.round(mean).toLocaleString("en-US");
  return (
    `Most happens on ${weekdays[numberAt(busiest, "weekday") - 1] ?? ""} ` +
    `from ${String(hour).padStart(2, "0")}:00 UTC: ${shown} events an hour`
  );
}
