import { rankedBars } from "../charts/ranked-bars";
import { dataLine } from "../charts/words";
import type { Row } from "../athena/values";
import type { Analysis, AnalysisContext } from "./analysis";
import { countOf, leadersOf } from "./leaders";
import { daysParameter, limitParameter } from "./parameters";
import { numberAt, textAt } from "./read-row";
import { lastDays } from "./window";

const told = "Told by the push";
const lookedUp = "Looked up";

/** How many commits went to which repositories, as far as anything tells. */
export const commitsPerRepository: Analysis = {
  name: "commits-per-repository",
  title: "Commits per repository",
  question: "Which repositories get the most commits?",
  parameters: [daysParameter("all"), limitParameter(15, "repositories")],
  caveat:
    "Only pushes with a known number of commits count: since 2025-10-07 GitHub sends none, and " +
    "`produce --enrich` looks up a share of them. Repositories whose pushes are all unknown are missing here.",

  sql({ days, limit }) {
    const window = lastDays("github_events", "created_at", days);
    return {
      sql: `
WITH pushes AS (
  SELECT repo, event_type, event_id, commits, created_at
  FROM github_events
  WHERE event_type = 'PushEvent' AND ${window.sql}
),
looked_up AS (
  SELECT event_type, event_id, max(commits) AS commits
  FROM enrichment
  WHERE kind = 'push_commits' AND status = 'ok'
  GROUP BY event_type, event_id
),
known AS (
  SELECT
    p.repo,
    p.created_at,
    p.commits AS told,
    CASE WHEN p.commits IS NULL THEN l.commits END AS looked_up
  FROM pushes p
  LEFT JOIN looked_up l ON l.event_type = p.event_type AND l.event_id = p.event_id
),
counted AS (
  SELECT
    repo,
    count(*) AS pushes,
    count_if(told IS NULL AND looked_up IS NULL) AS pushes_unknown,
    sum(COALESCE(told, looked_up)) AS commits,
    COALESCE(sum(told), 0) AS commits_told,
    COALESCE(sum(looked_up), 0) AS commits_looked_up,
    min(created_at) AS first_at,
    max(created_at) AS last_at
  FROM known
  GROUP BY repo
),
ranked AS (
  SELECT
    *,
    row_number() OVER (ORDER BY commits DESC NULLS LAST, repo) AS position,
    sum(pushes) OVER () AS data_pushes,
    sum(pushes_unknown) OVER () AS data_unknown,
    sum(commits) OVER () AS data_commits,
    min(first_at) OVER () AS data_from,
    max(last_at) OVER () AS data_to
  FROM counted
)
SELECT
  position, repo, commits, commits_told, commits_looked_up, pushes, pushes_unknown,
  data_pushes, data_unknown, data_commits, data_from, data_to
FROM ranked
WHERE position <= ? AND commits IS NOT NULL
ORDER BY position`.trim(),
      params: [...window.params, limit],
    };
  },

  chart(rows, context) {
    return rankedBars(
      rows.map((row) => ({
        name: textAt(row, "repo"),
        values: {
          [told]: numberAt(row, "commits_told"),
          [lookedUp]: numberAt(row, "commits_looked_up"),
        },
        details: {
          Pushes: numberAt(row, "pushes"),
          "of them unknown": numberAt(row, "pushes_unknown"),
        },
      })),
      {
        title: findingOf(rows),
        subtitle: `${dataLine(context, "pushes")}${unknownWords(context)}`,
        description: "Stacked bar chart of the repositories with the most commits.",
        remedy: "npx workbench produce --enrich 0.1 looks some up",
        measure: "Commits",
        subject: "Repository",
        series: [told, lookedUp],
      },
    );
  },
};

/** How many pushes say nothing, so that a thin answer is seen to be one. */
function unknownWords({ totals }: AnalysisContext): string {
  const unknown = totals["unknown"] ?? 0;
  if (unknown === 0) return "";
  return `, ${unknown.toLocaleString("en-US")} of them with an unknown number of commits`;
}

function findingOf(rows: readonly Row[]): string {
  if (rows.length === 0) return "No pushes with a known number of commits yet";
  const { names, tied } = leadersOf(rows, "repo", "commits");
  const count = countOf(numberAt(rows[0], "commits"), "commit");
  return tied
    ? `${names} got the most commits, ${count} each`
    : `${names} got the most commits, ${count}`;
}
