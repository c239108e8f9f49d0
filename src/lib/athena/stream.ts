import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import type { RowReader } from "./columns";
import type { TextRow } from "./csv-rows";
import { openResult, type QueryAnswer, type ResultOptions } from "./open-result";
import type { Column, Row } from "./values";

/** A query that has succeeded, its rows still on the server. */
export interface QueryStream extends QueryAnswer {
  columns: readonly Column[];
  /** The rows, some at a time; to be read once. */
  pages: AsyncIterable<readonly Row[]>;
}

/**
 * Runs a query and gives its typed rows some at a time, for results that do not fit in memory.
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
  options: ResultOptions,
  effects: Effects,
): Promise<QueryStream> {
  const { answer, reader, texts } = await openResult(settings, sql, options, effects);
  return { ...answer, columns: reader.columns, pages: typedPages(reader, texts) };
}

async function* typedPages(
  reader: RowReader,
  texts: AsyncIterable<readonly TextRow[]>,
): AsyncGenerator<readonly Row[]> {
  for await (const rows of texts) yield rows.map((row) => reader.read(row));
}
