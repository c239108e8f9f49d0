import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Writes a file whole or not at all: a kill leaves the old one or the new one. */
export function writeJsonFile(file: string, value: unknown): void {
  mkdirSync(dirname(file), { recursive: true });
  const next = `${file}.${process.pid}.new`;
  writeFileSync(next, `${JSON.stringify(value, undefined, 2)}\n`);
  renameSync(next, file);
}

/** Records as files, one a record: `<folder>/<name>.json`. */
export class JsonStore<T> {
  constructor(private readonly folder: string) {}

  get(name: string): T | undefined {
    try {
      return JSON.parse(readFileSync(this.file(name), "utf8")) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  put(name: string, value: T): void {
    writeJsonFile(this.file(name), value);
  }

  remove(name: string): void {
    rmSync(this.file(name), { force: true });
  }

  /** All records, by name. */
  list(): T[] {
    return readNames(this.folder)
      .filter((name) => name.endsWith(".json"))
      .map((name) => this.get(decodeURIComponent(name.slice(0, -".json".length))))
      .filter((record) => record !== undefined);
  }

  private file(name: string): string {
    // A name may hold anything, a slash too: it must stay one file name.
    return join(this.folder, `${encodeURIComponent(name)}.json`);
  }
}

/** The names in a folder, in order; none where there is no such folder. */
export function readNames(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
