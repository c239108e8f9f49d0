import { boxWords, quantileRanges } from "../charts/quantile-ranges";
import { dataLine, formatDuration } from "../charts/words";
import type { Row } from "../athena/values";
import type { Analysis, AnalysisContext } from "./analysis";
import { daysParameter } from "./parameters";
import { quantilesOf, quantilesSql } from "./quantiles";
import { numberAt, textAt } from "./read-row";
import { lastDays } from "./window";

/** How long issues and pull requests take until they are closed or merged. */
export const timeToResolution: Analysis = {
  name: "time-to-resolution",
  title: "Time to resolution",
  question: "How long do issues and pull requests stay open before they are closed or merged?",
  parameters: [daysParameter("all")],
  caveat:
    "Only what was closed or merged within the data counts: what is still open would be slower. " +
    "Where GitHub no longer tells when a pull request was opened, it counts only if its opening was captured or looked up.",

  sql({ days }) {
    const window = lastDays("resolutions", "resolved_at", days);
    return {
      sql: `
WITH ranked AS (
  SELECT
    kind, outcome, seconds_to_resolution, resolved_at,
    count(seconds_to_resolution) OVER (PARTITION BY kind, outcome) AS known,
    row_number() OVER (
      PARTITION BY kind, outcome ORDER BY seconds_to_resolution NULLS LAST
    ) - 1 AS place,
    count(*) OVER () AS data_resolutions,
    count(seconds_to_resolution) OVER () AS data_known,
    min(resolved_at) OVER () AS data_from,
    max(resolved_at) OVER () AS data_to
  FROM resolutions
  WHERE ${window.sql}
)
SELECT
  kind,
  outcome,
  count(*) AS resolved,
  count(seconds_to_resolution) AS with_known_time,
  ${quantilesSql},
  max(data_resolutions) AS data_resolutions,
  max(data_known) AS data_known,
  min(data_from) AS data_from,
  max(data_to) AS data_to
FROM ranked
GROUP BY kind, outcome
ORDER BY kind, resolved DESC, outcome`.trim(),
      params: window.params,
    };
  },

  chart(rows, context) {
    const known = rows.filter((row) => row["median_seconds"] !== null);
    return quantileRanges(
      known.map((row) => ({
        name: nameOf(row),
        series: row["kind"] === "issue" ? "Issues" : "Pull requests",
        count: numberAt(row, "with_known_time"),
        ...quantilesOf(row),
      })),
      {
        title: findingOf(known),
        subtitle: `${dataLine(context, "resolutions")}${timesLine(context)}`,
        description:
          "Box plot on a logarithmic axis of the time from opening to resolution: tenth, " +
          "twenty-fifth, fiftieth, seventy-fifth and ninetieth percentile of issues and pull requests by outcome.",
        measure: "Time open (logarithmic)",
        series: ["Issues", "Pull requests"],
      },
    );
  },
};

/** How many have no known time, and how to read the boxes. */
function timesLine({ totals }: AnalysisContext): string {
  const unknown = (totals["resolutions"] ?? 0) - (totals["known"] ?? 0);
  const missing = unknown > 0 ? `, ${unknown} of them of unknown duration` : "";
  return totals["known"] === undefined ? "" : `${missing}${boxWords}`;
}

const outcomes: Readonly<Record<string, string>> = {
  merged: "merged",
  closed: "closed",
  completed: "completed",
  not_planned: "not planned",
  duplicate: "duplicates",
};

function nameOf(row: Row): string {
  const outcome = textAt(row, "outcome");
  const words = outcomes[outcome] ?? outcome;
  if (row["kind"] === "issue") return `Issues, ${words}`;
  return `PRs, ${outcome === "closed" ? "unmerged" : words}`;
}

/** The largest group of each kind, in words. */
function findingOf(rows: readonly Row[]): string {
  const parts = ["pull_request", "issue"].flatMap((kind) => {
    const [row] = rows
      .filter((candidate) => candidate["kind"] === kind)
      .sort((a, b) => numberAt(b, "with_known_time") - numberAt(a, "with_known_time"));
    if (row === undefined) return [];
    return [`${groupOf(row)} took ${formatDuration(numberAt(row, "median_seconds"))}`];
  });
  const [first, second] = parts;
  if (first === undefined) return "No resolved issues or pull requests yet";
  const sentence = `The median ${first}`;
  return second === undefined ? sentence : `${sentence}, the median ${second}`;
}

/** "merged pull request", "completed issue" */
function groupOf(row: Row): string {
  const outcome = textAt(row, "outcome");
  if (row["kind"] === "issue") {
    return outcome === "duplicate" ? "duplicate issue" : `${outcomes[outcome] ?? outcome} issue`;
  }
  return outcome === "closed"
    ? "unmerged pull request"
    : `${outcomes[outcome] ?? outcome} pull request`;
}
