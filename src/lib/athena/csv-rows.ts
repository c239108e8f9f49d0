import { StringDecoder } from "node:string_decoder";

/** A row as Athena tells it: a text a column, null where there is no value. */
export type TextRow = readonly (string | null)[];

const quote = 34;
const comma = 44;
const lineEnd = 10;

/** A row as Athena writes it. */
export function formatCsvRow(row: TextRow): string {
  let line = "";
  let separator = "";
  for (const value of row) {
    line += separator;
    if (value !== null) line += `"${value.includes('"') ? value.replaceAll('"', '""') : value}"`;
    separator = ",";
  }
  return `${line}\n`;
}

/**
 * The rows of a whole file, some with each chunk of its bytes.
 *
 * @throws Error where the file is not of Athena's form
 */
export async function* readCsv(chunks: AsyncIterable<Buffer>): AsyncGenerator<readonly TextRow[]> {
  const csv = new CsvRows();
  // A character may be cut in two.
  const decoder = new StringDecoder("utf8");
  for await (const chunk of chunks) {
    const rows = csv.add(decoder.write(chunk));
    if (rows.length > 0) yield rows;
  }
  const rows = csv.end();
  if (rows.length > 0) yield rows;
}

/**
 * Reads the result files that Athena writes, as their text arrives: every value in quotes, a quote
 * within doubled, a null nothing at all, each row ended by `\n`. No other reader would do: to those
 * of npm a null and an empty text (`""`) are the same.
 *
 * Whatever is not of that form is an error, never a guess. Of the text only the row that has not
 * ended yet is kept.
 *
 * @example
 * ```ts
 * const csv = new CsvRows();
 * csv.add('"a",,""\n"b'); // [["a", null, ""]]
 * csv.end(); // throws: the file ends within a row
 * ```
 */
export class CsvRows {
  #rest = "";
  /** Below this length the rest is not looked at again: a long row must not be read ever anew. */
  #enough = 0;

  /**
   * Takes the next piece of the file and gives the rows that it completes.
   *
   * @throws Error where the text is not of Athena's form
   */
  add(text: string): TextRow[] {
    this.#rest += text;
    if (this.#rest.length < this.#enough) return [];
    const rows: TextRow[] = [];
    const end = readRows(this.#rest, rows);
    this.#rest = this.#rest.slice(end);
    this.#enough = end === 0 ? 2 * this.#rest.length : 0;
    return rows;
  }

  /**
   * Ends the file, and gives the rows that were put off.
   *
   * @throws Error where the last row has not ended
   */
  end(): TextRow[] {
    this.#enough = 0;
    const rows = this.add("");
    if (this.#rest !== "") throw new Error("the file ends within a row");
    return rows;
  }
}

/** Reads whole rows, and returns where the one begins that is not whole. */
function readRows(text: string, rows: TextRow[]): number {
  let at = 0;
  for (;;) {
    const start = at;
    const row: (string | null)[] = [];
    for (;;) {
      const first = text.charCodeAt(at);
      if (first === quote) {
        const from = at + 1;
        let doubled = false;
        for (at = from; ; at += 2) {
          at = text.indexOf('"', at);
          // What follows a quote says whether it ends the value: it must be there to be seen.
          if (at < 0 || at + 1 === text.length) return start;
          if (text.charCodeAt(at + 1) !== quote) break;
          doubled = true;
        }
        const value = text.slice(from, at);
        at += 1;
        row.push(doubled ? value.replaceAll('""', '"') : value);
      } else if (first === comma || first === lineEnd) {
        row.push(null);
      } else if (at === text.length) {
        return start;
      } else {
        throw new Error(`a value without quotes: ${JSON.stringify(text.slice(at, at + 20))}`);
      }
      const next = text.charCodeAt(at);
      at += 1;
      if (next === lineEnd) break;
      if (next === comma) continue;
      throw new Error(
        `a value goes on after its quotes: ${JSON.stringify(text.slice(at, at + 20))}`,
      );
    }
    rows.push(row);
  }
}
