import type { Settings } from "../config/settings";
import { parseDurationMs } from "../duration";
import { anySignal, type Effects } from "../effects";
import { toWorkbenchError } from "../errors";
import { ensureTopic } from "../kafka/topic";
import { LiveMeter } from "./meter";
import type { WindowRules } from "./rules";
import { findStart, readBackMs } from "./start-places";
import { TopicReader } from "./topic-reader";
import type { LiveStats, WindowUpdate } from "./update";
import { WaitedClock } from "./waited-clock";
import { WindowedAggregates } from "./windowed-aggregates";

/** Which messages to count, in which windows, and what to do with them; durations as `90s`, `10m`. */
export interface WatchOptions {
  /** Where to begin: `now` (the default), `earliest`, or a duration back. */
  from?: string;
  /** The length of a window. Default: `1m` */
  window?: string;
  /** How long after its end a window stays open. Default: `20s` */
  lateness?: string;
  /** How far events of one partition may be out of order. Default: `10s` */
  outOfOrder?: string;
  /** How long after its end a window can be corrected. Default: `10m` */
  horizon?: string;
  /** How long a partition with nothing new is waited for. Default: `10s` */
  idle?: string;
  /** Ends after this time. Default: when the signal aborts. */
  for?: string;
  /** Rules that have no option of their own: what is kept at most. */
  rules?: Partial<WindowRules>;
  /** Tells of windows that are still open too. Default: true */
  preliminary?: boolean;
  /** How often updates are handed over, in milliseconds. Default: 500 */
  refreshMs?: number;
  /** One window's new value. While a promise is not kept, further changes gather in the next one. */
  onUpdate: (update: WindowUpdate) => void | Promise<void>;
  /** What became of the messages, after each round of updates, and where there were none too. */
  onRefresh?: (stats: WatchStats) => void | Promise<void>;
}

/** {@link LiveStats}, and what the log had lost before it could be read. */
export interface WatchStats extends LiveStats {
  /** Records deleted from the log before they were read. */
  missed: number;
}

/** A last word to a consumer that is slow must not hold up the end. */
const farewellMs = 400;

/**
 * Counts the topic's messages in windows of event time as they come, until the signal aborts or
 * `for` has passed. It has a group of its own and commits nothing: it takes nothing from any other
 * reader. At the end the windows that are open are handed over as they stand.
 *
 * @returns what became of the messages
 * @throws {@link WorkbenchError} code USAGE, KAFKA, or TOPIC_MISMATCH where the topic was made anew;
 *   what `onUpdate` throws ends it too
 * @example
 * ```ts
 * await watchAggregates(settings, { from: "10m", onUpdate: (window) => save(window) }, effects);
 * ```
 */
export async function watchAggregates(
  settings: Settings,
  options: WatchOptions,
  effects: Effects,
): Promise<WatchStats> {
  const clock = new WaitedClock(() => effects.now());
  const aggregates = new WindowedAggregates(rulesOf(options), clock);
  const forMs = options.for === undefined ? undefined : parseDurationMs(options.for, "for");
  const backMs = readBackMs(options.from ?? "now");
  await ensureTopic(settings, effects);
  const start = await findStart(settings, backMs, effects);
  return new Watch(settings, options, effects, aggregates, clock).run(start, forMs);
}

class Watch {
  private readonly over = new AbortController();
  private readonly signal: AbortSignal;
  private readonly reader: TopicReader;
  private readonly meter: LiveMeter;
  private failure: Error | undefined;
  /** Aborted when the next round of updates is wanted at once. */
  private hurry = new AbortController();
  /** Called when a round of updates has been handed over. */
  private roundDone: (() => void)[] = [];

  constructor(
    settings: Settings,
    private readonly options: WatchOptions,
    private readonly effects: Effects,
    private readonly aggregates: WindowedAggregates,
    clock: WaitedClock,
  ) {
    this.signal = anySignal(this.over.signal, effects.signal);
    this.meter = new LiveMeter(effects);
    this.reader = new TopicReader(
      settings,
      aggregates,
      clock,
      {
        taken: (heartbeat) => this.waitForRoom(heartbeat),
        failed: (error) => this.fail(error),
      },
      { ...effects, signal: this.signal },
    );
  }

  async run(
    start: Parameters<TopicReader["start"]>[0],
    forMs: number | undefined,
  ): Promise<WatchStats> {
    if (forMs !== undefined) {
      this.effects.sleep(forMs, this.signal).then(
        () => this.over.abort(),
        () => undefined,
      );
    }
    try {
      if (!this.signal.aborted) await this.reader.start(start);
      await this.deliver();
    } catch (error) {
      this.fail(error);
    } finally {
      this.over.abort();
      this.finishRound();
      await this.reader.stop();
    }
    if (this.failure !== undefined) throw this.failure;
    return this.stats;
  }

  private get stats(): WatchStats {
    return { ...this.aggregates.stats, missed: this.reader.missed };
  }

  /** Hands updates over, a round at a time, until it is over. */
  private async deliver(): Promise<void> {
    const { refreshMs = 500, preliminary = true } = this.options;
    while (!this.signal.aborted) {
      this.hurry = new AbortController();
      if (this.aggregates.overdue === 0) {
        const wake = AbortSignal.any([this.signal, this.hurry.signal]);
        await this.effects.sleep(refreshMs, wake).catch(() => undefined);
      }
      if (this.isOver()) break;
      // Only what the last round left behind is slow: a consumer gets each window's newest value.
      const round = this.handOver(this.aggregates.advance(preliminary));
      if (!(await this.unlessAborted(round))) {
        if (!(await this.inGoodTime(round))) return;
        break;
      }
      this.finishRound();
      this.reader.align();
    }
    await this.inGoodTime(this.handOver(this.aggregates.finish()));
  }

  private async handOver(updates: readonly WindowUpdate[]): Promise<void> {
    for (const update of updates) {
      this.meter.window(update);
      await this.options.onUpdate(update);
    }
    this.meter.stats(this.stats);
    await this.options.onRefresh?.(this.stats);
  }

  /** Windows that wait to be handed over take memory: until they are, no more is read. */
  private async waitForRoom(heartbeat: () => Promise<void>): Promise<void> {
    while (this.aggregates.overdue > 0 && !this.signal.aborted) {
      const round = new Promise<void>((done) => this.roundDone.push(done));
      this.hurry.abort();
      await Promise.race([round, this.effects.sleep(1000, this.signal).catch(() => undefined)]);
      await heartbeat();
    }
  }

  private finishRound(): void {
    const waiting = this.roundDone;
    this.roundDone = [];
    for (const done of waiting) done();
  }

  /** Waits for work, but not past the end. @returns whether it was done before */
  private async unlessAborted(work: Promise<void>): Promise<boolean> {
    let stop = (): void => undefined;
    const aborted = new Promise<false>((resolve) => {
      stop = () => resolve(false);
      if (this.signal.aborted) stop();
      this.signal.addEventListener("abort", stop, { once: true });
    });
    try {
      return await Promise.race([work.then(() => true), aborted]);
    } finally {
      this.signal.removeEventListener("abort", stop);
      // Whoever is not waited for any more may still fail.
      work.catch((error: unknown) => this.fail(error));
    }
  }

  /** Waits for the last work a moment only. @returns whether it was done in it */
  private inGoodTime(work: Promise<void>): Promise<boolean> {
    work.catch((error: unknown) => this.fail(error));
    const done = work.then(() => true);
    return Promise.race([done, this.effects.sleep(farewellMs).then(() => false)]);
  }

  private isOver(): boolean {
    return this.signal.aborted;
  }

  private fail(error: unknown): void {
    this.failure ??= error instanceof Error ? error : toWorkbenchError(error);
    this.over.abort();
  }
}

function rulesOf(options: WatchOptions): Partial<WindowRules> {
  const { window, lateness, outOfOrder, horizon, idle, rules } = options;
  const given: [keyof WindowRules, string | undefined, string][] = [
    ["windowMs", window, "window"],
    ["latenessMs", lateness, "lateness"],
    ["outOfOrderMs", outOfOrder, "out-of-order"],
    ["horizonMs", horizon, "horizon"],
    ["idleMs", idle, "idle"],
  ];
  const read: Partial<WindowRules> = { ...rules };
  for (const [name, text, what] of given) {
    if (text !== undefined) read[name] = parseDurationMs(text, what);
  }
  return read;
}
