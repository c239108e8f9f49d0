import type { FaultScript } from "./faults";

/** How the simulated API behaves. */
export interface ApiOptions {
  /**
   * `timeline`: a world whose time runs fast until it has caught up, to fill a dataset with days of
   * history in seconds. `firehose`: GitHub's own pace and shape, to prove a crawler on.
   */
  mode: "timeline" | "firehose";
  /** The same seed gives the same events. */
  seed: number;
  /** Events a second. */
  rate: number;
  /** Timeline: simulated seconds in a second, while it has history to replay. */
  speed: number;
  /** Timeline: days of history at the start. */
  days: number;
  /** Timeline: time without a request counts as this much at most. */
  idleCapMs: number;
  /** Firehose: an event shows this long after its `created_at`, at least, and at most twice that. */
  visibilityMs: number;
  /** Firehose: the share of events that show late, 30 s to 6 h after their `created_at`. */
  lateShare: number;
  /** Requests that clients without a token have in a window, together. */
  requestLimit: number;
  /** Requests that each token has in a window. */
  tokenLimit: number;
  limitWindowMs: number;
  /** Whether a window begins with a client's first request, as on GitHub, or with the clock. */
  limitWindowFrom: "first-use" | "clock";
  /** What `X-Poll-Interval` says, in seconds. */
  pollIntervalSeconds: number;
  /** Secondary limits, for each client; none where undefined. */
  secondary: SecondaryLimits | undefined;
  /** Tokens that are refused with 401, from the given moment on. */
  badTokens: Readonly<Record<string, number>>;
  faults: FaultScript | undefined;
  /** How long every answer takes. */
  latencyMs: number;
  /**
   * Leniency towards clients on a real clock: a request that begins within `inFlightMs` of a wait
   * being told may have been under way, and a timer may fire `earlyMs` too early.
   */
  grace: { inFlightMs: number; earlyMs: number };
}

/** @see https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api#about-secondary-rate-limits */
export interface SecondaryLimits {
  requestsPerMinute: number;
  concurrent: number;
  retryAfterSeconds: number;
}

const common = {
  seed: 1,
  speed: 14_400,
  days: 30,
  idleCapMs: 1200,
  visibilityMs: 5000,
  lateShare: 0.02,
  limitWindowMs: 3_600_000,
  badTokens: {},
  faults: undefined,
  latencyMs: 0,
  grace: { inFlightMs: 0, earlyMs: 0 },
} as const;

/** The defaults: some thousands of events over several days in half a minute of polling. */
export const timelineDefaults: ApiOptions = {
  ...common,
  mode: "timeline",
  rate: 150,
  requestLimit: 100_000,
  tokenLimit: 100_000,
  limitWindowFrom: "clock",
  pollIntervalSeconds: 1,
  secondary: undefined,
};

/** GitHub's public events as they are in 2026, with GitHub's limits. */
export const firehoseDefaults: ApiOptions = {
  ...common,
  mode: "firehose",
  rate: 120,
  requestLimit: 60,
  tokenLimit: 5000,
  limitWindowFrom: "first-use",
  pollIntervalSeconds: 60,
  secondary: { requestsPerMinute: 900, concurrent: 100, retryAfterSeconds: 60 },
};
