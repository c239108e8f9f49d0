import type { EventMessage } from "../events/message";
import { type LiveEvent, toLiveEvent } from "./live-event";
import { completeRules, type WindowRules } from "./rules";
import type { LiveStats, TooLateEvent, WindowUpdate } from "./update";
import { Watermark } from "./watermark";
import { Window } from "./window";

/** Where a message lies. */
export interface MessagePlace {
  partition: number;
  offset: bigint;
}

/** What became of a message. */
export type MessageOutcome =
  "counted" | "duplicate" | "repeated" | "too_late" | "future" | "unreadable" | "overflow";

/** The two clocks of the windows, in milliseconds. */
export interface LiveClock {
  /** Since 1970, UTC. */
  now(): number;
  /** Grows while the stream could give something: what is waited for, is waited for by it. */
  waited(): number;
}

/** How many of the events that came too late are named. */
const namedTooLate = 10;

/**
 * Counts events in tumbling windows by event time. Messages go in by {@link take}, in the order of
 * each partition and in any order between partitions; updates come out of {@link advance}, which
 * the caller calls every so often. What it holds is bounded by its rules.
 *
 * An event that comes twice counts once: it is known as long as its window is kept, and after that
 * it is too late, as the first would be.
 *
 * @example
 * ```ts
 * const aggregates = new WindowedAggregates({ windowMs: 60_000 }, clock);
 * aggregates.take(message, { partition: 0, offset: 12n });
 * for (const update of aggregates.advance()) upsert(update);
 * ```
 */
export class WindowedAggregates {
  readonly rules: WindowRules;
  private readonly watermark: Watermark;
  private readonly windows = new Map<number, Window>();
  private readonly nextOffsets = new Map<number, bigint>();
  /** The last values of windows that were given up, to be handed over. */
  private given: WindowUpdate[] = [];
  /** Windows that begin before this are forgotten. */
  private forgottenMs = -Infinity;
  private partialBeforeMs = -Infinity;
  private eventsKept = 0;
  private readonly counts = {
    ...{ messages: 0, events: 0, duplicates: 0, repeated: 0, too_late: 0, future: 0 },
    ...{ unreadable: 0, overflow: 0, late_events: 0 },
    ...{ windows_closed: 0, windows_updated: 0, windows_forced: 0 },
  };
  private lastTooLate: TooLateEvent[] = [];

  /** @throws {@link WorkbenchError} code USAGE if a rule is out of its bounds */
  constructor(
    rules: Partial<WindowRules>,
    private readonly clock: LiveClock,
  ) {
    this.rules = completeRules(rules);
    this.watermark = new Watermark(this.rules);
  }

  /** A partition that is read; until it gives something, no window closes but by the idle time. */
  addPartition(partition: number, hasMore: boolean): void {
    this.watermark.add(partition, hasMore, this.clock.waited());
  }

  /** Whether a partition has more to read now: then it is waited for longer. */
  setHasMore(partition: number, hasMore: boolean): void {
    this.watermark.setBehind(partition, hasMore);
  }

  /** Whether a partition should wait for slower ones, so that the windows between need no memory. */
  isAhead(partition: number): boolean {
    return this.watermark.isAhead(partition, this.clock.waited());
  }

  /** Windows that begin before this moment (ms since 1970) may have had more events than were read. */
  setPartialBefore(ms: number): void {
    this.partialBeforeMs = Math.max(this.partialBeforeMs, ms);
  }

  /** Takes one message and says what became of it. */
  take(message: EventMessage, { partition, offset }: MessagePlace): MessageOutcome {
    if (this.isRepeated(partition, offset)) return this.note("repeated");
    const event = toLiveEvent(message);
    if (typeof event === "string") return this.note("unreadable");
    const nowMs = this.clock.now();
    if (event.eventMs > nowMs + this.rules.futureMs) return this.note("future");
    const waitedMs = this.clock.waited();
    this.watermark.see(partition, event.eventMs, waitedMs, nowMs);
    this.watermark.advance(waitedMs, nowMs);
    const window = this.windowOf(event);
    if (window === "overflow") return this.note("overflow");
    if (window === "too_late") {
      this.nameTooLate(message, event, { partition, offset });
      return this.note("too_late");
    }
    if (window.knows(event)) return this.note("duplicate");
    const late = this.isClosing(window, this.watermark.currentMs);
    if (!this.makeRoom(window) || !window.count(event, late)) return this.note("overflow");
    this.eventsKept += 1;
    if (late) this.counts.late_events += 1;
    return this.note("counted");
  }

  /** Notes a message that is none. */
  takeUnreadable({ partition, offset }: MessagePlace): MessageOutcome {
    return this.note(this.isRepeated(partition, offset) ? "repeated" : "unreadable");
  }

  /** Windows that are only kept until their last value is handed over. */
  get overdue(): number {
    const watermarkMs = this.watermark.currentMs;
    let overdue = this.given.length;
    for (const window of this.windows.values()) {
      if (this.isForgotten(window.endMs, watermarkMs)) overdue += 1;
    }
    return overdue;
  }

  /**
   * Brings the watermark up to date and gives what has changed since the last call, the oldest
   * window first.
   *
   * @param preliminary - windows that are still open too. Default: true
   */
  advance(preliminary = true): WindowUpdate[] {
    const watermarkMs = this.watermark.advance(this.clock.waited(), this.clock.now());
    const updates = this.given;
    this.given = [];
    for (const window of this.inOrder()) {
      if (!window.closed && this.isClosing(window, watermarkMs)) this.close(window);
      if (window.dirty && (window.closed || preliminary)) updates.push(this.updateOf(window));
      if (this.isForgotten(window.endMs, watermarkMs)) this.forget(window);
    }
    return updates;
  }

  /** Gives the windows that are open as they stand: they may have become more. */
  finish(): WindowUpdate[] {
    return this.advance(true);
  }

  /** What became of the messages so far. */
  get stats(): LiveStats {
    const { currentMs } = this.watermark;
    const { idle, stalled } = this.watermark.atRest(this.clock.waited());
    return {
      ...this.counts,
      windows_kept: this.windows.size,
      events_kept: this.eventsKept,
      watermark: currentMs === -Infinity ? null : new Date(currentMs).toISOString(),
      partitions_idle: idle,
      partitions_stalled: stalled,
      last_too_late: [...this.lastTooLate],
    };
  }

  private isRepeated(partition: number, offset: bigint): boolean {
    const next = this.nextOffsets.get(partition);
    if (next !== undefined && offset < next) return true;
    this.nextOffsets.set(partition, offset + 1n);
    return false;
  }

  private windowOf({ eventMs }: LiveEvent): Window | "too_late" | "overflow" {
    const startMs = Math.floor(eventMs / this.rules.windowMs) * this.rules.windowMs;
    const known = this.windows.get(startMs);
    const endMs = startMs + this.rules.windowMs;
    if (startMs < this.forgottenMs || this.isForgotten(endMs, this.watermark.currentMs)) {
      return "too_late";
    }
    if (known !== undefined) return known;
    if (this.windows.size >= this.rules.maxWindows) {
      const oldest = this.oldest();
      if (oldest === undefined || oldest.startMs > startMs) return "overflow";
      this.giveUp(oldest);
    }
    const window = new Window(startMs, this.rules);
    this.windows.set(startMs, window);
    return window;
  }

  /** Makes room for one event more; false where only its own window, or newer ones, could go. */
  private makeRoom(window: Window): boolean {
    while (this.eventsKept >= this.rules.maxEvents) {
      const oldest = this.oldest();
      if (oldest === undefined || oldest.startMs >= window.startMs) return false;
      this.giveUp(oldest);
    }
    return true;
  }

  private giveUp(window: Window): void {
    if (!window.closed) this.close(window);
    if (window.dirty) this.given.push(this.updateOf(window, true));
    this.counts.windows_forced += 1;
    this.forget(window);
  }

  private close(window: Window): void {
    window.closed = true;
    window.dirty = true;
  }

  private forget(window: Window): void {
    this.windows.delete(window.startMs);
    this.eventsKept -= window.events;
    this.forgottenMs = Math.max(this.forgottenMs, window.endMs);
  }

  private isClosing({ endMs }: Window, watermarkMs: number): boolean {
    return watermarkMs >= endMs + this.rules.latenessMs;
  }

  private isForgotten(endMs: number, watermarkMs: number): boolean {
    return watermarkMs >= endMs + this.rules.horizonMs;
  }

  private updateOf(window: Window, forced = false): WindowUpdate {
    const update = window.update(window.startMs < this.partialBeforeMs, forced);
    if (update.state === "closed") this.counts.windows_closed += 1;
    if (update.state === "updated") this.counts.windows_updated += 1;
    return update;
  }

  private inOrder(): Window[] {
    return [...this.windows.values()].sort((a, b) => a.startMs - b.startMs);
  }

  private oldest(): Window | undefined {
    let oldest: Window | undefined;
    for (const window of this.windows.values()) {
      if (oldest === undefined || window.startMs < oldest.startMs) oldest = window;
    }
    return oldest;
  }

  private note(outcome: MessageOutcome): MessageOutcome {
    this.counts.messages += 1;
    const names = { counted: "events", duplicate: "duplicates" } as const;
    this.counts[outcome === "counted" || outcome === "duplicate" ? names[outcome] : outcome] += 1;
    return outcome;
  }

  private nameTooLate(message: EventMessage, event: LiveEvent, place: MessagePlace): void {
    const named = {
      event_type: message.event_type,
      id: message.id,
      timestamp: message.timestamp,
      partition: place.partition,
      offset: place.offset.toString(),
      behind_ms: Math.max(0, this.watermark.currentMs - event.eventMs),
    };
    this.lastTooLate = [...this.lastTooLate.slice(1 - namedTooLate), named];
  }
}
