import { boxWords, quantileRanges } from "../charts/quantile-ranges";
import { clipName, dataLine, formatDuration } from "../charts/words";
import type { Row } from "../athena/values";
import type { Analysis } from "./analysis";
import { daysParameter, limitParameter } from "./parameters";
import { quantilesOf, quantilesSql } from "./quantiles";
import { numberAt, textAt } from "./read-row";
import { lastDays } from "./window";

/** How fast the repositories with most to resolve do it. */
export const resolutionByRepository: Analysis = {
  name: "resolution-by-repository",
  title: "Time to resolution by repository",
  question: "How long do the busiest repositories take to resolve issues and pull requests?",
  parameters: [daysParameter("all"), limitParameter(8, "repositories")],
  caveat:
    "The repositories with the most resolutions of known duration, not the fastest or the slowest. What is " +
    "still open does not count. A median of a handful says little: the number stands in brackets.",

  sql({ days, limit }) {
    const window = lastDays("resolutions", "resolved_at", days);
    return {
      sql: `
WITH ranked AS (
  SELECT
    repo, kind, outcome, seconds_to_resolution, resolved_at,
    count(seconds_to_resolution) OVER (PARTITION BY repo, kind) AS known,
    count(seconds_to_resolution) OVER (PARTITION BY repo) AS known_of_repo,
    row_number() OVER (
      PARTITION BY repo, kind ORDER BY seconds_to_resolution NULLS LAST
    ) - 1 AS place,
    count(*) OVER () AS data_resolutions,
    min(resolved_at) OVER () AS data_from,
    max(resolved_at) OVER () AS data_to
  FROM resolutions
  WHERE ${window.sql}
),
grouped AS (
  SELECT
    dense_rank() OVER (ORDER BY max(known_of_repo) DESC, repo) AS position,
    repo,
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
  WHERE known > 0
  GROUP BY repo, kind
)
SELECT *
FROM grouped
WHERE position <= ?
ORDER BY position, kind`.trim(),
      params: [...window.params, limit],
    };
  },

  chart(rows, context) {
    return quantileRanges(
      rows.map((row) => ({
        name: textAt(row, "repo"),
        kind: row["kind"] === "issue" ? "Issues" : "PRs",
        series: row["kind"] === "issue" ? "Issues" : "Pull requests",
        count: numberAt(row, "with_known_time"),
        ...quantilesOf(row),
      })),
      {
        title: findingOf(rows),
        subtitle: `${dataLine(context, "resolutions")}${rows.length === 0 ? "" : boxWords}`,
        description:
          "Box plot on a logarithmic axis of the time from opening to resolution, by repository, issues and pull requests apart.",
        measure: "Time open (logarithmic)",
        series: ["Issues", "Pull requests"],
      },
    );
  },
};

/** Fastest and slowest of those shown, by the median of pull requests, else of issues. */
function findingOf(rows: readonly Row[]): string {
  if (rows.length === 0) return "No resolved issues or pull requests yet";
  const pulls = rows.filter((row) => row["kind"] === "pull_request");
  const [shown, noun] = pulls.length > 0 ? [pulls, "pull request"] : [rows, "issue"];
  const sorted = [...shown].sort(
    (a, b) => numberAt(a, "median_seconds") - numberAt(b, "median_seconds"),
  );
  const words = (row: Row | undefined): string =>
    `${formatDuration(numberAt(row, "median_seconds"))} in ${clipName(textAt(row, "repo"), 30)}`;
  const [first, last] = [sorted[0], sorted.at(-1)];
  return first === last
    ? `The median ${noun} took ${words(first)}`
    : `The median ${noun} took from ${words(first)} to ${words(last)}`;
}
