import { setTimeout as sleepFor } from "node:timers/promises";
import { WorkbenchError } from "./errors";
import { type Metrics, silentMetrics } from "./metrics/definitions";

/** Where log lines go: one call a line, with its values as fields. */
export interface Logger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** How a long step tells where it stands; a terminal and a notebook cell each draw it their way. */
export interface ProgressUpdate {
  /** The step: "produce", "consume", "etl", "query". */
  step: string;
  /** What is happening now, in a few words. */
  state: string;
  /** From 0 to 1, where it is known. */
  fraction?: number;
  /** Figures worth seeing, by name (`events`, `rows`, `dataScannedBytes`). */
  figures?: Readonly<Record<string, number | string>>;
}

/** Everything that touches the world outside, so that tests can pass their own. */
export interface Effects {
  /** Milliseconds since 1970, UTC. */
  now(): number;
  /** Resolves after `ms` milliseconds; rejects with code ABORTED when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  logger: Logger;
  /** Where figures are kept while something runs. */
  metrics: Metrics;
  /** Told of each change of a long step. */
  progress(update: ProgressUpdate): void;
  /** Stops what is under way. */
  signal?: AbortSignal;
}

/** A logger that says nothing. */
export const silentLogger: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
};

/**
 * The real clock and timers, with no log and no progress unless given.
 *
 * @example
 * ```ts
 * await produce(settings, options, systemEffects({ signal: controller.signal }));
 * ```
 */
export function systemEffects(overrides: Partial<Effects> = {}): Effects {
  return {
    now: () => new Date().getTime(),
    sleep: sleepUnlessAborted,
    logger: silentLogger,
    metrics: silentMetrics,
    progress: () => undefined,
    ...overrides,
  };
}

/** The same effects without progress: for work that is no step of what is told. */
export function withoutProgress(effects: Effects): Effects {
  return { ...effects, progress: () => undefined };
}

async function sleepUnlessAborted(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleepFor(Math.max(0, ms), undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw new WorkbenchError("ABORTED", "stopped while waiting", { cause: error });
  }
}

/** A signal that aborts with the first of several; what is not there never does. */
export function anySignal(...signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter((signal) => signal !== undefined));
}

/** Throws code ABORTED if the signal has aborted. */
export function throwIfAborted(signal: AbortSignal | undefined, what = "stopped"): void {
  if (signal?.aborted === true) throw new WorkbenchError("ABORTED", what);
}
