import { pageCount, pageSize } from "./api-client";
import type { Succession } from "./coverage";
import { maxDebt, type TokenPool } from "./token-pool";

/** How often to poll: as GitHub asks, or as often as the limit allows and the events need. */
export type Pace = "polite" | "budget";

/** A poll to be made. */
export interface PollPlan {
  /** Not before this moment. */
  atMs: number;
  /** How many pages to ask for, from the first. */
  pages: number;
  /** Between the requests of two pages, the newer one first. */
  staggerMs: number;
  /** Made to learn the rate: earlier than its turn, or (polite) with the last page much later. */
  probe: boolean;
}

/** What came of it. */
export interface PollOutcome {
  startedMs: number;
  /** When its last page was asked for. */
  sentMs: number;
  plan: PollPlan;
  succession: Succession;
  /** Events a millisecond, as the last windows showed it; undefined where not known. */
  perMs: number | undefined;
  /** Whether a page was missing, or a limit was told. */
  troubled: boolean;
  /** Whether the last page held something new though the page before reached what was known. */
  lastPageNeeded: boolean | undefined;
}

const windowSize = pageSize * pageCount;
/** The part of a window that the next one should share with it: usual, and after trouble. */
const usualMargin = 0.3;
const maxMargin = 0.75;
const marginStep = 0.15;
/** The margin goes back by half of what is over the usual in this time. */
const marginHalfLifeMs = 60_000;
/** Two pages do while no more than this slides by: the rest is their margin. */
const twoPagesSlide = 140;
/** While less than this slides by, an event is on the first page of one poll at least. */
const seamlessSlide = 90;
/** How often the last page is read though it should not be needed, to see that it is not. */
const checkEvery = 20;
const distrustMs = 600_000;
/** Where windows share nothing, one poll in so many comes early, to measure the rate. */
const probeEvery = { first: 6, later: 20, polite: 4 };
const firstProbes = 4;
const probeShare = 0.7;
const firstProbeMs = 1000;
const minIntervalMs = 250;
/** More lets the window slide away for nothing; network jitter is less, mostly. */
const maxStaggerMs = 120;

/**
 * Decides when to poll, and what. In the pace `polite` GitHub's `X-Poll-Interval` decides; in the
 * pace `budget` the interval follows what windows share: long enough to waste nothing, short enough
 * to miss nothing, shorter for a while after any trouble. Both stay within the tokens' budgets.
 */
export class Pacer {
  private margin = usualMargin;
  private marginAtMs = 0;
  private lastStartMs: number | undefined;
  /** When its last page was asked for: no page is asked for again before its interval is over. */
  private lastSentMs: number | undefined;
  private lastCompleteMs: number | undefined;
  private perMs: number | undefined;
  private gaps = 0;
  private sinceProbe = 0;
  private sinceCheck = 0;
  private distrustedUntilMs = -Infinity;
  private firstProbeMs = firstProbeMs;
  private probesWanted = false;
  private probes = 0;

  constructor(
    private readonly pace: Pace,
    private readonly pool: TokenPool,
  ) {}

  /** The next poll. `pollIntervalMs` is what the API asks for. */
  next(nowMs: number, pollIntervalMs: number): PollPlan {
    const { lastStartMs, pool } = this;
    if (this.pace === "polite") {
      const dueMs = this.lastSentMs === undefined ? nowMs : this.lastSentMs + pollIntervalMs;
      const atMs = Math.max(dueMs, pool.readyAtMs(pageCount, nowMs));
      return { atMs, pages: pageCount, staggerMs: 0, probe: this.wantsPoliteProbe() };
    }
    if (lastStartMs === undefined) {
      const atMs = pool.readyAtMs(pageCount, nowMs);
      return { atMs, pages: pageCount, staggerMs: 0, probe: false };
    }
    if (this.perMs === undefined) {
      // Where two polls in the budget's own time share something, no probe is needed.
      const debt = this.gaps > 0 ? maxDebt : 0;
      const readyMs = pool.readyAtMs(pageCount, nowMs, debt);
      const atMs = Math.max(lastStartMs + this.firstProbeMs, readyMs);
      return { atMs, pages: pageCount, staggerMs: 0, probe: debt > 0 };
    }
    return this.nextByRate(nowMs, lastStartMs, this.perMs);
  }

  /** Learns from a poll. */
  note({
    startedMs,
    sentMs,
    plan,
    succession,
    perMs,
    troubled,
    lastPageNeeded,
  }: PollOutcome): void {
    this.lastStartMs = startedMs;
    this.lastSentMs = sentMs;
    if (succession !== "partial") this.lastCompleteMs = startedMs;
    this.perMs = perMs;
    if (succession === "gap") this.gaps += 1;
    this.sinceProbe = plan.probe ? 0 : this.sinceProbe + 1;
    if (plan.probe) {
      // One that came too late to share anything is made again, earlier.
      this.probesWanted = succession === "gap" && this.pace === "budget";
      if (this.probesWanted) this.firstProbeMs = Math.max(minIntervalMs, this.firstProbeMs / 2);
      else this.probes += 1;
    }
    if (lastPageNeeded !== undefined) this.sinceCheck = 0;
    else if (plan.pages < pageCount) this.sinceCheck += 1;
    if (lastPageNeeded === true) this.distrustedUntilMs = startedMs + distrustMs;
    this.easeMargin(startedMs);
    if (troubled || (succession === "gap" && !this.starved(startedMs))) {
      this.margin = Math.min(maxMargin, this.margin + marginStep);
    }
  }

  private nextByRate(nowMs: number, lastStartMs: number, perMs: number): PollPlan {
    const { pool } = this;
    const wholeMs = windowSize / perMs;
    this.easeMargin(nowMs);
    if (this.starved(nowMs)) {
      const every = this.probes < firstProbes ? probeEvery.first : probeEvery.later;
      const probe = this.sinceProbe + 1 >= every || this.probesWanted;
      const readyMs = pool.readyAtMs(pageCount, nowMs, probe ? maxDebt : 0);
      const atMs = Math.max(lastStartMs + wholeMs * probeShare, readyMs);
      return { atMs, pages: pageCount, staggerMs: 0, probe };
    }
    const dueMs = lastStartMs + Math.max(minIntervalMs, (1 - this.margin) * wholeMs);
    const plan = (pages: number): PollPlan => {
      const atMs = Math.max(dueMs, pool.readyAtMs(pages, nowMs));
      return { atMs, pages, staggerMs: this.staggerMs(atMs, pages, perMs), probe: false };
    };
    const fewer = plan(pageCount - 1);
    const slide = perMs * (fewer.atMs - (this.lastCompleteMs ?? lastStartMs));
    return slide <= twoPagesSlide && this.mayReadTwo(nowMs) ? fewer : plan(pageCount);
  }

  /**
   * Half of what is to spare of the window goes between the pages, half between this poll and the last.
   * There is nothing to lose between two pages where less than a page slides by: the last poll saw
   * that. After a poll that failed, all pages are wanted at once: the window's end is at stake.
   */
  private staggerMs(atMs: number, pages: number, perMs: number): number {
    const slide = perMs * (atMs - (this.lastCompleteMs ?? atMs));
    const spareMs = (pages * pageSize - slide) / perMs;
    const need = Math.min(1, Math.max(0, (slide - seamlessSlide) / pageSize) * 2);
    return Math.max(0, need * Math.min(maxStaggerMs, spareMs / (2 * pages)));
  }

  /** Whether the budget cannot follow the events: then windows share nothing, whatever the pace. */
  private starved(nowMs: number): boolean {
    return (
      this.perMs !== undefined &&
      this.pool.costMs(pageCount, nowMs) * this.perMs > windowSize * 0.98
    );
  }

  private mayReadTwo(nowMs: number): boolean {
    return nowMs >= this.distrustedUntilMs && this.sinceCheck + 1 < checkEvery;
  }

  /** The first polls, and one in a few: what is read twice for it is little. */
  private wantsPoliteProbe(): boolean {
    return this.perMs === undefined || this.sinceProbe + 1 >= probeEvery.polite;
  }

  private easeMargin(nowMs: number): void {
    const passedMs = Math.max(0, nowMs - this.marginAtMs);
    this.marginAtMs = nowMs;
    this.margin = usualMargin + (this.margin - usualMargin) * 0.5 ** (passedMs / marginHalfLifeMs);
  }
}
