import { rankedBars } from "../charts/ranked-bars";
import { dataLine } from "../charts/words";
import type { Row } from "../athena/values";
import type { Analysis, AnalysisContext } from "./analysis";
import { countOf, leadersOf } from "./leaders";
import { daysParameter, limitParameter } from "./parameters";
import { numberAt, textAt } from "./read-row";
import { countsByType, lastDays } from "./window";

/** A bot's login, as far as a name tells: `dependabot[bot]`, `k8s-ci-robot`, `LombiqBot`; not `Talbot`. */
export const botPattern = String.raw`(\[bot\]|[-_]([Bb]ot|BOT|[Rr]obot)|[a-z0-9]Bot)$`;

/** Who is behind most events, with bots in a list of their own. */
export const topContributors: Analysis = {
  name: "top-contributors",
  title: "Top contributors",
  question: "Who is behind the most events, people and bots apart?",
  parameters: [daysParameter("all"), limitParameter(15, "people, and as many bots")],
  caveat:
    "An event is one action, a push of one commit as much as one of a hundred. Bots are told by " +
    "their names ([bot], -bot, -robot or Bot at the end): some go by other names.",

  sql({ days, limit }) {
    const window = lastDays("github_events", "created_at", days);
    return {
      sql: `
WITH counted AS (
  SELECT
    user_login,
    CASE WHEN regexp_like(user_login, '${botPattern}') THEN 'bot' ELSE 'person' END AS kind,
    ${countsByType},
    count(DISTINCT repo) AS repositories,
    min(created_at) AS first_at,
    max(created_at) AS last_at
  FROM github_events
  WHERE user_login IS NOT NULL AND ${window.sql}
  GROUP BY user_login
),
ranked AS (
  SELECT
    *,
    row_number() OVER (PARTITION BY kind ORDER BY events DESC, user_login) AS position,
    sum(events) OVER () AS data_events,
    sum(CASE WHEN kind = 'bot' THEN events ELSE 0 END) OVER () AS data_bot_events,
    min(first_at) OVER () AS data_from,
    max(last_at) OVER () AS data_to
  FROM counted
)
SELECT
  kind, position, user_login, events, pushes, pull_requests, issues, forks, other_events,
  repositories, data_events, data_bot_events, data_from, data_to
FROM ranked
WHERE position <= ?
ORDER BY kind DESC, position`.trim(),
      params: [...window.params, limit],
    };
  },

  chart(rows, context) {
    return rankedBars(
      rows.map((row) => ({
        name: textAt(row, "user_login"),
        group: row["kind"] === "bot" ? "Bots" : "People",
        values: { [row["kind"] === "bot" ? "Bots" : "People"]: numberAt(row, "events") },
        details: { Repositories: numberAt(row, "repositories") },
      })),
      {
        title: findingOf(rows, context),
        subtitle: dataLine(context, "events"),
        description: `Bar chart of the contributors with the most events, people and bots apart.`,
        measure: "Events",
        subject: "Contributor",
        series: ["People", "Bots"],
      },
    );
  },
};

function findingOf(rows: readonly Row[], { totals }: AnalysisContext): string {
  const people = rows.filter((row) => row["kind"] === "person");
  const shown = people.length > 0 ? people : rows;
  if (shown.length === 0) return "No contributors yet";
  const { names, tied } = leadersOf(shown, "user_login", "events");
  const among = people.length > 0 ? "people" : "bots";
  const count = countOf(numberAt(shown[0], "events"), "event");
  const first = `Among ${among}, ${names} ${tied ? "lead" : "leads"} with ${count}${tied ? " each" : ""}`;
  const share = (totals["bot_events"] ?? 0) / Math.max(1, totals["events"] ?? 0);
  return share === 0 ? first : `${first}; bots are behind ${formatShare(share)} of all events`;
}

function formatShare(share: number): string {
  const percent = share * 100;
  if (percent < 1) return "less than 1\u00a0%";
  return `${Math.round(percent)}\u00a0%`;
}
