import { createHash } from "node:crypto";
import type { ClientCounts, Violation } from "./exchange";
import type { ApiOptions, SecondaryLimits } from "./options";

/** A wait that a client was told. */
interface Notice {
  kind: Violation["kind"];
  toldMs: number;
  untilMs: number;
}

/** A limit as `X-RateLimit-*` headers and `GET /rate_limit` tell it. */
export interface LimitStatus {
  limit: number;
  remaining: number;
  used: number;
  /** In seconds since 1970. */
  reset: number;
}

const minuteMs = 60_000;
const maxPollsKept = 1000;

/** A token's name in counts and violations: never the token itself. */
export function clientName(authorization: string | undefined): string {
  const token = tokenOf(authorization);
  if (token === undefined) return "no token";
  return `token-${createHash("sha256").update(token).digest("hex").slice(0, 8)}`;
}

/** The token of an `Authorization` header, with whichever scheme. */
export function tokenOf(authorization: string | undefined): string | undefined {
  return authorization?.trim().split(/\s+/).at(-1);
}

/** One client of the API: its limits, what it was told, and what it did. */
export class Client {
  readonly counts: ClientCounts = {
    total: 0,
    byStatus: {},
    faults: 0,
    earlyPolls: 0,
    violations: 0,
    used: 0,
    peakUsed: 0,
  };
  /** Refused until then: a secondary limit. */
  private blockedUntilMs = -Infinity;
  private windowEndMs = -Infinity;
  private notices: Notice[] = [];
  /** When the requests of the last minute came, the oldest first. */
  private recent: number[] = [];
  /** When the requests under way will be answered. */
  private underWay: number[] = [];
  private readonly polls = new Map<string, number>();

  constructor(
    readonly name: string,
    private readonly limit: number,
    private readonly options: ApiOptions,
  ) {}

  /** The wait that a request begun at a moment ignores, if any. */
  ignoredNotice(startedMs: number, free: boolean): Notice | undefined {
    const { inFlightMs, earlyMs } = this.options.grace;
    return this.notices.find(
      ({ kind, toldMs, untilMs }) =>
        !(free && kind === "limit") &&
        startedMs > toldMs + inFlightMs &&
        startedMs < untilMs - earlyMs,
    );
  }

  /** Notes that a client will know, from `toldMs` on, that it is to wait. */
  tell(kind: Notice["kind"], toldMs: number, untilMs: number, nowMs: number): void {
    this.notices = this.notices.filter((notice) => notice.untilMs > nowMs - minuteMs);
    const known = this.notices.some(
      (notice) => notice.kind === kind && notice.toldMs <= toldMs && notice.untilMs >= untilMs,
    );
    if (!known) this.notices.push({ kind, toldMs, untilMs });
  }

  /** Milliseconds that a secondary limit still refuses this client, 0 for none. */
  blockedMs(nowMs: number): number {
    return Math.max(0, this.blockedUntilMs - nowMs);
  }

  /** Refuses this client until a moment; what it sent before is then forgiven. */
  block(untilMs: number): void {
    this.recent = [];
    this.blockedUntilMs = Math.max(this.blockedUntilMs, untilMs);
  }

  /** Counts a request towards the secondary limits; true if one is passed. */
  enter(nowMs: number, endMs: number, limits: SecondaryLimits): boolean {
    const oldest = this.recent.findIndex((ms) => ms > nowMs - minuteMs);
    this.recent.splice(0, oldest < 0 ? this.recent.length : oldest);
    this.underWay = this.underWay.filter((ms) => ms > nowMs);
    this.recent.push(nowMs);
    this.underWay.push(endMs);
    return (
      this.recent.length > limits.requestsPerMinute || this.underWay.length > limits.concurrent
    );
  }

  /** Takes one request of the limit. */
  spend(nowMs: number): void {
    if (nowMs >= this.windowEndMs) {
      this.counts.used = 0;
      this.windowEndMs = this.endOfWindow(nowMs);
    }
    this.counts.used += 1;
    this.counts.peakUsed = Math.max(this.counts.peakUsed, this.counts.used);
  }

  status(nowMs: number): LimitStatus {
    const open = nowMs < this.windowEndMs;
    const used = open ? this.counts.used : 0;
    const endMs = open ? this.windowEndMs : this.endOfWindow(nowMs);
    return {
      limit: this.limit,
      remaining: Math.max(0, this.limit - used),
      used,
      reset: endMs / 1000,
    };
  }

  /** Notes a poll of a page; counts it where it came before the interval was over. */
  poll(path: string, startedMs: number): void {
    const lastMs = this.polls.get(path) ?? -Infinity;
    const intervalMs = this.options.pollIntervalSeconds * 1000;
    if (startedMs < lastMs + intervalMs - this.options.grace.earlyMs) this.counts.earlyPolls += 1;
  }

  /** Notes that a page was served, from when on the interval counts. */
  served(path: string, startedMs: number): void {
    if (this.polls.size >= maxPollsKept) this.polls.clear();
    this.polls.set(path, startedMs);
  }

  /** The end of a window that begins now, in whole seconds: the headers can tell no other. */
  private endOfWindow(nowMs: number): number {
    const { limitWindowMs, limitWindowFrom } = this.options;
    const endMs =
      limitWindowFrom === "first-use"
        ? nowMs + limitWindowMs
        : (Math.floor(nowMs / limitWindowMs) + 1) * limitWindowMs;
    return Math.ceil(endMs / 1000) * 1000;
  }
}
