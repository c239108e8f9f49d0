import type { WindowRules } from "./rules";

interface PartitionClock {
  /** The time of its first and of its newest event; -Infinity before any. */
  firstMs: number;
  newestMs: number;
  /** When it last gave something, by the waiting clock. */
  activeAtMs: number;
  /** Whether there is more to read in it. */
  behind: boolean;
}

/**
 * Up to which event time the stream is thought to be complete: the newest event of each partition,
 * less the disorder allowed, at the slowest partition. It never goes back.
 *
 * A partition with nothing new for a while holds nothing up. When all are so, event time goes on
 * with the waiting clock, so that the last windows close too.
 */
export class Watermark {
  private readonly partitions = new Map<number, PartitionClock>();
  private atMs = -Infinity;

  constructor(
    private readonly rules: Pick<WindowRules, "outOfOrderMs" | "idleMs" | "stallMs" | "aheadMs">,
  ) {}

  /** The watermark as it was last brought up to date. */
  get currentMs(): number {
    return this.atMs;
  }

  /** A partition that is to be waited for. */
  add(partition: number, behind: boolean, waitedMs: number): void {
    if (this.partitions.has(partition)) return;
    const clock = { firstMs: -Infinity, newestMs: -Infinity, activeAtMs: waitedMs, behind };
    this.partitions.set(partition, clock);
  }

  /** Whether a partition has more to read. */
  setBehind(partition: number, behind: boolean): void {
    const clock = this.partitions.get(partition);
    if (clock !== undefined) clock.behind = behind;
  }

  /**
   * An event of a partition. One beyond the clock moves the watermark no further than the clock:
   * a wrong clock must not close what the others are still filling.
   */
  see(partition: number, eventMs: number, waitedMs: number, nowMs: number): void {
    this.add(partition, false, waitedMs);
    const clock = this.partitions.get(partition);
    if (clock === undefined) return;
    const time = Math.min(eventMs, nowMs);
    if (clock.firstMs === -Infinity) clock.firstMs = time;
    clock.newestMs = Math.max(clock.newestMs, time);
    clock.activeAtMs = waitedMs;
  }

  /** Brings the watermark up to date. */
  advance(waitedMs: number, nowMs: number): number {
    const floorMs = this.slowestMs(waitedMs);
    const candidateMs = (floorMs ?? this.timeAtRest(waitedMs, nowMs)) - this.rules.outOfOrderMs;
    if (candidateMs > this.atMs) this.atMs = candidateMs;
    return this.atMs;
  }

  /** Whether a partition should wait for slower ones; the slowest never has to. */
  isAhead(partition: number, waitedMs: number): boolean {
    const clock = this.partitions.get(partition);
    const floorMs = this.slowestMs(waitedMs);
    if (clock === undefined || floorMs === undefined) return false;
    // Where another has given nothing yet, a partition may go as far as this from its own start.
    const fromMs = floorMs === -Infinity ? clock.firstMs : floorMs;
    return clock.newestMs - fromMs > this.rules.aheadMs;
  }

  /** Partitions that hold nothing up, for having nothing new and for giving nothing. */
  atRest(waitedMs: number): { idle: number; stalled: number } {
    const resting = [...this.partitions.values()].filter(
      (clock) => !this.isActive(clock, waitedMs),
    );
    const stalled = resting.filter(({ behind }) => behind).length;
    return { idle: resting.length - stalled, stalled };
  }

  /** The newest event of the slowest partition that is active; undefined where none is. */
  private slowestMs(waitedMs: number): number | undefined {
    let slowest: number | undefined;
    for (const clock of this.partitions.values()) {
      if (!this.isActive(clock, waitedMs)) continue;
      if (slowest === undefined || clock.newestMs < slowest) slowest = clock.newestMs;
    }
    return slowest;
  }

  private timeAtRest(waitedMs: number, nowMs: number): number {
    let newestMs = -Infinity;
    let restingSinceMs = -Infinity;
    for (const clock of this.partitions.values()) {
      newestMs = Math.max(newestMs, clock.newestMs);
      restingSinceMs = Math.max(restingSinceMs, clock.activeAtMs + this.patienceMs(clock));
    }
    if (newestMs === -Infinity) return -Infinity;
    return Math.min(newestMs + (waitedMs - restingSinceMs), Math.max(nowMs, newestMs));
  }

  private isActive(clock: PartitionClock, waitedMs: number): boolean {
    return waitedMs - clock.activeAtMs < this.patienceMs(clock);
  }

  private patienceMs({ behind }: PartitionClock): number {
    return behind ? this.rules.stallMs : this.rules.idleMs;
  }
}
