import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import { type Answer, judgeAnswer, type Verdict } from "./answer";
import type { AskPage } from "./api-client";
import type { SourceStats } from "./source";
import type { TokenBudget } from "./token-budget";
import { maxDebt, type TokenPool, tokenName } from "./token-pool";

/** What came of asking for a page. */
export type PageResult =
  | { kind: "events"; items: readonly unknown[]; atMs: number }
  /** As it was when it was read last. */
  | { kind: "unchanged"; atMs: number }
  /** Not now: a limit, or a failure that may mend. */
  | { kind: "failed"; reason: string }
  | { kind: "missing"; error: WorkbenchError };

/** What a requester is made with. */
export interface RequesterOptions {
  /** The API's address. */
  address: string;
  /** What mends an address that cannot be reached. */
  unreachableHint: string;
  /**
   * Whether a page is asked for until it is there, through waits and failures. Otherwise it fails
   * soon, and the next poll reads what it can: of a window that moves on, later is another page.
   */
  persistent: boolean;
  /** Whether to go on however long nothing answers, once something did. */
  patient: boolean;
  /** From 0 up to 1, for the waits between attempts. */
  random: () => number;
}

/** Failures in a row before an address that gave nothing yet is given up. */
const maxFailures = 8;
/** The same where nothing answers at all. */
const maxSilences = 3;
/** Network errors that mean: there is nothing at this address. */
const noSuchPlace = new Set(["ECONNREFUSED", "ENOTFOUND", "ERR_INVALID_URL"]);
/** Attempts at one page where the next poll reads what is left. */
const pageAttempts = 3;
const firstRetryMs = 200;
const firstBackoffMs = 1000;
const maxBackoffMs = 60_000;
const maxSecondaryWaitMs = 900_000;

/**
 * Asks for pages by the rules: within the tokens' budgets, never before a time that was told, again
 * after a failure that may mend, with ETags.
 */
export class Requester {
  readonly stats: SourceStats = { requests: 0, notModified: 0, coverage: null };
  /** What `X-Poll-Interval` said last. */
  pollIntervalMs = 60_000;
  private readonly etags = new Map<string, string>();
  private failures = 0;
  private limitsInARow = 0;
  private answered = false;
  private healthy = false;

  constructor(
    private readonly ask: AskPage,
    readonly pool: TokenPool,
    private readonly effects: Effects,
    private readonly options: RequesterOptions,
  ) {}

  /** Failures since something went well. */
  get failuresInARow(): number {
    return this.failures + this.limitsInARow;
  }

  /** ETags kept, one a token and page. */
  get etagCount(): number {
    return this.etags.size;
  }

  /**
   * Asks for a page, a few times if need be.
   *
   * @throws {@link WorkbenchError} code GITHUB where it will not mend, ABORTED when stopped
   */
  async page(path: string, page: number): Promise<PageResult> {
    const { effects, options, pool } = this;
    for (let attempt = 1; ;) {
      const budget = await this.takeToken();
      if (budget === undefined) return { kind: "failed", reason: "no token is free to ask with" };
      const etagKey = `${budget.token ?? ""} ${path} ${page}`;
      const sentMs = effects.now();
      const { token } = budget;
      const answer = await this.ask({ path, page, token, etag: this.etags.get(etagKey) }, effects);
      const nowMs = effects.now();
      pool.settle(budget, answer, nowMs);
      if (effects.signal?.aborted === true) throw new WorkbenchError("ABORTED", "polling stopped");
      this.stats.requests += 1;
      this.measure(answer, pool.remaining);
      this.noteInterval(answer);
      const verdict =
        this.unreachable(answer) ?? judgeAnswer(answer, `${options.address}${path}`, nowMs);
      this.answered ||= answer.status !== 0;
      // The window was looked at somewhere in between.
      const atMs = (sentMs + nowMs) / 2;
      switch (verdict.kind) {
        case "events":
        case "not-modified": {
          this.recover();
          const etag = answer.headers["etag"];
          if (etag !== undefined) this.etags.set(etagKey, etag);
          if (verdict.kind === "events") return { kind: "events", items: verdict.items, atMs };
          this.stats.notModified += 1;
          return { kind: "unchanged", atMs };
        }
        case "missing":
          return verdict;
        case "fatal":
          throw verdict.error;
        case "bad-token":
          budget.dead = true;
          this.forgetEtags(budget.token);
          if (pool.alive === 0) throw verdict.error;
          effects.logger.warn(`GitHub refused ${tokenName(budget.token)} (401): going on without`, {
            tokensLeft: pool.alive,
          });
          break;
        case "wait": {
          const waitMs = this.limited(verdict);
          if (verdict.scope === "all") pool.pause(nowMs + waitMs);
          else budget.block(nowMs + waitMs);
          // Another token may be free; who persists waits before the next request.
          if (verdict.scope === "token" || options.persistent) break;
          return { kind: "failed", reason: verdict.reason };
        }
        case "retry": {
          this.fail(verdict.reason, `${options.address}${path}`);
          if (verdict.minMs > 0) pool.pause(nowMs + verdict.minMs);
          if (!options.persistent && (attempt >= pageAttempts || this.failures > pageAttempts)) {
            return { kind: "failed", reason: verdict.reason };
          }
          const waitMs = Math.min(maxBackoffMs, firstRetryMs * 2 ** (attempt - 1)) * this.jitter();
          effects.logger.debug(`${verdict.reason}: asking again`, { attempt, waitMs, path, page });
          await effects.sleep(waitMs, effects.signal);
          attempt += 1;
        }
      }
    }
  }

  private measure({ status }: Answer, remaining: number | undefined): void {
    const { metrics } = this.effects;
    // No answer at all has no status.
    const label = status === 0 ? "none" : String(status);
    metrics.add("workbench_github_requests_total", { status: label });
    if (remaining !== undefined) metrics.set("workbench_github_quota_remaining", {}, remaining);
  }

  /** The token for a request; who persists waits until one is free. */
  private async takeToken(): Promise<TokenBudget | undefined> {
    const { effects, options, pool } = this;
    for (;;) {
      const nowMs = effects.now();
      const budget = pool.take(nowMs);
      if (budget !== undefined || !options.persistent || pool.alive === 0) return budget;
      const waitMs = pool.readyAtMs(1, nowMs, maxDebt) - nowMs;
      await effects.sleep(Math.max(1, Math.ceil(waitMs)), effects.signal);
    }
  }

  /** How long to wait before the next poll on account of the failures so far. */
  backoffMs(): number {
    const beyond = this.failures - pageAttempts;
    if (beyond < 0) return 0;
    return Math.min(maxBackoffMs, firstBackoffMs * 2 ** Math.min(beyond, 10)) * this.jitter();
  }

  /** From a half up to one: many crawlers that failed together should not come back together. */
  private jitter(): number {
    return 0.5 + this.options.random() / 2;
  }

  private recover(): void {
    if (this.failures >= maxFailures) this.effects.logger.info("GitHub answers again");
    this.failures = 0;
    this.limitsInARow = 0;
    this.healthy = true;
  }

  /** Counts a failure; ends where nothing was ever got, and warns once where something was. */
  private fail(reason: string, url: string): void {
    this.failures += 1;
    if (this.failures < maxFailures) return;
    if (!this.healthy || !this.options.patient) {
      throw new WorkbenchError(
        "GITHUB",
        `${url} failed ${this.failures} times; the last time, ${reason}`,
        { retryable: true, hint: "try again later; https://www.githubstatus.com tells more" },
      );
    }
    if (this.failures === maxFailures) {
      this.effects.logger.warn(`${url}: ${reason}, again and again: asking on, ever more seldom`);
    }
  }

  /** The wait for a limit: as told, and longer each time where no time was told. */
  private limited({ reason, waitMs, scope }: Verdict & { kind: "wait" }): number {
    const told = reason.startsWith("GitHub asked") || scope === "token";
    const longer = told ? 0 : Math.min(maxSecondaryWaitMs, waitMs * 2 ** this.limitsInARow);
    if (scope === "all") this.limitsInARow += 1;
    const wait = Math.max(waitMs, longer);
    const seconds = Math.ceil(wait / 1000);
    this.effects.logger.warn(`${reason}: waiting`, { seconds });
    this.effects.progress({ step: "produce", state: `${reason}: waiting ${seconds} s` });
    return wait;
  }

  /** An address at which nothing ever answered is more likely wrong than down for a moment. */
  private unreachable(answer: Answer): Verdict | undefined {
    if (this.answered || answer.status !== 0) return undefined;
    if (this.failures + 1 < maxSilences && !noSuchPlace.has(answer.networkCode ?? "")) {
      return undefined;
    }
    const { address, unreachableHint: hint } = this.options;
    const message = `cannot reach ${address}: ${answer.text}`;
    return {
      kind: "fatal",
      error: new WorkbenchError("GITHUB", message, { hint, retryable: true }),
    };
  }

  private noteInterval({ headers }: Answer): void {
    const seconds = Number(headers["x-poll-interval"] ?? Number.NaN);
    if (Number.isFinite(seconds) && seconds >= 0) this.pollIntervalMs = seconds * 1000;
  }

  private forgetEtags(token: string | undefined): void {
    for (const key of this.etags.keys()) {
      if (key.startsWith(`${token ?? ""} `)) this.etags.delete(key);
    }
  }
}
