import type { Effects } from "../../../src/lib/effects";
import { silentLogger } from "../../../src/lib/effects";
import { silentMetrics } from "../../../src/lib/metrics/definitions";
import { WorkbenchError } from "../../../src/lib/errors";

/** A clock that jumps to the next timer as soon as nothing else is to be done. */
export class VirtualTime {
  nowMs: number;
  /** Every sleep asked for, in order, in milliseconds. */
  readonly sleeps: number[] = [];
  private timers: { atMs: number; wake: () => void }[] = [];
  private scheduled = false;

  constructor(startMs = 1_790_000_000_000) {
    this.nowMs = startMs;
  }

  /** Effects on this clock. */
  effects(overrides: Partial<Effects> = {}): Effects {
    return {
      now: () => this.nowMs,
      sleep: (ms, signal) => this.sleep(ms, signal),
      logger: silentLogger,
      metrics: silentMetrics,
      progress: () => undefined,
      ...overrides,
    };
  }

  private sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps.push(ms);
    return new Promise((resolve, reject) => {
      const timer = {
        atMs: this.nowMs + Math.max(0, ms),
        wake: () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        },
      };
      const stop = (): void => {
        this.timers = this.timers.filter((other) => other !== timer);
        reject(new WorkbenchError("ABORTED", "stopped while waiting"));
      };
      if (signal?.aborted === true) {
        stop();
        return;
      }
      signal?.addEventListener("abort", stop, { once: true });
      this.timers.push(timer);
      this.schedule();
    });
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.timers.sort((a, b) => a.atMs - b.atMs);
      const next = this.timers.shift();
      if (next === undefined) return;
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.wake();
      if (this.timers.length > 0) this.schedule();
    });
  }
}
