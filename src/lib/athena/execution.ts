import { randomUUID } from "node:crypto";
import type { QueryExecution } from "@aws-sdk/client-athena";
import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { describeError, WorkbenchError } from "../errors";
import { athenaError, queryHint, type Athena } from "./client";
import { queryCostUsd } from "./cost";
import { markPlace } from "./error-place";
import { renderParameter } from "./parameters";
import { type QueryOptions, readReuseMinutes } from "./query-options";
import { scanStopped } from "./scan-limit";
import { formatBytes } from "../notebook/figures";

/** What is known of a query that has succeeded. */
export interface FinishedExecution {
  queryExecutionId: string;
  dataScannedBytes: number;
  engineMs: number;
  costUsd: number;
  reused: boolean;
  /** DML, DDL or UTILITY. */
  statementType: string | undefined;
  /** SELECT, INSERT, …: what kind of statement it is of its type. */
  substatementType: string | undefined;
  /** The result's file, `s3://…csv`; undefined where it has none that can be read as it is. */
  outputLocation: string | undefined;
}

/** A query of a moment is not waited for longer than it takes, nor is a long one asked for often. */
const firstPollMs = 20;
const lastPollMs = 1000;
const pollGrowth = 1.05;
/** While a query's bytes are watched. */
const watchPollMs = 250;

/**
 * Starts a query and returns its execution id. The token makes the SDK's own retries safe: the
 * same call twice is one execution.
 */
export async function startExecution(
  athena: Athena,
  settings: Settings,
  sql: string,
  { params = [], reuse }: Pick<QueryOptions, "params" | "reuse">,
): Promise<string> {
  const literals = params.map(renderParameter);
  const reuseMinutes = reuse === undefined ? undefined : readReuseMinutes(reuse);
  try {
    const answer = await athena.client.send(
      new athena.sdk.StartQueryExecutionCommand({
        QueryString: sql,
        ClientRequestToken: randomUUID(),
        QueryExecutionContext: { Database: settings.glue.database },
        WorkGroup: settings.athena.workgroup,
        ...(literals.length === 0 ? {} : { ExecutionParameters: literals }),
        ...(reuseMinutes === undefined
          ? {}
          : {
              ResultReuseConfiguration: {
                ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: reuseMinutes },
              },
            }),
        ...(settings.athena.output === undefined
          ? {}
          : { ResultConfiguration: { OutputLocation: settings.athena.output } }),
      }),
    );
    if (answer.QueryExecutionId !== undefined) return answer.QueryExecutionId;
  } catch (error) {
    const place = markPlace(sql, describeError(error));
    throw athenaError(error, "the query was refused", settings, {
      sql,
      ...(place === undefined ? {} : { place }),
    });
  }
  throw new WorkbenchError("ATHENA", "Athena gave no execution id", { context: { sql } });
}

/**
 * Waits until a query has ended, asking after 20 ms, then ever more slowly up to once a second.
 * An abort stops the query on the server as well.
 *
 * @throws {@link WorkbenchError} code ATHENA with the reason where it failed or was cancelled,
 *   or it scanned more than it may, code ABORTED where the signal stopped it
 */
export async function waitForExecution(
  athena: Athena,
  settings: Settings,
  execution: { id: string; sql: string },
  { maxScanBytes = Infinity }: Pick<QueryOptions, "maxScanBytes">,
  effects: Effects,
): Promise<FinishedExecution> {
  const longestMs = maxScanBytes === Infinity ? lastPollMs : watchPollMs;
  let waitMs = firstPollMs;
  for (;;) {
    const state = await getExecution(athena, settings, execution);
    const status = state.Status?.State ?? "QUEUED";
    report(effects, status, state);
    const scannedBytes = state.Statistics?.DataScannedInBytes ?? 0;
    if (status === "SUCCEEDED") {
      // It is paid for: the rows are worth having.
      if (scannedBytes > maxScanBytes) warnOfScan(scannedBytes, maxScanBytes, effects);
      return finished(execution.id, state);
    }
    if (status === "FAILED" || status === "CANCELLED") throw failure(execution, state);
    if (scannedBytes > maxScanBytes) {
      await stopExecution(athena, execution.id, effects);
      throw scanStopped(scannedBytes, maxScanBytes, execution);
    }
    await effects.sleep(waitMs, effects.signal);
    waitMs = Math.min(longestMs, waitMs * pollGrowth);
  }
}

function warnOfScan(scannedBytes: number, maxScanBytes: number, { logger }: Effects): void {
  logger.warn(
    `the query had ended before it could be stopped: it scanned ${formatBytes(scannedBytes)}, and may scan ${formatBytes(maxScanBytes)}`,
  );
}

/** Asks the server to stop a query; what goes wrong is only logged, for the work is over. */
export async function stopExecution(athena: Athena, id: string, effects: Effects): Promise<void> {
  try {
    await athena.client.send(new athena.sdk.StopQueryExecutionCommand({ QueryExecutionId: id }));
    effects.logger.info("query stopped on the server", { queryExecutionId: id });
  } catch (error) {
    effects.logger.warn("the query could not be stopped on the server", {
      queryExecutionId: id,
      error: describeError(error),
    });
  }
}

async function getExecution(
  athena: Athena,
  settings: Settings,
  { id, sql }: { id: string; sql: string },
): Promise<QueryExecution> {
  try {
    const answer = await athena.client.send(
      new athena.sdk.GetQueryExecutionCommand({ QueryExecutionId: id }),
    );
    return answer.QueryExecution ?? {};
  } catch (error) {
    throw athenaError(error, "the query's state cannot be read", settings, {
      queryExecutionId: id,
      sql,
    });
  }
}

function report(effects: Effects, status: string, state: QueryExecution): void {
  const reason = state.Status?.StateChangeReason;
  const scanned = state.Statistics?.DataScannedInBytes ?? 0;
  const running = status === "QUEUED" || status === "RUNNING";
  effects.progress({
    step: "query",
    state: running && reason !== undefined && reason !== "" ? `${status}: ${reason}` : status,
    ...(scanned > 0 ? { figures: { dataScannedBytes: scanned } } : {}),
  });
}

function finished(queryExecutionId: string, state: QueryExecution): FinishedExecution {
  const statistics = state.Statistics;
  const dataScannedBytes = statistics?.DataScannedInBytes ?? 0;
  const reused = statistics?.ResultReuseInformation?.ReusedPreviousResult ?? false;
  const statementType = state.StatementType;
  return {
    queryExecutionId,
    dataScannedBytes,
    engineMs: statistics?.EngineExecutionTimeInMillis ?? 0,
    costUsd: queryCostUsd({ dataScannedBytes, statementType, reused }),
    reused,
    statementType,
    substatementType: state.SubstatementType,
    outputLocation: resultFile(state),
  };
}

/** What the client of another key has encrypted, only Athena can read. */
function resultFile({ ResultConfiguration: result }: QueryExecution): string | undefined {
  const location = result?.OutputLocation;
  const encrypted = result?.EncryptionConfiguration?.EncryptionOption === "CSE_KMS";
  return location?.endsWith(".csv") === true && !encrypted ? location : undefined;
}

function failure(execution: { id: string; sql: string }, state: QueryExecution): WorkbenchError {
  const status = state.Status;
  const reason =
    status?.StateChangeReason ?? status?.AthenaError?.ErrorMessage ?? "no reason given";
  const cancelled = status?.State === "CANCELLED";
  const hint = cancelled ? undefined : queryHint(reason);
  const place = markPlace(execution.sql, reason);
  return new WorkbenchError(
    "ATHENA",
    `query ${cancelled ? "cancelled" : "failed"}: ${reason.replaceAll(/\s*\n\s*/g, " ").trim()}`,
    {
      ...(hint === undefined ? {} : { hint }),
      retryable: status?.AthenaError?.Retryable ?? false,
      context: {
        queryExecutionId: execution.id,
        sql: execution.sql,
        reason,
        ...(place === undefined ? {} : { place }),
      },
    },
  );
}
