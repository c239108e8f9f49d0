/** An event as the estimate sees it. */
export interface SeenEvent {
  key: string;
  createdAtMs: number;
}

/**
 * Estimates which share of all events the polls captured. Where a poll's window still holds an
 * event of the one before, nothing slid past in between. Where they share none, the number missed
 * is estimated from how densely the window's own events follow one another. An estimate, not a
 * count: the API names no total, and its events come neither complete nor in order.
 */
export class CoverageEstimate {
  private previous: { keys: ReadonlySet<string>; medianMs: number } | undefined;
  private captured = 0;
  private expected = 0;

  /**
   * @param window - all events of one poll
   * @param unchanged - whether part of the answer was "304 Not Modified": it overlaps by itself
   */
  add(window: readonly SeenEvent[], unchanged: boolean): void {
    if (window.length === 0) return;
    const times = window.map((event) => event.createdAtMs).sort((a, b) => a - b);
    const medianMs = quantile(times, 0.5);
    const { previous } = this;
    this.previous = { keys: new Set(window.map((event) => event.key)), medianMs };
    if (previous === undefined) return;
    const fresh = window.filter((event) => !previous.keys.has(event.key)).length;
    if (unchanged || fresh < window.length) {
      this.captured += fresh;
      this.expected += fresh;
      return;
    }
    const passedMs = medianMs - previous.medianMs;
    // Events out of order: the window says nothing of its density.
    if (passedMs <= 0) return;
    // The middle half: single late events reach days back. Times are whole seconds.
    const middleMs = Math.max(1000, quantile(times, 0.75) - quantile(times, 0.25));
    const happened = (window.length / 2 / middleMs) * passedMs;
    this.captured += fresh;
    this.expected += Math.max(fresh, happened);
  }

  /** The share captured so far, 0 to 1; null where it is not known yet. */
  get value(): number | null {
    return this.expected === 0 ? null : this.captured / this.expected;
  }
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
