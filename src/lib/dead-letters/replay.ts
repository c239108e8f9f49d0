import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import { defaultEventTypes } from "../events/event";
import { GroupLock } from "../kafka/group-lock";
import { fetchRanges, type OffsetRange, readLog } from "../kafka/read-log";
import { deadLetterTopic } from "../kafka/topic";
import { landedTopics } from "../landing/landed-topic";
import { settleDoubts } from "./doubts";
import { type Letter, readLetter } from "./letter";
import { matchesReason } from "./list";
import { MarkBook, readMark } from "./marks";
import { ReplayWriter } from "./replay-writer";
import { type Reread, type RereadOptions, rereadLetter } from "./reread";

/** Which letters to replay. */
export interface ReplayOptions {
  /** Only those whose reason contains this text, in whatever case. */
  reason?: string;
  /** Only this partition of the dead-letter topic. */
  partition?: number;
  /** Only from this offset of that partition on. */
  fromOffset?: bigint;
  /** Of events from a source: the types to keep. Default: those that `produce` keeps. */
  types?: readonly string[] | "all";
  /** Tells what would be done, and does nothing. */
  dryRun?: boolean;
}

/** What came of it. `letters` is the sum of the others. */
export interface ReplaySummary {
  /** Letters that fit, each once. */
  letters: number;
  /** Readable now, and written back; in a dry run: that would be. */
  replayed: number;
  still_unreadable: number;
  already_replayed: number;
  /** Readable, of a type that is not kept. */
  skipped: number;
  /** Perhaps sent by a run that was killed; the log that would tell was cut. Not sent again. */
  in_doubt: number;
}

/**
 * Reads dead letters again, and writes those that are readable now back to the topic they came from,
 * key and value as they were.
 *
 * Each letter is replayed at most once, however often this runs and wherever it is killed: what is
 * about to be sent is marked in the dead-letter topic before, and what is stored is marked after;
 * of what lies between, the next run looks for the messages themselves. One replay of a topic runs
 * at a time.
 *
 * @throws {@link WorkbenchError} code KAFKA or USAGE
 */
export async function replayLetters(
  settings: Settings,
  options: ReplayOptions,
  effects: Effects,
): Promise<ReplaySummary> {
  const topic = deadLetterTopic(settings.kafka.topic);
  if (options.fromOffset !== undefined && options.partition === undefined) {
    throw new WorkbenchError("USAGE", "an offset was given without its partition", {
      hint: "offsets count by partition: add --partition",
    });
  }
  effects.progress({ step: "replay", state: "connecting to Kafka" });
  if ((await fetchRanges(settings, effects, topic)).size === 0) return noLetters();
  if (options.dryRun === true) {
    return new Replay(settings, topic, options, effects, undefined).run();
  }
  const lock = await GroupLock.take(settings, effects, `${topic}-replay`, topic);
  const writer = new ReplayWriter(settings, topic, lock, effects);
  try {
    return await new Replay(settings, topic, options, effects, writer).run();
  } finally {
    await writer.close();
    await lock.release();
  }
}

function noLetters(): ReplaySummary {
  return {
    letters: 0,
    replayed: 0,
    still_unreadable: 0,
    already_replayed: 0,
    skipped: 0,
    in_doubt: 0,
  };
}

class Replay {
  private readonly counts = noLetters();
  private readonly seen = new Set<string>();
  private readonly book = new MarkBook();
  private inDoubt: ReadonlySet<string> = new Set();
  private readonly reading: RereadOptions;

  constructor(
    private readonly settings: Settings,
    private readonly topic: string,
    private readonly options: ReplayOptions,
    private readonly effects: Effects,
    /** Undefined in a dry run. */
    private readonly writer: ReplayWriter | undefined,
  ) {
    const { types = defaultEventTypes } = options;
    this.reading = {
      topics: landedTopics(settings, settings.kafka.group),
      keeps: (type) => types === "all" || types.includes(type),
      nowMs: effects.now(),
    };
  }

  async run(): Promise<ReplaySummary> {
    const { book, counts, effects, settings, topic, writer } = this;
    const ranges = await this.ranges();
    // Marks first: that of a letter lies behind it.
    await readLog(settings, effects, topic, copyOf(ranges), (message) => {
      const mark = readMark(message);
      if (mark !== undefined) book.note(mark, BigInt(message.offset));
    });
    const doubts = await settleDoubts(settings, book.doubtful, effects);
    this.inDoubt = doubts.unknown;
    await readLog(settings, effects, topic, ranges, (message, partition) =>
      readMark(message) === undefined
        ? this.take(readLetter(message, partition), doubts.stored)
        : undefined,
    );
    await writer?.flush();
    effects.progress({ step: "replay", state: "done", fraction: 1, figures: this.figures() });
    return { ...counts };
  }

  private async ranges(): Promise<Map<number, OffsetRange>> {
    const { effects, options, settings, topic } = this;
    const { partition, fromOffset } = options;
    const all = await fetchRanges(settings, effects, topic);
    if (partition === undefined) return all;
    const range = all.get(partition);
    if (range === undefined) {
      throw new WorkbenchError("USAGE", `${topic} has no partition ${partition}`, {
        hint: `its partitions are 0 to ${all.size - 1}`,
      });
    }
    if (fromOffset !== undefined && fromOffset > range.from) range.from = fromOffset;
    return new Map([[partition, range]]);
  }

  private async take(letter: Letter, stored: ReadonlySet<string>): Promise<void> {
    const { book, counts, options, seen, writer } = this;
    if (!matchesReason(letter, options.reason)) return;
    const { id, partition, offset } = letter;
    const markedAt = book.replayed.get(id);
    const isDone = markedAt !== undefined || stored.has(id);
    // Found stored without a mark, or stored twice around its mark: a mark that outlives it.
    if (isDone && (markedAt === undefined || markedAt < offset)) writer?.mark(partition, id);
    if (seen.has(id)) return;
    seen.add(id);
    counts.letters += 1;
    if (isDone) counts.already_replayed += 1;
    else if (this.inDoubt.has(id)) {
      counts.in_doubt += 1;
      this.tell("may have been sent by a run that was killed: not sent again", letter);
    } else {
      const read = rereadLetter(letter, this.reading);
      this.count(read, letter);
      if (read.kind === "readable") await writer?.add(letter, read);
    }
    this.effects.progress({ step: "replay", state: "reading letters", figures: this.figures() });
  }

  private figures(): Record<string, number> {
    const { letters, replayed, still_unreadable: unreadable } = this.counts;
    return { letters, replayed, unreadable };
  }

  private count(read: Reread, letter: Letter): void {
    const { counts } = this;
    if (read.kind === "readable") counts.replayed += 1;
    else if (read.kind === "skipped") counts.skipped += 1;
    else {
      counts.still_unreadable += 1;
      this.tell(`still unreadable: ${read.reason}`, letter);
    }
  }

  private tell(what: string, { partition, offset }: Letter): void {
    this.effects.logger.info(what, { letter: `${partition}:${offset}` });
  }
}

function copyOf(ranges: ReadonlyMap<number, OffsetRange>): Map<number, OffsetRange> {
  return new Map([...ranges].map(([partition, range]) => [partition, { ...range }]));
}
