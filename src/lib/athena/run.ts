import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import type { Athena } from "./client";
import {
  type FinishedExecution,
  startExecution,
  stopExecution,
  waitForExecution,
} from "./execution";
import type { QueryOptions } from "./query-options";

/**
 * Starts a query and waits for its end; where the caller stops waiting, the query is stopped on the
 * server too.
 *
 * @throws {@link WorkbenchError} code ATHENA, or ABORTED
 */
export async function runExecution(
  athena: Athena,
  settings: Settings,
  sql: string,
  options: Pick<QueryOptions, "params" | "reuse" | "maxScanBytes">,
  effects: Effects,
): Promise<FinishedExecution> {
  const id = await startExecution(athena, settings, sql, options);
  try {
    return await waitForExecution(athena, settings, { id, sql }, options, effects);
  } catch (error) {
    if (effects.signal?.aborted !== true) throw error;
    await stopExecution(athena, id, effects);
    effects.progress({ step: "query", state: "STOPPED" });
    throw new WorkbenchError("ABORTED", "the query was stopped", {
      cause: error,
      context: { queryExecutionId: id, sql },
    });
  }
}
