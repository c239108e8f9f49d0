import { type Effects, throwIfAborted } from "../effects";
import { describeError } from "../errors";
import type { TextRow } from "./csv-rows";
import type { ResultPage, ResultPages } from "./result-pages";

/** Where the rows of a result are read from. */
export interface ResultSource {
  pages: ResultPages;
  /** Reads the whole result from its file, the header first; undefined where there is none to read. */
  file: (() => AsyncIterable<readonly TextRow[]>) | undefined;
}

/**
 * The rows of a result as texts, its header first where it has one. The first page comes through
 * the API, for it tells the columns; what does not fit on it is read from the file, and through the
 * API where the file cannot be read or does not begin as that page does. Nobody sees which way it
 * was but by the time it took: the rows are the same.
 */
export async function* readResult(
  { pages, file }: ResultSource,
  first: ResultPage,
  effects: Effects,
): AsyncGenerator<readonly TextRow[]> {
  yield first.rows;
  if (first.nextToken === undefined) return;
  let read = first.rows.length;
  if (file !== undefined) {
    try {
      for await (const rows of after(first.rows, file())) {
        yield rows;
        read += rows.length;
      }
      return;
    } catch (error) {
      throwIfAborted(effects.signal, "reading the result was stopped");
      effects.logger.info(
        `the result's file cannot be read (${describeError(error)}): reading a thousand rows a time, which takes longer`,
      );
    }
  }
  let skip = read - first.rows.length;
  for await (const rows of pages.readFrom(first.nextToken)) {
    if (skip < rows.length) yield skip === 0 ? rows : rows.slice(skip);
    skip = Math.max(0, skip - rows.length);
  }
}

/** What comes after the rows that are known already; these must be the same. */
async function* after(
  known: readonly TextRow[],
  pages: AsyncIterable<readonly TextRow[]>,
): AsyncGenerator<readonly TextRow[]> {
  let at = 0;
  for await (const rows of pages) {
    const common = Math.min(rows.length, known.length - at);
    for (let index = 0; index < common; index += 1, at += 1) {
      if (!isSameRow(rows[index], known[at])) throw new Error("it holds other rows");
    }
    if (common < rows.length) yield common === 0 ? rows : rows.slice(common);
  }
  if (at < known.length) throw new Error("it holds fewer rows");
}

function isSameRow(one: TextRow = [], other: TextRow = []): boolean {
  return one.every((value, at) => value === other[at]);
}
