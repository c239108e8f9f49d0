import type { Settings } from "../config/settings";
import { throwIfAborted, type Effects } from "../effects";
import { WorkbenchError } from "../errors";
import { athenaError, openAthena, type Athena } from "./client";
import { rowReader, type RowReader } from "./columns";
import {
  startExecution,
  stopExecution,
  waitForExecution,
  type FinishedExecution,
} from "./execution";
import type { QueryOptions } from "./query-options";
import type { Column, Row } from "./values";

/** Athena's largest page; the header of a SELECT counts as a row of the first. */
const pageRows = 1000;

/** A query that has succeeded, its rows still on the server. */
export interface QueryStream extends FinishedExecution {
  sql: string;
  columns: readonly Column[];
  /** The rows, a page at a time; to be read once. */
  pages: AsyncIterable<readonly Row[]>;
}

/**
 * Runs a query and gives its typed rows page by page, for results that do not fit in memory.
 * Read `pages` to the end or break out of the loop: either frees the connection.
 *
 * @throws {@link WorkbenchError} as `runQuery` does
 *
 * @example
 * ```ts
 * const { pages } = await streamQuery(settings, "SELECT * FROM github_events", {}, effects);
 * for await (const rows of pages) for (const row of rows) write(row);
 * ```
 */
export async function streamQuery(
  settings: Settings,
  sql: string,
  options: Pick<QueryOptions, "params" | "reuse">,
  effects: Effects,
): Promise<QueryStream> {
  if (sql.trim() === "") {
    throw new WorkbenchError("USAGE", "the query is empty", {
      hint: 'npx workbench query "SELECT event_type, COUNT(*) FROM github_events GROUP BY event_type"',
    });
  }
  throwIfAborted(effects.signal);
  const athena = await openAthena(settings);
  try {
    const id = await startExecution(athena, settings, sql, options);
    const execution = await settle(athena, settings, { id, sql }, effects);
    const first = await fetchPage(athena, settings, id, undefined);
    // The header has no place in what has none: SHOW, DESCRIBE, EXPLAIN and DDL.
    const skipHeader = execution.statementType === "DML";
    return {
      ...execution,
      sql,
      columns: first.reader.columns,
      pages: readPages(athena, settings, id, first, skipHeader, effects),
    };
  } catch (error) {
    athena.client.destroy();
    throw error;
  }
}

/** Waits for the end; where the caller stops waiting, the query is stopped too. */
async function settle(
  athena: Athena,
  settings: Settings,
  execution: { id: string; sql: string },
  effects: Effects,
): Promise<FinishedExecution> {
  try {
    return await waitForExecution(athena, settings, execution, effects);
  } catch (error) {
    if (effects.signal?.aborted !== true) throw error;
    await stopExecution(athena, execution.id, effects);
    effects.progress({ step: "query", state: "STOPPED" });
    throw new WorkbenchError("ABORTED", "the query was stopped", {
      cause: error,
      context: { queryExecutionId: execution.id, sql: execution.sql },
    });
  }
}

interface Page {
  reader: RowReader;
  rows: readonly import("@aws-sdk/client-athena").Row[];
  nextToken: string | undefined;
}

async function* readPages(
  athena: Athena,
  settings: Settings,
  id: string,
  first: Page,
  skipHeader: boolean,
  effects: Effects,
): AsyncGenerator<readonly Row[]> {
  try {
    let read = 0;
    let page = first;
    for (;;) {
      const [head] = page.rows;
      const isHeader =
        page === first && skipHeader && head !== undefined && first.reader.isHeader(head);
      const rows = page.rows.slice(isHeader ? 1 : 0).map((row) => first.reader.read(row));
      read += rows.length;
      if (rows.length > 0) yield rows;
      if (page.nextToken === undefined) return;
      throwIfAborted(effects.signal, "reading the result was stopped");
      effects.progress({ step: "query", state: "READING", figures: { rows: read } });
      page = await fetchPage(athena, settings, id, page.nextToken);
    }
  } finally {
    athena.client.destroy();
  }
}

async function fetchPage(
  athena: Athena,
  settings: Settings,
  id: string,
  token: string | undefined,
): Promise<Page> {
  try {
    const answer = await athena.client.send(
      new athena.sdk.GetQueryResultsCommand({
        QueryExecutionId: id,
        MaxResults: pageRows,
        ...(token === undefined ? {} : { NextToken: token }),
      }),
    );
    return {
      reader: rowReader(answer.ResultSet?.ResultSetMetadata?.ColumnInfo ?? []),
      rows: answer.ResultSet?.Rows ?? [],
      nextToken: answer.NextToken,
    };
  } catch (error) {
    throw athenaError(error, "the query's result cannot be read", settings, {
      queryExecutionId: id,
    });
  }
}
