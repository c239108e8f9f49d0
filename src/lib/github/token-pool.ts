import type { Answer } from "./answer";
import { resetWaitMs } from "./answer";
import { TokenBudget } from "./token-budget";

/** Requests that may be taken ahead of their time: those of one poll. */
export const maxDebt = 3;

/**
 * The tokens that requests are made with, each within its budget, the one with most to spend first.
 * What GitHub asks of all requests holds for the pool.
 */
export class TokenPool {
  private readonly budgets: readonly TokenBudget[];
  private pausedUntilMs = -Infinity;

  /**
   * @param tokens - none: requests without a token, which have a limit too
   * @param share - the part of each limit that may be spent, over 0 and up to 1
   */
  constructor(tokens: readonly string[], share: number, nowMs: number) {
    const distinct: (string | undefined)[] = [...new Set(tokens)];
    if (distinct.length === 0) distinct.push(undefined);
    this.budgets = distinct.map((token) => new TokenBudget(token, share, nowMs));
    this.share = share;
  }

  readonly share: number;

  /** Tokens that are still good. */
  get alive(): number {
    return this.live().length;
  }

  /** The requests an hour that the limits and the share allow; undefined where none was told. */
  get requestsPerHour(): number | undefined {
    const limits = this.live().flatMap(({ limit }) => (limit === undefined ? [] : [limit]));
    if (limits.length === 0) return undefined;
    return limits.reduce((sum, limit) => sum + limit, 0) * this.share;
  }

  /** The requests left to the token that has least; undefined where no limit was told. */
  get remaining(): number | undefined {
    const left = this.live().flatMap(({ remaining }) =>
      remaining === undefined ? [] : [remaining],
    );
    return left.length === 0 ? undefined : Math.min(...left);
  }

  /** Milliseconds that all requests are to wait. */
  pausedMs(nowMs: number): number {
    return Math.max(0, this.pausedUntilMs - nowMs);
  }

  /** Lets no request go before a moment. */
  pause(untilMs: number): void {
    this.pausedUntilMs = Math.max(this.pausedUntilMs, untilMs);
  }

  /**
   * The earliest moment at which so many requests may go.
   *
   * @param debt - requests that may be taken ahead of their time
   */
  readyAtMs(count: number, nowMs: number, debt = 0): number {
    const fromMs = Math.max(nowMs, this.pausedUntilMs);
    const live = this.live();
    const usable = live.filter(({ freeFromMs }) => freeFromMs <= fromMs);
    if (usable.length === 0) {
      return Math.max(fromMs, Math.min(...live.map(({ freeFromMs }) => freeFromMs)));
    }
    const credit = usable.reduce((sum, budget) => sum + budget.creditAt(nowMs), 0);
    const rate = usable.reduce((sum, budget) => sum + budget.rateAt(nowMs), 0);
    const missing = count - debt - credit;
    if (missing <= 1e-9) return fromMs;
    if (rate > 0) return Math.max(fromMs, nowMs + missing / rate);
    // Spent for this window.
    return Math.max(fromMs, Math.min(...usable.map(({ resetMs }) => resetMs ?? fromMs)));
  }

  /** Milliseconds in which so many requests can be paid for, at the rate of now. */
  costMs(count: number, nowMs: number): number {
    const rate = this.live().reduce((sum, budget) => sum + budget.rateAt(nowMs), 0);
    return rate === 0 ? Infinity : count / rate;
  }

  /** The token to send a request with now; undefined where none may go. */
  take(nowMs: number): TokenBudget | undefined {
    if (this.pausedMs(nowMs) > 0) return undefined;
    const usable = this.live().filter(
      (budget) =>
        budget.freeFromMs <= nowMs &&
        budget.creditAt(nowMs) >= 1 - maxDebt &&
        budget.rateAt(nowMs) > 0,
    );
    const [best] = usable.sort((a, b) => b.creditAt(nowMs) - a.creditAt(nowMs) || a.sent - b.sent);
    best?.take(nowMs);
    return best;
  }

  /** Notes the answer to a request. */
  settle(budget: TokenBudget, { headers }: Answer, nowMs: number): void {
    const limit = Number(headers["x-ratelimit-limit"] ?? Number.NaN);
    const remaining = Number(headers["x-ratelimit-remaining"] ?? Number.NaN);
    const waitMs = resetWaitMs(headers, nowMs);
    budget.settle(
      Number.isFinite(limit) && Number.isFinite(remaining) && waitMs !== undefined
        ? { limit, remaining, resetMs: nowMs + waitMs }
        : undefined,
      nowMs,
    );
  }

  private live(): readonly TokenBudget[] {
    return this.budgets.filter(({ dead }) => !dead);
  }
}

/** How a token is called in a message: by its last four characters, or less of a short one. */
export function tokenName(token: string | undefined): string {
  if (token === undefined) return "requests without a token";
  return token.length < 12 ? "a token" : `the token …${token.slice(-4)}`;
}
