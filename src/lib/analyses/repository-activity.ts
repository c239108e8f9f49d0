import { rankedBars } from "../charts/ranked-bars";
import { dataLine } from "../charts/words";
import { formatCount } from "../notebook/figures";
import type { Row } from "../athena/values";
import type { Analysis } from "./analysis";
import { countOf, leadersOf } from "./leaders";
import { daysParameter, limitParameter } from "./parameters";
import { numberAt, textAt } from "./read-row";
import { countsByType, lastDays } from "./window";

/** A column of counts and what the chart calls it. */
const series: readonly (readonly [column: string, label: string])[] = [
  ["pushes", "PushEvent"],
  ["pull_requests", "PullRequestEvent"],
  ["issues", "IssuesEvent"],
  ["forks", "ForkEvent"],
  ["other_events", "Other types"],
];

/** The busiest repositories, by type of event. */
export const repositoryActivity: Analysis = {
  name: "repository-activity",
  title: "Repository activity",
  question: "Which repositories have the most events, and of which types?",
  parameters: [daysParameter("all"), limitParameter(15, "repositories")],
  caveat:
    "Repositories are told apart by full name: one that was renamed counts under both names. Much " +
    "activity is not importance: automation makes many events.",

  sql({ days, limit }) {
    const window = lastDays("github_events", "created_at", days);
    return {
      sql: `
WITH counted AS (
  SELECT
    repo,
    ${countsByType},
    count(DISTINCT user_login) AS contributors,
    min(created_at) AS first_at,
    max(created_at) AS last_at
  FROM github_events
  WHERE ${window.sql}
  GROUP BY repo
),
ranked AS (
  SELECT
    *,
    row_number() OVER (ORDER BY events DESC, repo) AS position,
    sum(events) OVER () AS data_events,
    count(*) OVER () AS data_repositories,
    min(first_at) OVER () AS data_from,
    max(last_at) OVER () AS data_to
  FROM counted
)
SELECT
  position, repo, events, pushes, pull_requests, issues, forks, other_events, contributors,
  data_events, data_repositories, data_from, data_to
FROM ranked
WHERE position <= ?
ORDER BY position`.trim(),
      params: [...window.params, limit],
    };
  },

  chart(rows, context) {
    return rankedBars(
      rows.map((row) => ({
        name: textAt(row, "repo"),
        values: Object.fromEntries(series.map(([column, label]) => [label, numberAt(row, column)])),
        details: { Contributors: numberAt(row, "contributors") },
      })),
      {
        title: findingOf(rows, context.totals),
        subtitle: dataLine(context, "events"),
        description:
          "Stacked bar chart of the repositories with the most events, by type of event.",
        measure: "Events",
        subject: "Repository",
        series: series.map(([, label]) => label),
      },
    );
  },
};

function findingOf(rows: readonly Row[], totals: Readonly<Record<string, number>>): string {
  if (rows.length === 0) return "No repositories yet";
  const { names, tied } = leadersOf(rows, "repo", "events");
  const count = countOf(numberAt(rows[0], "events"), "event");
  const first = tied
    ? `${names} are the busiest repositories, with ${count} each`
    : `${names} is the busiest repository, with ${count}`;
  const repositories = totals["repositories"] ?? 0;
  return repositories > rows.length
    ? `${first}; ${formatCount(repositories)} repositories in all`
    : first;
}
