import type { ColumnOfTable, TableName } from "../tables";
import type { BoundSql } from "./analysis";

/**
 * A condition for WHERE: only the rows of the last `days` days of a table, counted back from its
 * newest row. Always true where `days` is undefined.
 *
 * @param column - the table's time
 */
export function lastDays<N extends TableName>(
  table: N,
  column: ColumnOfTable<N>,
  days: number | undefined,
): BoundSql {
  if (days === undefined) return { sql: "TRUE", params: [] };
  return {
    sql: `${column} > (SELECT date_add('day', ?, max(${column})) FROM ${table})`,
    params: [-days],
  };
}

/** Counts by type, a column each, as SQL; what is none of the four is `other_events`. */
export const countsByType = `
    count(*) AS events,
    count_if(event_type = 'PushEvent') AS pushes,
    count_if(event_type = 'PullRequestEvent') AS pull_requests,
    count_if(event_type = 'IssuesEvent') AS issues,
    count_if(event_type = 'ForkEvent') AS forks,
    count_if(event_type NOT IN ('PushEvent', 'PullRequestEvent', 'IssuesEvent', 'ForkEvent'))
      AS other_events`.trimStart();
