import type { Settings } from "../config/settings";
import { parseDurationMs } from "../duration";
import { throwIfAborted, type Effects } from "../effects";
import type { Entry } from "./cache/entry-file";
import { QueryCache } from "./cache/query-cache";
import { openAthena } from "./client";
import { rowReader, type RowReader } from "./columns";
import type { TextRow } from "./csv-rows";
import type { FinishedExecution } from "./execution";
import { checkQuery, type QueryOptions } from "./query-options";
import { readResultFile } from "./result-file";
import { ResultPages } from "./result-pages";
import { readResult } from "./result-rows";
import { runExecution } from "./run";
import { estimateScanBytes } from "./scan-estimate";
import { scanRefused } from "./scan-limit";
import type { CachedAnswer } from "./summary";

/** What is known of a query that has succeeded. */
export interface QueryAnswer extends Omit<FinishedExecution, "outputLocation"> {
  sql: string;
  /** Set where the local cache answered: nothing was asked of Athena. */
  cached: CachedAnswer | undefined;
}

/** The answer, and its rows still on the server. */
export interface OpenResult {
  answer: QueryAnswer;
  reader: RowReader;
  /** The rows as texts, without a header, some at a time; to be read once. */
  texts: AsyncIterable<readonly TextRow[]>;
}

/** The parts of {@link QueryOptions} that have to do with the asking. */
export type ResultOptions = Omit<QueryOptions, "maxRows">;

/**
 * Runs a query, or finds its answer in the local cache, and opens its result. Read the texts to the
 * end or break out of the loop: either frees the connection.
 *
 * @throws {@link WorkbenchError} as `runQuery` does
 */
export async function openResult(
  settings: Settings,
  sql: string,
  options: ResultOptions,
  effects: Effects,
): Promise<OpenResult> {
  checkQuery(sql, options);
  const { params = [], cache: cacheAge = settings.athena.cache ?? false } = options;
  const maxAgeMs = cacheAge === false ? undefined : parseDurationMs(cacheAge, "cache");
  throwIfAborted(effects.signal);
  const cache =
    maxAgeMs === undefined ? undefined : await QueryCache.open(settings, sql, params, effects);
  const kept = await cache?.find(maxAgeMs ?? 0);
  if (kept !== undefined) return fromCache(kept, sql, effects);

  const askedMs = effects.now();
  const athena = await openAthena(settings);
  try {
    const { maxScanBytes } = options;
    if (maxScanBytes !== undefined) {
      const bytes = await estimateScanBytes(athena, settings, sql, params, effects);
      if (bytes !== undefined && bytes > maxScanBytes) throw scanRefused(bytes, maxScanBytes, sql);
    }
    const ran = await runExecution(athena, settings, sql, options, effects);
    const { outputLocation, ...execution } = ran;
    const id = execution.queryExecutionId;
    const pages = new ResultPages(athena, settings, id, effects.signal);
    const first = await pages.read();
    const { columns } = first;
    const reader = rowReader(columns);
    const { signal } = effects;
    const file =
      outputLocation === undefined
        ? undefined
        : () => readResultFile(settings, outputLocation, columns.length, signal);
    // The header has no place in what has none: SHOW, DESCRIBE, EXPLAIN and DDL.
    const mayHaveHeader = execution.statementType === "DML";
    const rows = withoutHeader(
      readResult({ pages, file }, first, effects),
      (row) => mayHaveHeader && reader.isHeader(row),
    );
    const { statementType, reused } = execution;
    const isKept = cache !== undefined && execution.substatementType === "SELECT" && !reused;
    const head = { askedMs, queryExecutionId: id, statementType, columns };
    return {
      answer: { ...execution, sql, cached: undefined },
      reader,
      texts: watched(isKept ? cache.keep(head, rows) : rows, effects, () => {
        athena.client.destroy();
      }),
    };
  } catch (error) {
    athena.client.destroy();
    throw error;
  }
}

function fromCache(entry: Entry, sql: string, effects: Effects): OpenResult {
  const { askedMs, columns, ...head } = entry.head;
  return {
    answer: {
      ...head,
      substatementType: "SELECT",
      sql,
      dataScannedBytes: 0,
      engineMs: 0,
      costUsd: 0,
      reused: false,
      cached: { askedMs, ageMs: effects.now() - askedMs },
    },
    reader: rowReader(columns),
    texts: watched(entry.rows(), effects, () => undefined),
  };
}

async function* withoutHeader(
  pages: AsyncIterable<readonly TextRow[]>,
  isHeader: (row: TextRow) => boolean,
): AsyncGenerator<readonly TextRow[]> {
  let isFirst = true;
  for await (const rows of pages) {
    const [head] = rows;
    yield isFirst && head !== undefined && isHeader(head) ? rows.slice(1) : rows;
    isFirst = false;
  }
}

/** Tells how far the reading is, stops where it shall, and says when no row is wanted any more. */
async function* watched(
  pages: AsyncIterable<readonly TextRow[]>,
  effects: Effects,
  done: () => void,
): AsyncGenerator<readonly TextRow[]> {
  let read = 0;
  try {
    for await (const rows of pages) {
      throwIfAborted(effects.signal, "reading the result was stopped");
      if (read > 0) effects.progress({ step: "query", state: "READING", figures: { rows: read } });
      read += rows.length;
      if (rows.length > 0) yield rows;
    }
  } finally {
    done();
  }
}
