import { timeline, type TimeBucket } from "../charts/timeline";
import { dataLine, formatMoment } from "../charts/words";
import type { Row } from "../athena/values";
import type { Analysis } from "./analysis";
import { countOf } from "./leaders";
import { daysParameter } from "./parameters";
import { numberAt, textAt } from "./read-row";
import { caseOf, returningBuckets } from "./time-buckets";
import { botPattern } from "./top-contributors";
import { lastDays } from "./window";

const isBot = `regexp_like(user_login, '${botPattern}')`;

/** Who comes, who comes back, who stays away. */
export const contributorTrends: Analysis = {
  name: "contributor-trends",
  title: "Contributor trends",
  question: "How many contributors are new, how many come back, and how many stay away?",
  parameters: [daysParameter("all")],
  caveat:
    "New means not seen before in all the data, returning seen in any earlier bar, gone seen in the bar " +
    "before and not in this one. Where little was captured, many are new who are not. Bots, as far as their names tell, are left out.",

  sql({ days }) {
    const window = lastDays("github_events", "created_at", days);
    return {
      sql: `
WITH windowed AS (
  SELECT created_at, user_login FROM github_events WHERE ${window.sql}
),
span AS (
  SELECT
    min(created_at) AS data_from,
    max(created_at) AS data_to,
    date_diff('minute', min(created_at), max(created_at)) AS minutes,
    count(DISTINCT CASE WHEN NOT ${isBot} THEN user_login END) AS data_contributors
  FROM windowed
),
active AS (
  SELECT DISTINCT
    e.user_login,
    ${caseOf(returningBuckets, "s.minutes", ({ start }) => start("e.created_at"))} AS bucket_start
  FROM github_events e CROSS JOIN span s
  WHERE e.user_login IS NOT NULL
    AND NOT ${isBot}
    AND e.created_at <= s.data_to
),
neighbours AS (
  SELECT
    a.user_login,
    a.bucket_start,
    lag(a.bucket_start) OVER one AS previous,
    lead(a.bucket_start) OVER one AS next,
    ${caseOf(returningBuckets, "s.minutes", ({ next }) => next("a.bucket_start"))} AS following
  FROM active a CROSS JOIN span s
  WINDOW one AS (PARTITION BY a.user_login ORDER BY a.bucket_start)
),
changes AS (
  SELECT
    bucket_start,
    user_login,
    CASE WHEN previous IS NULL THEN 'new' ELSE 'returning' END AS change
  FROM neighbours
  UNION ALL
  SELECT following, user_login, 'gone'
  FROM neighbours
  WHERE (next IS NULL OR next > following)
    AND following <= (SELECT max(bucket_start) FROM active)
)
SELECT
  c.bucket_start,
  ${caseOf(returningBuckets, "s.minutes", ({ bucket }) => `'${bucket}'`)} AS bucket,
  count_if(c.change = 'new') AS new_contributors,
  count_if(c.change = 'returning') AS returning_contributors,
  count_if(c.change = 'gone') AS gone_contributors,
  s.data_contributors,
  s.data_from,
  s.data_to
FROM changes c CROSS JOIN span s
WHERE c.bucket_start >= ${caseOf(returningBuckets, "s.minutes", ({ start }) => start("s.data_from"))}
GROUP BY c.bucket_start, s.minutes, s.data_contributors, s.data_from, s.data_to
ORDER BY c.bucket_start`.trim(),
      params: window.params,
    };
  },

  chart(rows, context) {
    const bucket = (textAt(rows[0], "bucket") || "day") as TimeBucket;
    const series = [
      ["Returning", "returning_contributors", 1],
      ["New", "new_contributors", 1],
      ["Gone", "gone_contributors", -1],
    ] as const;
    return timeline(
      rows.flatMap((row) =>
        series.map(([name, column, sign]) => ({
          start: textAt(row, "bucket_start"),
          series: name,
          value: sign * numberAt(row, column),
        })),
      ),
      {
        title: findingOf(rows, bucket),
        subtitle: dataLine(context, "contributors"),
        description: `Bars per ${bucket}: returning and new contributors above the axis, those gone since the ${bucket} before below it.`,
        measure: `Contributors per ${bucket}`,
        bucket,
        series: series.map(([name]) => name),
        counted: "Contributors",
      },
    );
  },
};

function findingOf(rows: readonly Row[], bucket: TimeBucket): string {
  const last = rows.at(-1);
  if (last === undefined) return "No contributors yet";
  const [fresh, back] = [
    numberAt(last, "new_contributors"),
    numberAt(last, "returning_contributors"),
  ];
  const when = `the ${bucket} of ${formatMoment(textAt(last, "bucket_start"), bucket)}`;
  const all = countOf(fresh + back, "contributor");
  if (rows.length === 1) return `${all} in ${when}, nothing to compare with`;
  const gone = numberAt(last, "gone_contributors");
  return `${all} in ${when}: ${count(fresh)} new, ${count(back)} returning; ${count(gone)} of the ${bucket} before stayed away`;
}

function count(value: number): string {
  return value.toLocaleString("en-US");
}
