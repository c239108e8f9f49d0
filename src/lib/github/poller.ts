import type { Effects } from "../effects";
import { describeError, WorkbenchError } from "../errors";
import { eventKey, type GitHubEvent } from "../events/event";
import type { EventSourceName } from "../events/message";
import { parseEvent } from "../events/parse-event";
import { judgeAnswer, resetWaitMs, type Answer } from "./answer";
import { type AskPage, pageCount } from "./api-client";
import { CoverageEstimate } from "./coverage";
import type { EventSource, SourceBatch, SourceStats, UnreadableEvent } from "./source";

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
  once: boolean;
}

const defaultPollIntervalMs = 60_000;
const maxAttempts = 8;
/** Attempts at an address that has never answered. */
const firstAnswerAttempts = 3;
/** Network errors that mean: there is nothing at this address. */
const noSuchPlace = new Set(["ECONNREFUSED", "ENOTFOUND", "ERR_INVALID_URL"]);
const firstRetryMs = 1000;
const maxRetryMs = 60_000;

/**
 * Polls the public events of GitHub's API: all three pages, oldest first, no sooner than the API
 * asks by `X-Poll-Interval`, and so that the rate limit lasts until it is whole again.
 */
export function apiPoller(options: PollerOptions): EventSource {
  return {
    name: options.name,
    repeats: true,
    address: options.address,
    batches: (effects) => new Poller(options, effects).batches(),
  };
}

class Poller {
  private readonly etags = new Map<number, string>();
  private readonly coverage = new CoverageEstimate();
  private readonly stats: SourceStats = { requests: 0, notModified: 0, coverage: null };
  private pollIntervalMs = defaultPollIntervalMs;
  private limit: { remaining: number; resetMs: number } | undefined;
  private answered = false;

  constructor(
    private readonly options: PollerOptions,
    private readonly effects: Effects,
  ) {}

  async *batches(): AsyncGenerator<SourceBatch, void, undefined> {
    const { effects } = this;
    const ask = await this.options.connect();
    try {
      for (;;) {
        yield await this.poll(ask);
        if (this.options.once) return;
        await effects.sleep(this.delayMs(), effects.signal);
      }
    } catch (error) {
      if (effects.signal?.aborted !== true) throw error;
    }
  }

  private async poll(ask: AskPage): Promise<SourceBatch> {
    const events = new Map<string, GitHubEvent>();
    const unreadable: UnreadableEvent[] = [];
    let unchanged = false;
    // The newest page last: what slides on to the next page meanwhile is seen twice, never missed.
    for (let page = pageCount; page >= 1; page -= 1) {
      const items = await this.page(ask, page);
      if (items === undefined) unchanged = true;
      for (const item of [...(items ?? [])].reverse()) {
        try {
          const event = parseEvent(item);
          events.set(eventKey(event), event);
        } catch (error) {
          unreadable.push({
            raw: JSON.stringify(item),
            reason: describeError(error),
            origin: `${this.options.address}/events?page=${page}`,
          });
        }
      }
    }
    const window = [...events].map(([key, event]) => ({
      key,
      createdAtMs: Date.parse(event.created_at),
    }));
    this.coverage.add(window, unchanged);
    this.stats.coverage = this.coverage.value;
    return { events: [...events.values()], unreadable, stats: { ...this.stats } };
  }

  /** The page's events, newest first, or undefined where it has not changed. */
  private async page(ask: AskPage, page: number): Promise<readonly unknown[] | undefined> {
    const { effects, options } = this;
    for (let attempt = 1; ;) {
      const answer = await ask(page, this.etags.get(page), effects);
      if (effects.signal?.aborted === true) throw new WorkbenchError("ABORTED", "polling stopped");
      this.stats.requests += 1;
      this.note(answer);
      const verdict =
        this.unreachable(answer, attempt) ?? judgeAnswer(answer, options.address, effects.now());
      this.answered ||= answer.status !== 0;
      switch (verdict.kind) {
        case "events":
          if (answer.headers["etag"] !== undefined) this.etags.set(page, answer.headers["etag"]);
          return verdict.items;
        case "not-modified":
          this.stats.notModified += 1;
          return undefined;
        case "fatal":
          throw verdict.error;
        case "wait":
          effects.logger.warn(`${verdict.reason}: waiting`, { waitMs: verdict.waitMs, page });
          effects.progress({
            step: "produce",
            state: `${verdict.reason}: waiting ${Math.ceil(verdict.waitMs / 1000)} s`,
          });
          await effects.sleep(verdict.waitMs, effects.signal);
          break;
        case "retry": {
          if (attempt >= maxAttempts) {
            throw new WorkbenchError(
              "GITHUB",
              `${options.address}/events failed ${attempt} times; the last time, ${verdict.reason}`,
              { retryable: true, hint: "try again later; https://www.githubstatus.com tells more" },
            );
          }
          const backoffMs = Math.min(maxRetryMs, firstRetryMs * 2 ** (attempt - 1));
          const waitMs = Math.max(verdict.minMs, backoffMs * (0.5 + Math.random() / 2));
          effects.logger.info(`${verdict.reason}: asking again`, { attempt, waitMs, page });
          await effects.sleep(waitMs, effects.signal);
          attempt += 1;
        }
      }
    }
  }

  /** An address at which nothing ever answered is more likely wrong than down for a moment. */
  private unreachable(
    answer: Answer,
    attempt: number,
  ): { kind: "fatal"; error: WorkbenchError } | undefined {
    if (this.answered || answer.status !== 0) return undefined;
    if (attempt < firstAnswerAttempts && !noSuchPlace.has(answer.networkCode ?? "")) {
      return undefined;
    }
    return {
      kind: "fatal",
      error: new WorkbenchError("GITHUB", `cannot reach ${this.options.address}: ${answer.text}`, {
        hint: this.options.unreachableHint,
        retryable: true,
      }),
    };
  }

  private note({ headers }: Answer): void {
    const interval = Number(headers["x-poll-interval"] ?? Number.NaN);
    if (Number.isFinite(interval) && interval >= 0) this.pollIntervalMs = interval * 1000;
    const remaining = Number(headers["x-ratelimit-remaining"] ?? Number.NaN);
    const resetMs = resetWaitMs(headers, 0);
    if (Number.isFinite(remaining) && resetMs !== undefined) this.limit = { remaining, resetMs };
  }

  /** The wait until the next poll: what the API asks, and no more polls than the limit has left. */
  private delayMs(): number {
    if (this.limit === undefined) return this.pollIntervalMs;
    const untilResetMs = Math.max(0, this.limit.resetMs - this.effects.now());
    const pollsLeft = Math.floor(this.limit.remaining / pageCount);
    const spacingMs = pollsLeft === 0 ? untilResetMs : untilResetMs / pollsLeft;
    return Math.max(this.pollIntervalMs, spacingMs);
  }
}
