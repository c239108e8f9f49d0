import { createWriteStream, type WriteStream } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import { once } from "node:events";
import { join } from "node:path";
import { formatCsvRow } from "../../../lib/athena/csv-rows";
import { textLine } from "./text-line";

/** A row as it is shown: null is NULL. */
export type Row = readonly (string | null)[];

/** Files of a result, in its execution's folder. */
export const rowsFile = "rows.jsonl";
export const resultFile = "result";

/** Writes a result to disk as it comes: its rows for paging, and the file that goes to S3. */
export class ResultWriter {
  private rowCount = 0;
  private failure: Error | undefined;

  private constructor(
    private readonly rowStream: WriteStream,
    private readonly fileStream: WriteStream,
    private readonly format: "csv" | "txt",
  ) {
    for (const stream of [rowStream, fileStream]) {
      stream.on("error", (error) => (this.failure = error));
    }
  }

  static async open(dir: string, format: "csv" | "txt"): Promise<ResultWriter> {
    await mkdir(dir, { recursive: true });
    return new ResultWriter(
      createWriteStream(join(dir, rowsFile)),
      createWriteStream(join(dir, resultFile)),
      format,
    );
  }

  get rows(): number {
    return this.rowCount;
  }

  /** The columns' names: a line of the CSV, and no row. */
  async header(names: readonly string[]): Promise<void> {
    await write(this.fileStream, formatCsvRow(names));
  }

  async add(rows: readonly Row[]): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    if (rows.length === 0) return;
    const line = this.format === "csv" ? formatCsvRow : textLine;
    this.rowCount += rows.length;
    await write(this.rowStream, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
    await write(this.fileStream, rows.map((row) => line(row)).join(""));
  }

  /** Ends both files. */
  async close(): Promise<{ fileBytes: number }> {
    for (const stream of [this.rowStream, this.fileStream]) {
      if (stream.closed) continue;
      stream.end();
      await once(stream, "close");
    }
    if (this.failure !== undefined) throw this.failure;
    return { fileBytes: this.fileStream.bytesWritten };
  }
}

async function write(stream: WriteStream, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, "drain");
}

/** Where a page begins. */
export interface RowPosition {
  row: number;
  byte: number;
}

/** Rows from a position on, as many as asked for, and where the next ones begin. */
export async function readRows(
  file: string,
  from: RowPosition,
  count: number,
): Promise<{ rows: Row[]; next: RowPosition }> {
  const rows: Row[] = [];
  let { byte } = from;
  const handle = await open(file, "r");
  try {
    let rest: Buffer = Buffer.alloc(0);
    let position = from.byte;
    while (rows.length < count) {
      const chunk = Buffer.alloc(65_536);
      const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
      if (bytesRead === 0) break;
      position += bytesRead;
      rest = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      let start = 0;
      for (
        let end = rest.indexOf(10);
        end >= 0 && rows.length < count;
        end = rest.indexOf(10, start)
      ) {
        rows.push(JSON.parse(rest.toString("utf8", start, end)) as Row);
        start = end + 1;
      }
      byte += start;
      rest = rest.subarray(start);
    }
  } finally {
    await handle.close();
  }
  return { rows, next: { row: from.row + rows.length, byte } };
}
