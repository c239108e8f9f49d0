import type { Effects } from "../effects";
import type { LiveStats, WindowUpdate } from "./update";

/** At most one warning of late events in this time. */
const warnEveryMs = 60_000;

const outcomes = [
  "events",
  "duplicates",
  "repeated",
  "too_late",
  "future",
  "unreadable",
  "overflow",
] as const;

/** Keeps the figures of live windows, and warns of what could not be counted. */
export class LiveMeter {
  private readonly told = new Map<string, number>();
  private warned = { lost: 0, atMs: -Infinity };

  constructor(private readonly effects: Pick<Effects, "metrics" | "now" | "logger">) {}

  /** An update was handed over. */
  window({ state, forced }: WindowUpdate): void {
    const { metrics } = this.effects;
    metrics.add("workbench_live_windows_total", { state: forced ? "forced" : state });
  }

  /** The sums as they stand now. */
  stats(stats: LiveStats): void {
    const { metrics } = this.effects;
    for (const outcome of outcomes) {
      const more = stats[outcome] - (this.told.get(outcome) ?? 0);
      if (more > 0) metrics.add("workbench_live_messages_total", { outcome }, more);
      this.told.set(outcome, stats[outcome]);
    }
    const nowMs = this.effects.now();
    if (stats.watermark !== null) {
      const lagMs = nowMs - Date.parse(stats.watermark);
      metrics.set("workbench_live_watermark_lag_seconds", {}, Math.max(0, lagMs / 1000));
    }
    this.warn(stats, nowMs);
  }

  private warn({ too_late, future, overflow, last_too_late }: LiveStats, nowMs: number): void {
    const lost = too_late + future + overflow;
    if (lost === this.warned.lost || nowMs - this.warned.atMs < warnEveryMs) return;
    const more = lost - this.warned.lost;
    this.warned = { lost, atMs: nowMs };
    const last = last_too_late.at(-1);
    this.effects.logger.warn(`${more} events could not be counted in a window`, {
      ...{ tooLate: too_late, future, overflow },
      ...(last === undefined
        ? {}
        : { lastTooLate: `${last.event_type} ${last.id} of ${last.timestamp}` }),
    });
  }
}
