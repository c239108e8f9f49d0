import type { Effects } from "../effects";
import { toWorkbenchError, WorkbenchError } from "../errors";
import type { GitHubEvent } from "../events/event";
import {
  type ArchiveHour,
  formatHour,
  hourFileName,
  type HourRange,
  msSinceEnd,
  refuseFuture,
} from "./archive-hour";
import { HourReader } from "./archive-hour-reader";
import type { ArchivePlace } from "./archive-place";
import type { ArchiveProgress } from "./archive-progress";
import type { EventSource, HourReport, SourceBatch, SourceStats, UnreadableEvent } from "./source";

/** What an archive source is made with. */
export interface ArchiveOptions {
  place: ArchivePlace;
  range: HourRange;
  /** Reads hours again that were done before. */
  again: boolean;
  /** Called once, when reading begins: by then the topic is there. */
  openProgress: (effects: Effects) => Promise<ArchiveProgress>;
}

const batchSize = 500;
/** Hour files come minutes to hours after their hour. */
const publishedWithinMs = 6 * 3_600_000;
/** Whole hours are some megabytes, and were so in 2015. */
const nearlyEmptyBytes = 100_000;
/** Hours in a row that gave nothing but failures, after all attempts: the archive is down. */
const failedHoursInRow = 3;
/** Gaps of GH Archive were days; a week without a file from the start means another address. */
const missingHoursAtStart = 168;

/**
 * Events from GH Archive's hour files, hour by hour. An hour that is missing or damaged is
 * reported, and the others go on; what could be read of a damaged one has been handed on. An hour
 * counts as done once all of it is stored, so that the same call again goes on with the rest.
 *
 * `check` throws code USAGE for hours to come and CONFIG for a folder that is none; `batches`
 * GITHUB where the archive refuses or cannot be reached.
 *
 * @see https://www.gharchive.org
 */
export function archiveSource(options: ArchiveOptions): EventSource {
  const report: Omit<HourReport, "left"> = {
    done: 0,
    skipped_done: 0,
    missing: [],
    damaged: [],
    nearly_empty: [],
  };
  return {
    name: "archive",
    // The same event comes twice only where an hour is read twice: the Glue job sees to that.
    repeats: false,
    address: options.place.address,
    check: async (effects) => {
      refuseFuture(options.range, effects.now());
      await options.place.check();
    },
    batches: (effects) => new ArchiveRun(options, effects, report).batches(),
    hours: () => {
      const { done, skipped_done, missing, damaged } = report;
      const met = done + skipped_done + missing.length + damaged.length;
      return { ...report, left: countHours(options.range) - met };
    },
  };
}

class ArchiveRun {
  private readonly total: number;
  private requests = 0;
  private failedInRow = 0;
  private found = false;

  constructor(
    private readonly options: ArchiveOptions,
    private readonly effects: Effects,
    private readonly report: Omit<HourReport, "left">,
  ) {
    this.total = countHours(options.range);
  }

  async *batches(): AsyncGenerator<SourceBatch, void, undefined> {
    const { effects, options, report } = this;
    const { first, last } = options.range;
    const progress = await options.openProgress(effects);
    for (let hour = first; hour <= last; hour += 1) {
      if (effects.signal?.aborted === true) return;
      if (!options.again && progress.isDone(hour)) {
        report.skipped_done += 1;
        continue;
      }
      try {
        yield* this.hour(hour, progress);
      } catch (error) {
        if (isAborted(effects)) return;
        throw error;
      }
    }
  }

  /** One hour; the last batch of a whole one marks it as done once it is stored. */
  private async *hour(
    hour: ArchiveHour,
    progress: ArchiveProgress,
  ): AsyncGenerator<SourceBatch, void, undefined> {
    const { effects, options } = this;
    const state = `${formatHour(hour)}, hour ${hour - options.range.first + 1} of ${this.total}`;
    const reader = new HourReader(options.place, hour, effects, (reason) =>
      effects.progress({ step: "produce", state: reason, ...this.standing(hour, reader) }),
    );
    effects.progress({ step: "produce", state, ...this.standing(hour, reader) });
    let events: GitHubEvent[] = [];
    let unreadable: UnreadableEvent[] = [];
    const batch = (stored?: () => Promise<void>): SourceBatch => {
      const stats = { ...this.stats(hour, reader), state };
      const full = { events, unreadable, stats, ...(stored === undefined ? {} : { stored }) };
      events = [];
      unreadable = [];
      return full;
    };
    let failure: WorkbenchError | undefined;
    try {
      for await (const item of reader.items()) {
        if (item.event === undefined) unreadable.push(item.unreadable);
        else events.push(item.event);
        if (events.length + unreadable.length >= batchSize) yield batch();
      }
    } catch (error) {
      if (isAborted(effects)) return;
      failure = toWorkbenchError(error);
    }
    if (failure === undefined && !reader.missing) {
      this.noteWhole(hour, reader);
      yield batch(async () => {
        await progress.markDone(hour);
        this.report.done += 1;
      });
    } else {
      // What could be read of a damaged hour stays.
      yield batch();
      if (failure === undefined) this.noteMissing(hour);
      else this.noteFailure(hour, reader, failure);
    }
    if (options.place.remote) this.requests += reader.requests;
  }

  private noteWhole(hour: ArchiveHour, { bytesRead }: HourReader): void {
    this.found = true;
    this.failedInRow = 0;
    if (bytesRead >= nearlyEmptyBytes) return;
    this.report.nearly_empty.push(formatHour(hour));
    this.effects.logger.warn(`${hourFileName(hour)} is nearly empty`, { bytes: bytesRead });
  }

  private noteMissing(hour: ArchiveHour): void {
    const { effects, options, report } = this;
    this.failedInRow = 0;
    report.missing.push(formatHour(hour));
    const fresh = msSinceEnd(hour, effects.now()) < publishedWithinMs;
    effects.logger.warn(
      `${options.place.address} has no ${hourFileName(hour)}${fresh ? " yet: it may come within hours" : ""}`,
    );
    if (!this.found && options.place.remote && report.missing.length >= missingHoursAtStart) {
      throw new WorkbenchError(
        "GITHUB",
        `${options.place.address} has none of the first ${missingHoursAtStart} hours`,
        { hint: "check GHARCHIVE_URL; without it, hours come from https://data.gharchive.org" },
      );
    }
  }

  private noteFailure(hour: ArchiveHour, reader: HourReader, failure: WorkbenchError): void {
    const { effects, options, report } = this;
    const isUnanswered = failure.code === "GITHUB" && !reader.gaveBytes;
    if (failure.code !== "BAD_INPUT" && !(failure.code === "GITHUB" && failure.retryable)) {
      throw failure;
    }
    this.failedInRow = isUnanswered ? this.failedInRow + 1 : 0;
    this.found ||= !isUnanswered;
    report.damaged.push({ hour: formatHour(hour), reason: failure.message });
    effects.logger.warn(`${hourFileName(hour)} is damaged: ${failure.message}`, {
      mendedBy: "the same command again",
    });
    if (this.failedInRow >= failedHoursInRow) {
      throw new WorkbenchError(
        "GITHUB",
        `${options.place.address} fails: ${failedHoursInRow} hours in a row, the last time, ${failure.message}`,
        { retryable: true, hint: "the same command later goes on with the hours not done" },
      );
    }
  }

  private stats(hour: ArchiveHour, reader: HourReader): SourceStats {
    return {
      requests: this.requests + (this.options.place.remote ? reader.requests : 0),
      notModified: 0,
      coverage: null,
      ...this.standing(hour, reader),
    };
  }

  private standing(
    hour: ArchiveHour,
    { bytesRead, totalBytes, fraction }: HourReader,
  ): { fraction: number; figures: Record<string, string> } {
    const total = totalBytes === undefined ? "" : ` of ${megabytes(totalBytes)}`;
    return {
      fraction: (hour - this.options.range.first + fraction) / this.total,
      figures: { MB: `${megabytes(bytesRead)}${total}` },
    };
  }
}

function countHours({ first, last }: HourRange): number {
  return last - first + 1;
}

/** A call, since the compiler takes a signal that was not aborted for one that never is. */
function isAborted({ signal }: Effects): boolean {
  return signal?.aborted === true;
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
