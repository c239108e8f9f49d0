import { rankedBars } from "../charts/ranked-bars";
import { dataLine } from "../charts/words";
import { formatCount } from "../notebook/figures";
import type { Row } from "../athena/values";
import type { Analysis } from "./analysis";
import { countOf, leadersOf } from "./leaders";
import { daysParameter, limitParameter } from "./parameters";
import { numberAt, textAt } from "./read-row";
import { lastDays } from "./window";

/** Which repositories others take a copy of. */
export const forkActivity: Analysis = {
  name: "fork-activity",
  title: "Fork activity",
  question: "Which repositories are forked most?",
  parameters: [daysParameter("all"), limitParameter(15, "repositories")],
  caveat:
    "Counts the forks made in this time, not those a repository has in all. Coursework is forked " +
    "by whole classes: many forks need not mean many who contribute.",

  sql({ days, limit }) {
    const window = lastDays("github_events", "created_at", days);
    return {
      sql: `
WITH counted AS (
  SELECT
    repo,
    count(*) AS forks,
    count(DISTINCT user_login) AS forked_by,
    max(language) AS language,
    min(created_at) AS first_at,
    max(created_at) AS last_at
  FROM github_events
  WHERE event_type = 'ForkEvent' AND ${window.sql}
  GROUP BY repo
),
ranked AS (
  SELECT
    *,
    row_number() OVER (ORDER BY forks DESC, repo) AS position,
    sum(forks) OVER () AS data_forks,
    count(*) OVER () AS data_repositories,
    min(first_at) OVER () AS data_from,
    max(last_at) OVER () AS data_to
  FROM counted
)
SELECT
  position, repo, forks, forked_by, language, data_forks, data_repositories, data_from, data_to
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
        values: { ForkEvent: numberAt(row, "forks") },
        details: { "Forked by": numberAt(row, "forked_by") },
      })),
      {
        title: findingOf(rows, context.totals),
        subtitle: dataLine(context, "forks"),
        description: "Bar chart of the repositories with the most forks.",
        measure: "Forks",
        subject: "Repository",
        series: ["ForkEvent"],
      },
    );
  },
};

function findingOf(rows: readonly Row[], totals: Readonly<Record<string, number>>): string {
  if (rows.length === 0) return "No forks yet";
  const { names, tied } = leadersOf(rows, "repo", "forks");
  const count = countOf(numberAt(rows[0], "forks"), "fork");
  const first = tied
    ? `${names} were forked most, with ${count} each`
    : `${names} was forked most, with ${count}`;
  const repositories = totals["repositories"] ?? 0;
  return repositories > rows.length
    ? `${first}; ${formatCount(repositories)} repositories were forked in all`
    : first;
}
