import { randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Effects } from "../../effects";
import { describeError } from "../../errors";
import { type Entry, type EntryHead, EntryWriter, openEntry } from "./entry-file";

/** What a cache may hold. */
export interface CacheLimits {
  /** Bytes of all entries. */
  maxBytes: number;
  /** Bytes of one: a larger result is not kept. */
  maxEntryBytes: number;
}

export const defaultCacheLimits: CacheLimits = { maxBytes: 2 ** 28, maxEntryBytes: 2 ** 26 };

/** What a killed process left half written is removed after so long. */
const abandonedMs = 3_600_000;
const ending = ".entry";
const partEnding = ".part";

/** Keeps a result while it is read. */
export interface Keeper {
  writer: EntryWriter;
  /** Puts the entry in its place, whole. */
  commit(): Promise<void>;
  /** Leaves nothing behind. */
  drop(): Promise<void>;
}

/**
 * Query results as files in a folder, the oldest removed where they grow beyond the limits. An entry
 * is written under another name and moved to its own when it is whole: whoever looks finds the old
 * one, the new one or none, whenever a process is killed. What is wrong with the cache is no reason
 * for a query to fail: it is logged.
 */
export class CacheStore {
  constructor(
    private readonly folder: string,
    private readonly effects: Effects,
    readonly limits: CacheLimits = defaultCacheLimits,
  ) {}

  /**
   * The entry of a key, where there is one that is whole and was asked no longer ago than this. One
   * from the future, of a clock that was wrong, is too old.
   */
  async find(key: string, maxAgeMs: number): Promise<Entry | undefined> {
    const path = this.#path(key);
    try {
      const entry = await openEntry(path);
      const ageMs = this.effects.now() - entry.head.askedMs;
      if (ageMs >= 0 && ageMs <= maxAgeMs) return entry;
      await entry.close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      this.effects.logger.warn(`${path} cannot be used (${describeError(error)}): asking Athena`);
      await rm(path, { force: true }).catch(() => undefined);
    }
    return undefined;
  }

  /** Begins an entry. @throws Error where the folder cannot be written to */
  async keep(key: string, head: EntryHead): Promise<Keeper> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
    const part = join(this.folder, `${key}.${randomUUID().slice(0, 8)}${partEnding}`);
    const writer = await EntryWriter.create(part, head);
    return {
      writer,
      commit: async () => {
        await writer.seal();
        await writer.close();
        await rename(part, this.#path(key));
        await this.#makeRoom();
      },
      drop: async () => {
        await writer.close().catch(() => undefined);
        await rm(part, { force: true });
      },
    };
  }

  /** Removes the oldest entries beyond the limit, and what killed processes left. */
  async #makeRoom(): Promise<void> {
    const files = await Promise.all(
      (await readdir(this.folder)).map(async (name) => {
        const path = join(this.folder, name);
        // Another process may have removed it meanwhile.
        const found = await stat(path).catch(() => undefined);
        return { name, path, bytes: found?.size ?? 0, changedMs: found?.mtimeMs ?? 0 };
      }),
    );
    let room = this.limits.maxBytes;
    for (const file of files.sort((a, b) => b.changedMs - a.changedMs)) {
      const isEntry = file.name.endsWith(ending);
      if (isEntry) room -= file.bytes;
      const isLeft =
        file.name.endsWith(partEnding) && this.effects.now() - file.changedMs > abandonedMs;
      if ((isEntry && room < 0) || isLeft) await rm(file.path, { force: true });
    }
  }

  #path(key: string): string {
    return join(this.folder, `${key}${ending}`);
  }
}
