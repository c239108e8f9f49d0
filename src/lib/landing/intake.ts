import type { Consumer, EachBatchPayload } from "kafkajs";
import type { Assignment } from "./assignment";
import type { LandingResources } from "./resources";

/**
 * Hands what the client fetches to the writers, and holds partitions back that must wait: for their
 * place in the log, for S3, for memory. A partition that is held is not fetched, and the client's
 * heartbeats go on.
 */
export class Intake {
  /** Held back until their place is known. */
  private readonly held = new Set<number>();
  /** Held back until there is room. */
  private readonly full = new Set<number>();
  private isStopped = false;

  /**
   * @param astray - told of a partition whose records do not follow on what was read; it is held
   * back until `begin`
   */
  constructor(
    private readonly consumer: Consumer,
    private readonly topic: string,
    private readonly assignments: ReadonlyMap<number, Assignment>,
    private readonly resources: Pick<LandingResources, "budget" | "compressor">,
    private readonly astray: (partition: number) => Promise<void>,
  ) {}

  get pausedCount(): number {
    return this.full.size;
  }

  /** A new generation: its partitions wait for their place. */
  hold(partitions: readonly number[]): void {
    this.full.clear();
    this.held.clear();
    for (const partition of partitions) {
      this.held.add(partition);
      this.pause(partition);
    }
  }

  /** Reads a partition from an offset on. */
  begin(partition: number, offset: bigint): void {
    this.held.delete(partition);
    this.full.delete(partition);
    this.seek(partition, offset);
    if (!this.isStopped) this.resume(partition);
  }

  /** The next record wanted is another than the one that would come. */
  seek(partition: number, offset: bigint): void {
    const { consumer, topic } = this;
    ignoreStopped(() => consumer.seek({ topic, partition, offset: offset.toString() }));
  }

  /** Takes no more. */
  stop(): void {
    this.isStopped = true;
    for (const partition of this.assignments.keys()) this.pause(partition);
  }

  /** Reads on where there is room again. */
  resumeReady(): void {
    if (this.isStopped || this.resources.budget.isTight) return;
    for (const partition of this.full) {
      if (this.assignments.get(partition)?.writer?.hasRoom !== true) continue;
      this.full.delete(partition);
      this.resume(partition);
    }
  }

  /** Takes a batch, as far as there is room. */
  async takeBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { partition, messages } = batch;
    const assignment = this.assignments.get(partition);
    const writer = assignment?.writer;
    if (assignment === undefined || writer === undefined || this.held.has(partition)) return;
    const first = BigInt(messages[0]?.offset ?? writer.nextOffset);
    const isGap = first > writer.nextOffset && assignment.gapAt !== first;
    if (isGap || first < writer.nextOffset) {
      // Fetched from another place than wanted, or a gap in the log: look, and ask again.
      assignment.gapAt = first;
      this.held.add(partition);
      this.pause(partition);
      void this.astray(partition);
      return;
    }
    const { resets } = writer;
    const isOver = (): boolean =>
      this.isStopped ||
      !payload.isRunning() ||
      this.assignments.get(partition) !== assignment ||
      writer.resets !== resets;
    let taken: string | undefined;
    for (const message of messages) {
      if (this.resources.compressor.isBusy) {
        await this.resources.compressor.ready();
        // While it waited the partition may have become another's, or the place another.
        if (isOver()) break;
      }
      if (this.isStopped) break;
      const { offset, timestamp, key, value } = message;
      const isTaken = writer.take({
        offset: BigInt(offset),
        timestampMs: Number(timestamp),
        key,
        value,
      });
      if (!isTaken) {
        this.full.add(partition);
        this.pause(partition);
        break;
      }
      taken = offset;
    }
    if (taken !== undefined && !isOver()) payload.resolveOffset(taken);
  }

  private pause(partition: number): void {
    const { consumer, topic } = this;
    ignoreStopped(() => consumer.pause([{ topic, partitions: [partition] }]));
  }

  private resume(partition: number): void {
    const { consumer, topic } = this;
    ignoreStopped(() => consumer.resume([{ topic, partitions: [partition] }]));
  }
}

/** The client throws where it is not running: it was stopped, or joins again and asks anew. */
function ignoreStopped(act: () => void): void {
  try {
    act();
  } catch {
    // Nothing to do: no partition is fetched.
  }
}
