import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { WorkbenchError } from "../../lib/errors";

/** One change: a record put or removed, or a whole collection gone. */
export type Change =
  { put: string; key: string; value: unknown } | { remove: string; key: string } | { drop: string };

const format = { format: "workbench-map", version: 1 };

/** The file is written anew when it has grown to this multiple of what it holds. */
const compactAtMultiple = 4;
const compactFromBytes = 4 * 1024 * 1024;

/**
 * Collections of records in memory, every change on disk before it is answered: a line is appended
 * to a log and forced to the disk, then the change is made. A line is one group of changes, so that
 * a group is there whole or not at all, whatever is killed when. One process writes a file.
 */
export class DurableMap {
  readonly #collections = new Map<string, Map<string, unknown>>();
  #handle: number;
  #bytes = 0;
  #compactedBytes = 0;
  #broken: unknown;

  /**
   * Reads the file, or begins it. A last line that was cut off was never answered: it is dropped.
   *
   * @throws {@link WorkbenchError} code ENGINE where another line cannot be read
   */
  constructor(readonly file: string) {
    mkdirSync(dirname(file), { recursive: true });
    const text = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    const wholeBytes = this.#replay(text);
    this.#handle = openSync(file, "a+", 0o600);
    if (wholeBytes < text.length) ftruncateSync(this.#handle, wholeBytes);
    this.#bytes = wholeBytes;
    if (wholeBytes === 0) this.#append(`${JSON.stringify(format)}\n`);
    this.#compact();
  }

  get(collection: string, key: string): unknown {
    return this.#collections.get(collection)?.get(key);
  }

  /** The keys of a collection, in order. */
  keys(collection: string): string[] {
    return [...(this.#collections.get(collection)?.keys() ?? [])].sort();
  }

  /** Makes changes, all or none; when it returns they are on the disk. */
  apply(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    this.#append(`${JSON.stringify(changes)}\n`);
    for (const change of changes) this.#make(change);
    if (this.#bytes > Math.max(compactFromBytes, this.#compactedBytes * compactAtMultiple)) {
      this.#compact();
    }
  }

  close(): void {
    closeSync(this.#handle);
  }

  #append(line: string): void {
    if (this.#broken !== undefined) {
      const words = `${this.file} could not be written, and is not written any more`;
      const hint = "make room on the disk, then npx workbench down && npx workbench up";
      throw new WorkbenchError("ENGINE", words, { hint, cause: this.#broken });
    }
    const bytes = Buffer.from(line);
    try {
      for (let at = 0; at < bytes.length;) at += writeSync(this.#handle, bytes, at);
      fdatasyncSync(this.#handle);
      this.#bytes += bytes.length;
    } catch (error) {
      this.#undoAppend(error);
      throw error;
    }
  }

  /** What did not go through must not come back, nor the next line begin behind half of it. */
  #undoAppend(error: unknown): void {
    try {
      ftruncateSync(this.#handle, this.#bytes);
      fdatasyncSync(this.#handle);
    } catch {
      this.#broken = error;
    }
  }

  #make(change: Change): void {
    if ("drop" in change) {
      this.#collections.delete(change.drop);
    } else if ("remove" in change) {
      this.#collections.get(change.remove)?.delete(change.key);
    } else {
      let collection = this.#collections.get(change.put);
      if (collection === undefined) {
        collection = new Map();
        this.#collections.set(change.put, collection);
      }
      collection.set(change.key, change.value);
    }
  }

  /** Returns how many bytes were whole lines. */
  #replay(text: Buffer): number {
    let at = 0;
    for (let number = 1; at < text.length; number += 1) {
      const end = text.indexOf(0x0a, at);
      if (end < 0) return at;
      const line = text.toString("utf8", at, end);
      try {
        const read: unknown = JSON.parse(line);
        if (number === 1) checkFormat(read);
        else for (const change of read as Change[]) this.#make(change);
      } catch (error) {
        // What a machine that lost power left at the end was never answered either.
        if (end === text.length - 1 && number > 1) return at;
        throw new WorkbenchError("ENGINE", `${this.file}: line ${number} cannot be read`, {
          hint: "the file was damaged: put back a copy of it, or move it away to begin anew",
          cause: error,
        });
      }
      at = end + 1;
    }
    return at;
  }

  /** Writes the file anew with what it holds now; the old one stays until the new one is whole. */
  #compact(): void {
    const next = `${this.file}.new`;
    const handle = openSync(next, "w", 0o600);
    let bytes = 0;
    try {
      const write = (value: unknown): void => {
        bytes += writeAll(handle, Buffer.from(`${JSON.stringify(value)}\n`));
      };
      write(format);
      for (const [put, records] of this.#collections) {
        for (const [key, value] of records) write([{ put, key, value }]);
      }
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(next, this.file);
    syncFolder(dirname(this.file));
    closeSync(this.#handle);
    this.#handle = openSync(this.file, "a+", 0o600);
    this.#bytes = bytes;
    this.#compactedBytes = bytes;
  }
}

function writeAll(handle: number, bytes: Buffer): number {
  for (let at = 0; at < bytes.length;) at += writeSync(handle, bytes, at);
  return bytes.length;
}

function checkFormat(read: unknown): void {
  const { format: name, version } = read as Partial<typeof format>;
  if (name !== format.format || version !== format.version) {
    throw new Error(`format ${String(name)} ${String(version)} is unknown`);
  }
}

/** A renamed file is found again after a loss of power only when its folder is written. */
function syncFolder(folder: string): void {
  const handle = openSync(folder, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
