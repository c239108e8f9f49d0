import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import type { ColumnInfo } from "@aws-sdk/client-athena";
import { formatCsvRow, readCsv, type TextRow } from "../csv-rows";

/** What an entry says before its rows. */
export interface EntryHead {
  /** When the query was asked of Athena: milliseconds since 1970. */
  askedMs: number;
  queryExecutionId: string;
  statementType: string | undefined;
  columns: readonly ColumnInfo[];
}

/** An entry that is whole. */
export interface Entry {
  head: EntryHead;
  /** The rows without a header, to be read once. */
  rows(): AsyncGenerator<readonly TextRow[]>;
  close(): Promise<void>;
}

/** The last line: a hash over all bytes before it. */
const sealBytes = "sha256:".length + 64 + 1;
const lineEnd = 10;

/**
 * An entry of the cache as a file: a line of JSON, the rows as Athena's CSV, and a seal. Values are
 * read from Athena's own texts each time, so that bigint, decimal and dates come back as they came
 * the first time.
 */
export class EntryWriter {
  readonly #hash = createHash("sha256");
  #bytes = 0;

  private constructor(private readonly file: FileHandle) {}

  /** @throws Error where there is such a file, or the folder cannot be written to */
  static async create(path: string, head: EntryHead): Promise<EntryWriter> {
    const writer = new EntryWriter(await open(path, "wx", 0o600));
    await writer.#write(`${JSON.stringify(head)}\n`);
    return writer;
  }

  /** Bytes written so far. */
  get bytes(): number {
    return this.#bytes;
  }

  async add(rows: readonly TextRow[]): Promise<void> {
    await this.#write(rows.map(formatCsvRow).join(""));
  }

  /** Ends the entry: a file without a seal is none. */
  async seal(): Promise<void> {
    await this.file.writeFile(`sha256:${this.#hash.digest("hex")}\n`);
    await this.file.sync();
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  async #write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
    await this.file.writeFile(bytes);
  }
}

/**
 * Opens an entry and checks that it is whole, before anything of it is used.
 *
 * @throws Error where there is none (`ENOENT`), or it is damaged
 */
export async function openEntry(path: string): Promise<Entry> {
  const file = await open(path, "r");
  try {
    const { size } = await file.stat();
    const end = size - sealBytes;
    if (end <= 0) throw new Error("it is too short");
    const hash = createHash("sha256");
    const line: Buffer[] = [];
    let headBytes = 0;
    let headEnds = false;
    for await (const chunk of chunksOf(file, 0, end)) {
      hash.update(chunk);
      if (headEnds) continue;
      const at = chunk.indexOf(lineEnd);
      headEnds = at >= 0;
      line.push(headEnds ? chunk.subarray(0, at + 1) : chunk);
      headBytes += line.at(-1)?.length ?? 0;
    }
    const seal = Buffer.alloc(sealBytes);
    await file.read(seal, 0, sealBytes, end);
    if (seal.toString("latin1") !== `sha256:${hash.digest("hex")}\n`) {
      throw new Error("it is damaged");
    }
    const head = JSON.parse(Buffer.concat(line).toString()) as EntryHead;
    return {
      head,
      // Through the same handle: another process may put a newer entry in this one's place.
      rows: () => readRows(file, headBytes, end),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function* readRows(
  file: FileHandle,
  start: number,
  end: number,
): AsyncGenerator<readonly TextRow[]> {
  try {
    if (start < end) yield* readCsv(chunksOf(file, start, end));
  } finally {
    await file.close();
  }
}

function chunksOf(file: FileHandle, start: number, end: number): AsyncIterable<Buffer> {
  return file.createReadStream({ start, end: end - 1, autoClose: false });
}
