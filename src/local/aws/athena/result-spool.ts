import { createReadStream, createWriteStream, existsSync, type WriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import { formatCsvRow, readCsv, type TextRow } from "../../../lib/athena/csv-rows";
import { textLine } from "./text-line";

/** Files of a result, in its execution's folder: the one that goes to S3 … */
export const resultFile = "result";
/** … and the rows as CSV, where that one is text for people, which cannot be read back. */
const rowsFile = "rows.csv";

/** Writes a result to disk as it comes. */
export class ResultWriter {
  private rowCount = 0;
  private failure: Error | undefined;

  private constructor(
    private readonly fileStream: WriteStream,
    private readonly rowStream: WriteStream | undefined,
  ) {
    for (const stream of this.streams()) stream.on("error", (error) => (this.failure = error));
  }

  static async open(dir: string, format: "csv" | "txt"): Promise<ResultWriter> {
    await mkdir(dir, { recursive: true });
    return new ResultWriter(
      createWriteStream(join(dir, resultFile)),
      format === "csv" ? undefined : createWriteStream(join(dir, rowsFile)),
    );
  }

  get rows(): number {
    return this.rowCount;
  }

  /** The columns' names: a line of the CSV, and no row. */
  async header(names: readonly string[]): Promise<void> {
    await write(this.fileStream, formatCsvRow(names));
  }

  async add(rows: readonly TextRow[]): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    if (rows.length === 0) return;
    this.rowCount += rows.length;
    const csv = rows.map(formatCsvRow).join("");
    if (this.rowStream === undefined) {
      await write(this.fileStream, csv);
    } else {
      await write(this.rowStream, csv);
      await write(this.fileStream, rows.map(textLine).join(""));
    }
  }

  /** Ends the files. */
  async close(): Promise<{ fileBytes: number }> {
    for (const stream of this.streams()) {
      if (stream.closed) continue;
      stream.end();
      await once(stream, "close");
    }
    if (this.failure !== undefined) throw this.failure;
    return { fileBytes: this.fileStream.bytesWritten };
  }

  private streams(): WriteStream[] {
    return [this.fileStream, ...(this.rowStream === undefined ? [] : [this.rowStream])];
  }
}

async function write(stream: WriteStream, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, "drain");
}

/** Where a page begins: 0 and 0 for the first. */
export interface RowPosition {
  row: number;
  byte: number;
}

/**
 * Rows from a position on, as many as asked for, and where the next ones begin.
 *
 * @param dir - the execution's folder
 * @param page.header - whether the CSV begins with the columns' names
 */
export async function readRows(
  dir: string,
  { from, count, header }: { from: RowPosition; count: number; header: boolean },
): Promise<{ rows: TextRow[]; next: RowPosition }> {
  const file = existsSync(join(dir, rowsFile)) ? rowsFile : resultFile;
  let isHeader = header && file === resultFile && from.byte === 0;
  const rows: TextRow[] = [];
  let { byte } = from;
  const taken = (): { rows: TextRow[]; next: RowPosition } => ({
    rows,
    next: { row: from.row + rows.length, byte },
  });
  for await (const some of readCsv(createReadStream(join(dir, file), { start: from.byte }))) {
    for (const row of some) {
      // There is one way to write a row: written again it is as long as it was.
      byte += Buffer.byteLength(formatCsvRow(row));
      if (!isHeader) rows.push(row);
      isHeader = false;
      if (rows.length === count) return taken();
    }
  }
  return taken();
}
