/** More than a fetch takes that finds nothing; what goes beyond is the cluster's own absence. */
const mostBetweenMs = 1000;

/**
 * A clock that goes on only while fetches are answered: while the cluster is away nothing can come,
 * and no partition may count as idle for it.
 */
export class WaitedClock {
  private waitedMs = 0;
  private lastMs: number | undefined;

  constructor(readonly now: () => number) {}

  /** A fetch was answered, with records or without. */
  answered(): void {
    const nowMs = this.now();
    const passedMs = nowMs - (this.lastMs ?? nowMs);
    this.waitedMs += Math.min(Math.max(0, passedMs), mostBetweenMs);
    this.lastMs = nowMs;
  }

  waited(): number {
    return this.waitedMs;
  }
}
