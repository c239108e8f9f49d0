import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { runQuery } from "../athena/query";
import type { Settings } from "../config/settings";
import { type Effects, throwIfAborted } from "../effects";
import { WorkbenchError } from "../errors";
import { awsError, openS3, type S3 } from "../glue/client";
import { parseS3Path } from "../glue/s3-path";
import { readRows } from "../tables/read-rows";

/** Where a row of `github_events` is from. */
export interface EventTrace {
  event_type: string;
  event_id: string;
  /** The raw object, `s3://…jsonl.gz`. */
  object_path: string;
  /** Its line, from 1. */
  line_number: number;
  /** The message as it landed. */
  line: string;
  /** The job run that brought the object in, and the snapshot of `github_events` it made. */
  run_id: string;
  snapshot_id: number | bigint | null;
  processed_at: string;
  /** How many objects were read to find it. */
  objects_read: number;
}

/** More than so many objects are not read for one event. */
const mostObjects = 200;

interface RawObject {
  object_path: string;
  run_id: string;
  snapshot_id: number | bigint | null;
  processed_at: string;
}

/**
 * Follows a row of `github_events` back to the line it came in: the manifest names the raw objects,
 * those of the hour in which the event was first seen are read first.
 *
 * @throws {@link WorkbenchError} code NOT_FOUND where the table has no such event, or none of the
 *   objects that were read holds it; ATHENA, S3
 * @example
 * ```ts
 * const { object_path, line_number } = await traceEvent(settings, "PushEvent", "4021", effects);
 * ```
 */
export async function traceEvent(
  settings: Settings,
  eventType: string,
  eventId: string,
  effects: Effects,
): Promise<EventTrace> {
  const name = `${eventType} ${eventId}`;
  const found = await runQuery(
    settings,
    "SELECT event_id, ingested_at FROM github_events WHERE event_type = ? AND event_id = ?",
    { params: [eventType, eventId] },
    effects,
  );
  const [event] = readRows("github_events", found, ["event_id", "ingested_at"]);
  if (event === undefined) {
    throw new WorkbenchError("NOT_FOUND", `github_events has no ${name}`, {
      hint: "look at the type and the id: an id is unique within its type only",
    });
  }
  const objects = await findObjects(settings, event.ingested_at, effects);
  const s3 = await openS3(settings);
  try {
    for (const [at, object] of objects.entries()) {
      throwIfAborted(effects.signal);
      effects.progress({ step: "trace", state: "READING", figures: { objects: at + 1 } });
      const line = await findLine(s3, settings, object.object_path, eventType, eventId);
      if (line === undefined) continue;
      const where = { event_type: eventType, event_id: eventId, ...object, ...line };
      return { ...where, objects_read: at + 1 };
    }
  } finally {
    s3.client.destroy();
  }
  throw new WorkbenchError("NOT_FOUND", `none of ${objects.length} raw objects holds ${name}`, {
    hint: "its object may have been deleted from the raw bucket",
  });
}

/** The objects in the events' table, those that began in the hour of the time or before it first. */
async function findObjects(
  settings: Settings,
  ingestedAt: string | null,
  effects: Effects,
): Promise<RawObject[]> {
  const hours =
    ingestedAt === null ? ["", ""] : [hourFolder(ingestedAt, 0), hourFolder(ingestedAt, -1)];
  const result = await runQuery(
    settings,
    `SELECT object_path, run_id, snapshot_id, processed_at
FROM processed_objects
WHERE table_name = 'github_events' AND rows_read > quarantined
ORDER BY
  CASE WHEN strpos(object_path, ?) > 0 THEN 0 WHEN strpos(object_path, ?) > 0 THEN 1 ELSE 2 END,
  object_path
LIMIT ${mostObjects}`,
    { params: hours },
    effects,
  );
  return readRows("processed_objects", result, [
    "object_path",
    "run_id",
    "snapshot_id",
    "processed_at",
  ]);
}

/** The folder of raw objects whose first message is of that hour. */
function hourFolder(time: string, hoursLater: number): string {
  const moment = new Date(new Date(time).getTime() + hoursLater * 3_600_000).toISOString();
  return `/ingest_date=${moment.slice(0, 10)}/ingest_hour=${moment.slice(11, 13)}/`;
}

async function findLine(
  s3: S3,
  settings: Settings,
  path: string,
  eventType: string,
  eventId: string,
): Promise<{ line_number: number; line: string } | undefined> {
  try {
    const answer = await s3.client.send(
      new s3.sdk.GetObjectCommand(parseS3Path(path) ?? never(path)),
    );
    const body = answer.Body;
    if (!(body instanceof Readable)) return undefined;
    const text = body.pipe(createGunzip());
    // Of a stream that breaks off, readline tells nobody.
    const broken = new Promise<never>((_, reject) => {
      body.once("error", reject);
      text.once("error", reject);
    });
    return await Promise.race([search(text, eventType, eventId), broken]);
  } catch (error) {
    throw awsError(error, "S3", `reading ${path}`, settings);
  }
}

async function search(
  text: Readable,
  eventType: string,
  eventId: string,
): Promise<{ line_number: number; line: string } | undefined> {
  let number = 0;
  for await (const line of createInterface({ input: text, crlfDelay: Infinity })) {
    number += 1;
    if (line.includes(eventId) && isOf(line, eventType, eventId)) {
      return { line_number: number, line };
    }
  }
  return undefined;
}

/** A line that cannot be read is in quarantine, and is not the one that was looked for. */
function isOf(line: string, eventType: string, eventId: string): boolean {
  try {
    const message = JSON.parse(line) as { id?: unknown; event_type?: unknown };
    return String(message.id) === eventId && message.event_type === eventType;
  } catch {
    return false;
  }
}

function never(path: string): never {
  throw new WorkbenchError("S3", `${path} is no s3:// address`);
}
