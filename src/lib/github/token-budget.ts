/** The rate limit of one token, as its answers tell it. */
interface Told {
  limit: number;
  /** Requests of this window that are gone: ours, others', and those still under way. */
  spent: number;
  resetMs: number;
}

/** Requests a token may have saved up: those of one poll. */
const maxCredit = 3;
/** Never the very last one: after it GitHub says to wait until the reset. */
const guard = 2;
const hourMs = 3_600_000;

/**
 * One token's budget: its share of the rate limit, spent evenly until the limit is whole again. All
 * use of the token counts, that of other programs and of earlier runs too, since only the API's
 * own count survives a restart.
 */
export class TokenBudget {
  dead = false;
  /** Requests made with it. */
  sent = 0;
  private told: Told | undefined;
  private blockedUntilMs = -Infinity;
  private windowMs = 0;
  private inFlight = 0;
  private credit = maxCredit;
  private creditAtMs: number;

  /**
   * @param token - undefined for requests without one
   * @param share - the part of the limit that may be spent, over 0 and up to 1
   */
  constructor(
    readonly token: string | undefined,
    private readonly share: number,
    nowMs: number,
  ) {
    this.creditAtMs = nowMs;
  }

  /** Requests an hour, of which the share is taken; undefined before the first answer. */
  get limit(): number | undefined {
    return this.told?.limit;
  }

  /** Requests left of this window, whoever spent the others; undefined before the first answer. */
  get remaining(): number | undefined {
    return this.told === undefined ? undefined : Math.max(0, this.told.limit - this.told.spent);
  }

  /** Requests saved up; below zero where some were taken ahead. */
  creditAt(nowMs: number): number {
    this.accrue(nowMs);
    return this.told === undefined ? maxCredit : Math.min(this.credit, this.left(this.told));
  }

  /** Requests a millisecond at which the rest of the budget lasts until the reset. */
  rateAt(nowMs: number): number {
    const { told } = this;
    if (told === undefined) return Infinity;
    this.renew(told, nowMs);
    return this.left(told) / Math.max(1000, told.resetMs - nowMs);
  }

  /** When its limit is whole again, if that was told. */
  get resetMs(): number | undefined {
    return this.told?.resetMs;
  }

  /** From when on it may be used, as far as GitHub has told. */
  get freeFromMs(): number {
    return this.blockedUntilMs;
  }

  block(untilMs: number): void {
    this.blockedUntilMs = Math.max(this.blockedUntilMs, untilMs);
  }

  /** Takes one request, ahead of time if need be. */
  take(nowMs: number): void {
    this.accrue(nowMs);
    this.inFlight += 1;
    this.sent += 1;
    this.credit -= 1;
    if (this.told !== undefined) this.told.spent += 1;
  }

  /** Notes that a request came back, with what its answer told of the limit, if anything. */
  settle(
    told: { limit: number; remaining: number; resetMs: number } | undefined,
    nowMs: number,
  ): void {
    this.accrue(nowMs);
    this.inFlight -= 1;
    if (told === undefined) return;
    const { limit, remaining, resetMs } = told;
    const before = this.told;
    // Answers overtake one another: one of a window that is over tells nothing.
    if (before !== undefined && resetMs < before.resetMs - 1000) return;
    if (before === undefined) this.credit = Math.max(this.credit, -maxCredit);
    this.windowMs = Math.max(this.windowMs, resetMs - nowMs);
    this.told = { limit, resetMs, spent: limit - remaining + this.inFlight };
    if (remaining === 0) this.block(resetMs);
  }

  private left(told: Told): number {
    return Math.max(0, told.limit * this.share - guard - told.spent);
  }

  private accrue(nowMs: number): void {
    const rate = this.rateAt(nowMs);
    const passedMs = Math.max(0, nowMs - this.creditAtMs);
    this.creditAtMs = Math.max(this.creditAtMs, nowMs);
    if (rate !== Infinity) this.credit = Math.min(maxCredit, this.credit + rate * passedMs);
  }

  /** After the reset the limit is whole; the next answer tells for certain. */
  private renew(told: Told, nowMs: number): void {
    if (nowMs < told.resetMs) return;
    told.spent = this.inFlight;
    told.resetMs = nowMs + (this.windowMs > 0 ? this.windowMs : hourMs);
  }
}
