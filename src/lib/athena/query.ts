import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import { addValues, countRows } from "./column-values";
import { openResult } from "./open-result";
import type { QueryOptions } from "./query-options";
import { QueryResult } from "./result";
import type { Value } from "./values";

export type { QueryOptions };
export { QueryResult };

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
  const { answer, reader, texts } = await openResult(settings, sql, options, effects);
  const values: Value[][] = reader.columns.map(() => []);
  let truncated = false;
  for await (const rows of texts) {
    const room = (maxRows ?? defaultMaxRows) - countRows(values);
    truncated = rows.length > room;
    addValues(values, reader, truncated ? rows.slice(0, room) : rows);
    if (truncated) break;
  }
  if (truncated && maxRows === undefined) {
    throw new WorkbenchError(
      "ATHENA",
      `the result has more than ${defaultMaxRows.toLocaleString("en-US")} rows`,
      {
        hint: "aggregate in the SQL, name maxRows, or stream it by `npx workbench query --format csv`",
        context: { queryExecutionId: answer.queryExecutionId, sql },
      },
    );
  }
  return new QueryResult({ ...answer, columns: reader.columns, values, truncated });
}
