import { type Effects, throwIfAborted } from "../effects";
import { describeError, toWorkbenchError, WorkbenchError } from "../errors";
import type { GitHubEvent } from "../events/event";
import { parseEvent } from "../events/parse-event";
import { type ArchiveHour, formatHour, hourFileName } from "./archive-hour";
import { type ArchiveLine, readArchiveLines } from "./archive-lines";
import type { ArchivePlace, OpenHour } from "./archive-place";
import type { UnreadableEvent } from "./source";

/** One line of an hour, read. */
export type HourItem =
  { event: GitHubEvent; unreadable?: never } | { event?: never; unreadable: UnreadableEvent };

const connectionAttempts = 8;
/** Damaged content may be the fault of something on the way; more often it lies there like that. */
const contentAttempts = 3;
const firstRetryMs = 1000;
const maxRetryMs = 60_000;
/** A file without an event in its first lines holds something else. */
const linesWithoutEvent = 100;

/**
 * Reads one hour. A download that fails begins again at the hour's start; the lines that were
 * taken already are passed over.
 */
export class HourReader {
  requests = 0;
  /** Of the download at hand. */
  bytesRead = 0;
  totalBytes: number | undefined;
  /** Whether anything of the hour came at all, in any download. */
  gaveBytes = false;
  /** Whether the archive has no such hour; known once `items` has ended. */
  missing = false;
  private version: string | undefined;
  /** Lines handed on, over all downloads. */
  private taken = 0;
  private foundEvent = false;

  /**
   * @param report - called where the reader waits, with the reason in a few words
   */
  constructor(
    private readonly place: ArchivePlace,
    private readonly hour: ArchiveHour,
    private readonly effects: Effects,
    private readonly report: (state: string) => void,
  ) {}

  /** How much of the hour has been read, 0 to 1; 0 where its size is not known. */
  get fraction(): number {
    return Math.min(1, this.bytesRead / Math.max(1, this.totalBytes ?? Infinity));
  }

  /**
   * Yields each line once. Ends when the hour does, or where there is none.
   *
   * @throws {@link WorkbenchError} code BAD_INPUT where the hour is damaged, GITHUB with `retryable`
   * where it could not be had in several attempts, GITHUB without it where the archive refuses,
   * ABORTED when the signal aborts
   */
  async *items(): AsyncGenerator<HourItem, void, undefined> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        yield* this.download();
        return;
      } catch (thrown) {
        throwIfAborted(this.effects.signal);
        const error = toWorkbenchError(thrown);
        const waitMs = error.context["waitMs"];
        if (typeof waitMs === "number") {
          // No failure: the archive said when to come again.
          attempt -= 1;
          await this.wait(waitMs, error.message);
          continue;
        }
        if (attempt >= this.attemptsAfter(error)) throw error;
        const backoffMs = Math.min(maxRetryMs, firstRetryMs * 2 ** (attempt - 1));
        const minMs = Number(error.context["minMs"] ?? 0);
        await this.wait(Math.max(minMs, backoffMs * (0.5 + Math.random() / 2)), error.message);
      }
    }
  }

  private attemptsAfter(error: WorkbenchError): number {
    if (error.code === "GITHUB" && error.retryable) return connectionAttempts;
    if (error.code === "BAD_INPUT" && this.place.remote) return contentAttempts;
    return 1;
  }

  private async wait(waitMs: number, reason: string): Promise<void> {
    const { effects, hour } = this;
    effects.logger.info(`${formatHour(hour)}: ${reason}: asking again`, { waitMs });
    this.report(`${formatHour(hour)}: ${reason}: waiting ${Math.ceil(waitMs / 1000)} s`);
    await effects.sleep(waitMs, effects.signal);
  }

  private async *download(): AsyncGenerator<HourItem, void, undefined> {
    this.requests += 1;
    this.bytesRead = 0;
    const file = await this.place.open(this.hour, this.effects);
    this.missing = file === undefined;
    if (file === undefined) return;
    this.totalBytes = file.totalBytes;
    // Another content may have its lines in another order: better twice than not at all.
    if (file.version !== this.version) this.taken = 0;
    this.version = file.version;
    yield* this.read(file);
  }

  private async *read(file: OpenHour): AsyncGenerator<HourItem, void, undefined> {
    const name = hourFileName(this.hour);
    /** Kept back until an event shows that this is an hour file. */
    let doubtful: UnreadableEvent[] = [];
    for await (const line of readArchiveLines(this.count(file.bytes), name, file.close)) {
      if (line.number <= this.taken || line.text.trim() === "") continue;
      const item = readItem(line, name);
      if (item.unreadable !== undefined) {
        if (!line.ended) {
          throw new WorkbenchError("BAD_INPUT", `it is cut off in line ${line.number}`);
        }
        if (!this.foundEvent) {
          doubtful.push(item.unreadable);
          if (doubtful.length >= linesWithoutEvent) throw noEvents(doubtful);
          continue;
        }
      }
      this.foundEvent = true;
      for (const unreadable of doubtful) yield { unreadable };
      doubtful = [];
      this.taken = line.number;
      yield item;
    }
    if (doubtful.length > 0) throw noEvents(doubtful);
  }

  private async *count(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of bytes) {
      throwIfAborted(this.effects.signal);
      this.bytesRead += chunk.length;
      this.gaveBytes = true;
      yield chunk;
    }
  }
}

function readItem(line: ArchiveLine, name: string): HourItem {
  try {
    return { event: parseEvent(JSON.parse(line.text)) };
  } catch (error) {
    const reason = describeError(error);
    return {
      unreadable: {
        raw: line.text,
        reason: error instanceof SyntaxError ? `not JSON: ${reason}` : reason,
        origin: `${name}:${line.number}`,
      },
    };
  }
}

function noEvents(lines: readonly UnreadableEvent[]): WorkbenchError {
  return new WorkbenchError(
    "BAD_INPUT",
    `none of its first ${lines.length} lines is an event; ${lines[0]?.reason ?? ""}`,
  );
}
