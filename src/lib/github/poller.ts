import type { Effects } from "../effects";
import { toWorkbenchError } from "../errors";
import type { EventSourceName } from "../events/message";
import { type AskPage, pageCount, pageSize } from "./api-client";
import { countTypes } from "./arrival-rate";
import { CoverageEstimate } from "./coverage";
import { Pacer, type Pace, type PollPlan } from "./pacer";
import { type ParsedPage, parsePage, unchangedPage } from "./parsed-page";
import { Requester } from "./requester";
import type { EventSource, SourceBatch } from "./source";
import { TokenPool } from "./token-pool";

/** What a poller is made with. */
export interface PollerOptions {
  name: EventSourceName;
  /** The API's address, which event ids belong to. */
  address: string;
  /** What mends an address that cannot be reached. */
  unreachableHint: string;
  /** Makes the client; called once, when polling begins. */
  connect: () => Promise<AskPage>;
  /** One poll, then the end. */
  once?: boolean;
  /** Default: `polite`. */
  pace?: Pace;
  /** None: requests without a token. */
  tokens?: readonly string[];
  /** The part of each token's limit that may be spent. Default: 0.8. */
  quotaShare?: number;
  /** From 0 up to 1, for the jitter of waits. Default: Math.random. */
  random?: () => number;
}

/** The part of each token's limit that is spent unless told otherwise. */
export const defaultQuotaShare = 0.8;

const path = "/events";
/** A page that is slower is waited for no longer: what it brings goes with a later poll. */
const patienceMs = 2000;
/** How much later than the page before a probe of the pace `polite` asks for the last page. */
const probeDelay = { firstMs: 400, minMs: 50, maxMs: 5000 };
/** Events seen to move on meanwhile: fewer say little, more are a page read for nothing. */
const probeEvents = { few: 20, many: 80 };
/** How much the newest rate weighs in the one that the pace follows. */
const rateWeight = 0.3;
/** Requests sent together are answered about together; a page asked for again is later by more. */
const seamMs = 80;
/** Below this share the pace `polite` says once what it misses. */
const muchMissed = 0.8;

/**
 * Polls the public events of GitHub's API, the newest page first: what slides on to the next page
 * between two requests is then seen twice, where the other way round it would be missed.
 *
 * @see https://docs.github.com/en/rest/activity/events#list-public-events
 */
export function apiPoller(options: PollerOptions): EventSource {
  return {
    name: options.name,
    repeats: true,
    measuresCoverage: true,
    address: options.address,
    batches: (effects) => new Poller(options, effects).batches(),
  };
}

class Poller {
  private readonly coverage = new CoverageEstimate();
  private readonly pool: TokenPool;
  private readonly pacer: Pacer;
  private readonly pace: Pace;
  /** Pages that came after their poll had ended. */
  private late: ParsedPage[] = [];
  private failure: unknown;
  private perMs: number | undefined;
  private sentMs = 0;
  private probeDelayMs = probeDelay.firstMs;
  private toldMissing = false;

  constructor(
    private readonly options: PollerOptions,
    private readonly effects: Effects,
  ) {
    const { tokens = [], quotaShare = defaultQuotaShare, pace = "polite" } = options;
    this.pace = pace;
    this.pool = new TokenPool(tokens, quotaShare, effects.now());
    this.pacer = new Pacer(pace, this.pool);
  }

  async *batches(): AsyncGenerator<SourceBatch, void, undefined> {
    const { effects, options, pacer } = this;
    const ask = await options.connect();
    const requester = new Requester(ask, this.pool, effects, {
      address: options.address,
      unreachableHint: options.unreachableHint,
      persistent: this.pace === "polite" || options.once === true,
      patient: options.once !== true,
      random: options.random ?? Math.random,
    });
    try {
      for (;;) {
        const plan = await this.awaitTurn(requester);
        const startedMs = effects.now();
        const { batch, complete, outcome } = await this.poll(requester, plan);
        pacer.note({ startedMs, sentMs: this.sentMs, plan, ...outcome });
        this.tellMissing();
        yield batch;
        if (options.once === true && complete) return;
      }
    } catch (error) {
      if (effects.signal?.aborted !== true) throw error;
    }
  }

  /** Waits for the next poll's moment, which limits told meanwhile may put off. */
  private async awaitTurn(requester: Requester): Promise<PollPlan> {
    const { effects, pacer } = this;
    const notBeforeMs = effects.now() + requester.backoffMs();
    for (;;) {
      const nowMs = effects.now();
      const plan = pacer.next(nowMs, requester.pollIntervalMs);
      const waitMs = Math.max(plan.atMs, notBeforeMs) - nowMs;
      if (waitMs <= 0) return plan;
      // A timer may fire a little early, and its milliseconds are whole.
      await effects.sleep(Math.ceil(waitMs), effects.signal);
    }
  }

  private async poll(
    requester: Requester,
    plan: PollPlan,
  ): Promise<{
    batch: SourceBatch;
    complete: boolean;
    outcome: {
      succession: ReturnType<CoverageEstimate["add"]>["succession"];
      perMs: number | undefined;
      troubled: boolean;
      lastPageNeeded: boolean | undefined;
    };
  }> {
    const before = requester.failuresInARow;
    const slowProbe = plan.probe && this.pace === "polite";
    const pages = await this.readPages(requester, plan, slowProbe);
    let lastPageNeeded: boolean | undefined;
    const [, second, third] = pages;
    if (plan.pages < pageCount && second !== undefined && !this.reachesKnown(second)) {
      pages[2] = await this.readPage(requester, pageCount);
    } else if (second !== undefined && third !== undefined && !slowProbe) {
      if (this.reachesKnown(second)) lastPageNeeded = this.bringsNews(third);
    }
    const read = pages.filter((page) => page !== undefined);
    const complete = read.length >= plan.pages && pages.length === read.length;
    const seamless = isSeamless(read);
    if (slowProbe) this.measureSlide(pages);
    const { succession, arrived, spanMs } = this.coverage.add({
      events: read.flatMap(({ seen }) => seen),
      atMs: pages[0]?.atMs ?? this.effects.now(),
      complete,
      seamless,
      full: read.every(({ unchanged, items }) => unchanged || items >= pageSize),
      unchanged: read.some(({ unchanged }) => unchanged),
    });
    this.learnRate(succession, arrived, spanMs);
    const late = this.late.splice(0);
    const troubled = !complete || requester.failuresInARow > before;
    return {
      batch: this.batchOf([...late, ...read], requester),
      complete,
      outcome: { succession, perMs: this.perMs, troubled, lastPageNeeded },
    };
  }

  /** Asks for the pages side by side, a little apart; a slow one does not hold up the rest. */
  private async readPages(
    requester: Requester,
    plan: PollPlan,
    slowProbe: boolean,
  ): Promise<(ParsedPage | undefined)[]> {
    const { effects } = this;
    const pages = new Array<ParsedPage | undefined>(plan.pages).fill(undefined);
    let over = false;
    const reading = pages.map(async (_, index) => {
      const delayMs = index * plan.staggerMs + (slowProbe && index === 2 ? this.probeDelayMs : 0);
      if (delayMs > 0) await effects.sleep(delayMs, effects.signal);
      this.sentMs = effects.now();
      const page = await this.readPage(requester, index + 1);
      if (over && page !== undefined) this.late.push(page);
      else pages[index] = page;
    });
    // What fails after the poll is over ends the next one.
    const all = Promise.all(
      reading.map((page) =>
        page.catch((error: unknown) => {
          if (over) this.failure = error;
          throw error;
        }),
      ),
    );
    if (this.options.once === true || this.pace === "polite") {
      await all;
    } else {
      const done = new AbortController();
      const patience = effects.sleep(patienceMs, done.signal).catch(() => undefined);
      try {
        await Promise.race([all, patience]);
      } finally {
        done.abort();
      }
      all.catch(() => undefined);
    }
    over = true;
    if (this.failure !== undefined) throw toWorkbenchError(this.failure, "GITHUB");
    return [...pages];
  }

  private async readPage(requester: Requester, page: number): Promise<ParsedPage | undefined> {
    const result = await requester.page(path, page);
    switch (result.kind) {
      case "failed":
        return undefined;
      case "missing":
        throw result.error;
      case "unchanged":
        return unchangedPage(page, result.atMs);
      case "events":
        return parsePage(result.items, page, result.atMs, `${this.options.address}${path}`);
    }
  }

  /** Whether a page's oldest events were there before, so that nothing lies beyond them. */
  private reachesKnown({ unchanged, seen, items }: ParsedPage): boolean {
    if (unchanged || items < pageSize) return true;
    return seen.slice(-10).filter(({ key }) => this.coverage.knows(key)).length >= 8;
  }

  private bringsNews({ seen }: ParsedPage): boolean {
    return seen.filter(({ key }) => !this.coverage.knows(key)).length > 2;
  }

  /**
   * The rate, from what moved over to the last page while it was waited for. It is all that came
   * meanwhile, wherever above that page the list takes new events in.
   */
  private measureSlide([first, second, third]: readonly (ParsedPage | undefined)[]): void {
    if (first === undefined || second === undefined || third === undefined) return;
    if (second.items < pageSize || third.items < pageSize) return;
    const keys = new Set([...first.seen, ...second.seen].map(({ key }) => key));
    const moved = third.seen.filter(({ key }) => keys.has(key));
    const { few, many } = probeEvents;
    if (moved.length <= many) {
      this.coverage.observeRate(countTypes(moved), third.atMs - second.atMs, third.atMs);
    }
    const factor = moved.length > many ? 0.5 : moved.length < few ? 2 : 1;
    this.probeDelayMs = Math.min(
      probeDelay.maxMs,
      Math.max(probeDelay.minMs, this.probeDelayMs * factor),
    );
  }

  private learnRate(succession: string, arrived: number, spanMs: number): void {
    if (spanMs <= 0 || (succession !== "whole" && succession !== "gap")) {
      this.perMs ??= this.coverage.rate.perMs;
      return;
    }
    const seen = arrived / spanMs;
    if (succession === "whole") {
      this.perMs =
        this.perMs === undefined ? seen : this.perMs * (1 - rateWeight) + seen * rateWeight;
    } else if (this.perMs !== undefined) {
      // At least as many came.
      this.perMs = Math.max(this.perMs, seen);
    }
  }

  private batchOf(pages: readonly ParsedPage[], requester: Requester): SourceBatch {
    const { stats } = requester;
    stats.coverage = this.coverage.value;
    stats.coverageByType = this.coverage.byType;
    // The oldest event first; one that is on two pages once.
    const events = new Map(
      [...pages]
        .reverse()
        .flatMap((page) => [...page.events].reverse())
        .map(({ key, event }) => [key, event]),
    );
    return {
      events: [...events.values()],
      unreadable: pages.flatMap(({ unreadable }) => unreadable),
      stats: { ...stats },
      missed: this.coverage.takeMissed(),
    };
  }

  /** Says once how much the pace `polite` misses, and what the other would gain. */
  private tellMissing(): void {
    const share = this.coverage.value;
    const perMs = this.coverage.rate.perMs;
    if (this.toldMissing || this.pace === "budget" || share === null || perMs === undefined) return;
    if (share >= muchMissed) return;
    this.toldMissing = true;
    const perHour = this.pool.requestsPerHour;
    const reach =
      perHour === undefined ? 1 : Math.min(1, (perHour * pageSize) / (perMs * 3_600_000));
    this.effects.logger.info(
      `at the pace polite about ${percent(share)} of all public events are seen; ` +
        `--pace budget would see about ${percent(reach)}, polling more often than GitHub asks`,
    );
  }
}

/** Whether each page was read no later than the one after it. */
function isSeamless(pages: readonly ParsedPage[]): boolean {
  return pages.every((page, index) => page.atMs <= (pages[index + 1]?.atMs ?? Infinity) + seamMs);
}

function percent(share: number): string {
  const value = share * 100;
  return `${value < 10 ? value.toFixed(1) : Math.floor(value)} %`;
}
