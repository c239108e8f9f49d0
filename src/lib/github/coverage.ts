import { ArrivalRate, countTypes, type TypeCounts } from "./arrival-rate";

/** An event as the estimate sees it. */
export interface SeenEvent {
  key: string;
  type: string;
  createdAtMs: number;
}

/** What one poll saw. */
export interface PolledWindow {
  events: readonly SeenEvent[];
  /** When the API was looked at. */
  atMs: number;
  /** Whether all that was to be read could be read. */
  complete: boolean;
  /** Whether nothing can have passed from one page to the next unseen while they were read. */
  seamless: boolean;
  /** Whether the list was full: a list that is not holds everything there is. */
  full: boolean;
  /** Whether part of the answer was "304 Not Modified": it follows on the last one by itself. */
  unchanged: boolean;
}

/** How a window follows on the ones before. */
export type Succession =
  | "first"
  /** Not all of it was read: the next complete one is compared with the last complete one. */
  | "partial"
  /** It holds events that were there before: nothing can have passed in between. */
  | "whole"
  /** It holds none: what passed in between was missed. */
  | "gap";

/** What a window shows of the time since the last complete one. */
export interface Followed {
  succession: Succession;
  /** New events since then: all that came, where the succession is whole. */
  arrived: number;
  spanMs: number;
}

/** Events missed, as far as can be estimated, by the minute in which they happened. */
export interface MissedEvents {
  type: string;
  minuteMs: number;
  /** May be a part of one, and below zero where an earlier estimate was too high. */
  events: number;
}

/** A window must share this many events with those before: a single one may be a stray. */
const minOverlap = 3;
/** Keys kept: those of twenty windows that share nothing. */
const maxKeys = 6000;
const minuteMs = 60_000;
/** Missed events are spread over this many minutes at most, whatever the time that passed. */
const maxMinutes = 1440;

/**
 * Estimates which share of all events the polls captured. Where a window still holds events of the
 * last complete one, nothing slid past in between. Where it holds none, the events missed are those
 * that came meanwhile, at the rate measured where windows do overlap, less those that were seen. The
 * API names no total, and `created_at` is no measure of what passed: events show late and out of
 * order. Only what is seen to arrive counts.
 */
export class CoverageEstimate {
  readonly rate = new ArrivalRate();
  /** In which window each event was seen first; those seen last are at the end. */
  private readonly keys = new Map<string, number>();
  private window = 0;
  private lastComplete:
    { window: number; atMs: number; medianMs: number; seamless: boolean } | undefined;
  private readonly captured = new Map<string, number>();
  private readonly missed = new Map<string, number>();
  /** Seen since the last complete window. */
  private pending = new Map<string, number>();
  /** Gaps from before a rate was known. */
  private unrated = { spanMs: 0, counts: new Map<string, number>(), fromMs: 0, toMs: 0 };
  private news: MissedEvents[] = [];

  /** Adds a window; returns how it follows on those before. */
  add({ events, atMs, complete, seamless, full, unchanged }: PolledWindow): Followed {
    this.window += 1;
    const { lastComplete } = this;
    let overlap = 0;
    const fresh: SeenEvent[] = [];
    for (const event of events) {
      const window = this.keys.get(event.key);
      if (window === undefined) fresh.push(event);
      else if (lastComplete !== undefined && window <= lastComplete.window) overlap += 1;
      this.keys.delete(event.key);
      this.keys.set(event.key, window ?? this.window);
    }
    this.forget();
    if (lastComplete !== undefined) addCounts(this.pending, countTypes(fresh));
    if (!complete) return { succession: "partial", arrived: 0, spanMs: 0 };

    const medianMs = medianCreated(events) ?? lastComplete?.medianMs ?? atMs;
    this.lastComplete = { window: this.window, atMs, medianMs, seamless };
    if (lastComplete === undefined) return { succession: "first", arrived: 0, spanMs: 0 };
    const counts = this.pending;
    this.pending = new Map();
    const spanMs = Math.max(0, atMs - lastComplete.atMs);
    const arrived = sum(counts);
    addCounts(this.captured, counts);
    const succession = unchanged || !full || overlap >= minOverlap ? "whole" : "gap";
    if (succession === "whole" && seamless && lastComplete.seamless) {
      this.rate.observe(counts, spanMs, atMs);
      this.settleUnrated();
      return { succession, arrived, spanMs };
    }
    // What slipped between two pages may have been seen since: then more came than the rate tells.
    if (this.unrated.spanMs === 0) this.unrated.fromMs = lastComplete.medianMs;
    this.unrated.spanMs += spanMs;
    this.unrated.toMs = medianMs;
    addCounts(this.unrated.counts, counts);
    this.settleUnrated();
    return { succession, arrived, spanMs };
  }

  /** Notes events seen to come within a span, where windows as a whole tell nothing of the rate. */
  observeRate(counts: TypeCounts, spanMs: number, atMs: number): void {
    this.rate.observe(counts, spanMs, atMs);
    this.settleUnrated();
  }

  /** The share captured so far, 0 to 1; null where it is not known yet. */
  get value(): number | null {
    if (this.unrated.spanMs > 0) return null;
    const captured = sum(this.captured);
    const missed = sum(this.missed);
    return captured === 0 ? null : captured / (captured + Math.max(0, missed));
  }

  /** The same of each type seen. */
  get byType(): Record<string, number> {
    if (this.unrated.spanMs > 0) return {};
    const shares: Record<string, number> = {};
    for (const type of [...this.captured.keys()].sort()) {
      const captured = this.captured.get(type) ?? 0;
      const missed = Math.max(0, this.missed.get(type) ?? 0);
      if (captured > 0) shares[type] = captured / (captured + missed);
    }
    return shares;
  }

  /** Whether an event was seen lately. */
  knows(key: string): boolean {
    return this.keys.has(key);
  }

  /** The events missed that were not told of yet. */
  takeMissed(): readonly MissedEvents[] {
    const { news } = this;
    this.news = [];
    return news;
  }

  /** How much it holds, which does not grow with time. */
  get size(): number {
    return this.keys.size + this.captured.size + this.missed.size + this.news.length;
  }

  private settleUnrated(): void {
    const { spanMs, counts, fromMs, toMs } = this.unrated;
    if (spanMs === 0 || this.rate.perMs === undefined) return;
    this.unrated = { spanMs: 0, counts: new Map(), fromMs: 0, toMs: 0 };
    for (const [type, perMs] of this.ratesByType()) {
      const missed = perMs * spanMs - (counts.get(type) ?? 0);
      if (missed === 0) continue;
      this.missed.set(type, (this.missed.get(type) ?? 0) + missed);
      this.news.push(...spread(type, missed, fromMs, toMs));
    }
  }

  /**
   * The rate of each type. A type of which too few came to measure it has its part of what the
   * measured ones leave, as large as among the events captured: none seen to come in half a second
   * does not mean that none came in a minute.
   */
  private ratesByType(): Map<string, number> {
    const { rate, captured } = this;
    const rates = new Map<string, number>();
    let rest = rate.perMs ?? 0;
    const rare: string[] = [];
    for (const type of new Set([...rate.types, ...captured.keys()])) {
      if (!rate.isMeasured(type)) rare.push(type);
      else {
        rates.set(type, rate.perMsOf(type));
        rest -= rate.perMsOf(type);
      }
    }
    const weights = rare.reduce((total, type) => total + (captured.get(type) ?? 0), 0);
    for (const type of rare) {
      const part = weights === 0 ? 1 / rare.length : (captured.get(type) ?? 0) / weights;
      rates.set(type, Math.max(0, rest) * part);
    }
    return rates;
  }

  private forget(): void {
    for (const key of this.keys.keys()) {
      if (this.keys.size <= maxKeys) break;
      this.keys.delete(key);
    }
  }
}

/** Missed events happened between the middles of the two windows, evenly for all that is known. */
function spread(type: string, events: number, fromMs: number, toMs: number): MissedEvents[] {
  const first = Math.floor(Math.min(fromMs, toMs) / minuteMs);
  const minutes = Math.floor(toMs / minuteMs) - first + 1;
  const step = Math.ceil(minutes / maxMinutes);
  const startMs = Math.min(fromMs, toMs);
  const spanMs = toMs - startMs;
  const parts: MissedEvents[] = [];
  for (let minute = first; minute < first + minutes; minute += step) {
    const beginMs = Math.max(startMs, minute * minuteMs);
    const endMs = Math.min(toMs, (minute + step) * minuteMs);
    const share = spanMs === 0 ? 1 : Math.max(0, endMs - beginMs) / spanMs;
    if (share > 0) parts.push({ type, minuteMs: minute * minuteMs, events: events * share });
  }
  return parts;
}

/** The middle of a window: single late events reach days back. */
function medianCreated(events: readonly SeenEvent[]): number | undefined {
  const times = events.map(({ createdAtMs }) => createdAtMs).sort((a, b) => a - b);
  return times[Math.floor(times.length / 2)];
}

function addCounts(to: Map<string, number>, counts: TypeCounts): void {
  for (const [type, events] of counts) to.set(type, (to.get(type) ?? 0) + events);
}

function sum(counts: TypeCounts): number {
  let total = 0;
  for (const events of counts.values()) total += events;
  return total;
}
