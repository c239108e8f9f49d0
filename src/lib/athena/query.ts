import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import type { QueryOptions } from "./query-options";
import { QueryResult } from "./result";

export type { QueryOptions };
export { QueryResult };
import { streamQuery } from "./stream";
import type { Row } from "./values";

/** Rows held in memory at the most, unless the caller names a number. */
export const defaultMaxRows = 1_000_000;

/**
 * Runs SQL on Athena, in the settings' workgroup and database, and returns its typed rows.
 * `effects.signal` stops the query on the server too; `effects.progress` is told of each change.
 *
 * @throws {@link WorkbenchError} code ATHENA with the reason and a hint, the SQL and the execution
 *   id in its context; code ABORTED; code USAGE for an empty query or a parameter that cannot be bound
 *
 * @example
 * ```ts
 * const result = await runQuery(
 *   settings,
 *   "SELECT repo, count(*) AS events FROM github_events WHERE event_type = ? GROUP BY repo",
 *   { params: ["PushEvent"] },
 *   effects,
 * );
 * result.rows[0]; // { repo: "octo/cat", events: 12 }
 * ```
 */
export async function runQuery(
  settings: Settings,
  sql: string,
  options: QueryOptions,
  effects: Effects,
): Promise<QueryResult> {
  const { maxRows } = options;
  const { pages, ...stream } = await streamQuery(settings, sql, options, effects);
  const rows: Row[] = [];
  let truncated = false;
  for await (const page of pages) {
    const room = (maxRows ?? defaultMaxRows) - rows.length;
    for (const row of page.length > room ? page.slice(0, room) : page) rows.push(row);
    truncated = page.length > room;
    if (truncated) break;
  }
  if (truncated && maxRows === undefined) {
    throw new WorkbenchError(
      "ATHENA",
      `the result has more than ${defaultMaxRows.toLocaleString("en-US")} rows`,
      {
        hint: "aggregate in the SQL, name maxRows, or stream it by `npx workbench query --format csv`",
        context: { queryExecutionId: stream.queryExecutionId, sql },
      },
    );
  }
  return new QueryResult({ ...stream, rows, truncated });
}
