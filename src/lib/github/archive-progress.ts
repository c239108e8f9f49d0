import { createHash, randomUUID } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Effects } from "../effects";
import { describeError, WorkbenchError } from "../errors";
import { isJsonObject } from "../events/fields";
import type { TopicIdentity } from "../kafka/topic";
import type { ArchiveHour } from "./archive-hour";
import { HourSet } from "./archive-hour-set";

/** Which hours have been read to their end, with all their messages stored. */
export interface ArchiveProgress {
  isDone(hour: ArchiveHour): boolean;
  /** Call it once all messages of the hour are stored; it is on the disk when this resolves. */
  markDone(hour: ArchiveHour): Promise<void>;
}

/** What the hours done belong to: another topic, or another archive, begins with none. */
export interface ProgressKey extends TopicIdentity {
  /** The archive's address. */
  archive: string;
}

/** Event types kept, or all. */
export type KeptTypes = readonly string[] | "all";

/**
 * Opens the file under WORKBENCH_HOME that remembers the hours done.
 *
 * A file, and not the topic: a marker in the topic would have to be told from an event by every
 * consumer, and finding the markers would mean to read the log. Losing the file costs no more than
 * reading hours again, which is harmless: the Glue job keeps one row an event. The topic's id is
 * part of the key, so that a topic made anew is filled anew. Hours are kept by event type: an hour
 * done for two types is done for each of them alone, and not for `all`.
 *
 * @param home - WORKBENCH_HOME
 * @throws {@link WorkbenchError} code CONFIG if the folder cannot be written to
 */
export async function openArchiveProgress(
  home: string,
  key: ProgressKey,
  types: KeptTypes,
  effects: Pick<Effects, "logger">,
): Promise<ArchiveProgress> {
  const path = join(home, "archive", fileName(key));
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw writeError(path, error);
  });
  const names = types === "all" ? ["all"] : types;
  let done = await readDone(path, effects);
  const isDone = (hour: ArchiveHour, name: string): boolean => done.get(name)?.has(hour) === true;
  return {
    isDone: (hour) =>
      isDone(hour, "all") || (names.length > 0 && names.every((name) => isDone(hour, name))),
    async markDone(hour) {
      // Read again: another run may fill the same topic with other hours.
      done = await readDone(path, effects);
      for (const name of names) {
        const hours = done.get(name) ?? new HourSet();
        hours.add({ first: hour, last: hour });
        done.set(name, hours);
      }
      await writeWhole(path, {
        version: 1,
        cluster_id: key.clusterId,
        topic: key.topic,
        topic_id: key.topicId,
        archive: key.archive,
        hours_done: Object.fromEntries(done),
      });
    },
  };
}

function fileName({ clusterId, topic, topicId, archive }: ProgressKey): string {
  const identity = JSON.stringify([clusterId, topic, topicId, archive]);
  return `${topic}-${createHash("sha256").update(identity).digest("hex").slice(0, 12)}.json`;
}

async function readDone(
  path: string,
  { logger }: Pick<Effects, "logger">,
): Promise<Map<string, HourSet>> {
  const done = new Map<string, HourSet>();
  try {
    const file: unknown = JSON.parse(await readFile(path, "utf8"));
    const hours = isJsonObject(file) ? file["hours_done"] : undefined;
    if (!isJsonObject(hours)) throw new Error("it has no hours_done");
    for (const [name, ranges] of Object.entries(hours)) {
      if (!Array.isArray(ranges)) throw new Error(`hours_done.${name} is no list`);
      done.set(name, HourSet.from(ranges.map(String)));
    }
    return done;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      logger.warn(`${path} cannot be read: its hours count as not done`, {
        reason: describeError(error),
      });
    }
    return new Map();
  }
}

/** Whoever reads the file finds it as it was or as it is now, after a power failure too. */
async function writeWhole(path: string, value: unknown): Promise<void> {
  const next = `${path}.${randomUUID().slice(0, 8)}.next`;
  try {
    const file = await open(next, "w");
    try {
      await file.writeFile(`${JSON.stringify(value, undefined, 2)}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(next, path);
  } catch (error) {
    await rm(next, { force: true });
    throw writeError(path, error);
  }
}

function writeError(path: string, error: unknown): WorkbenchError {
  return new WorkbenchError("CONFIG", `cannot write ${path}: ${describeError(error)}`, {
    hint: "set WORKBENCH_HOME to a folder that can be written to",
    cause: error,
  });
}
