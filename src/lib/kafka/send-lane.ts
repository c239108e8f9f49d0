import type { Effects } from "../effects";
import type { OutgoingRecord } from "./producer";
import { sizeOfRecord } from "./record-batch";

const maxBatchRecords = 2000;
/** Before compression; with what surrounds it less than a broker takes by default (1,048,588). */
const maxBatchBytes = 900_000;
/** Lets a batch gather before the first send; while one is in flight the next gathers by itself. */
const lingerMs = 10;

/** A record and the bytes it takes, at most. */
export interface SizedRecord {
  record: OutgoingRecord;
  bytes: number;
}

/**
 * The records on their way to one partition, in order: one send in flight, the rest waiting.
 */
export class SendLane {
  private queue: SizedRecord[] = [];
  private running: Promise<void> | undefined;

  /**
   * @param send - writes a batch; never rejects
   * @param settled - told of each batch once it is done with
   */
  constructor(
    private readonly effects: Pick<Effects, "sleep">,
    private readonly send: (records: readonly SizedRecord[]) => Promise<void>,
    private readonly settled: (bytes: number) => void,
  ) {}

  /** Takes a record and returns the bytes it takes, at most. */
  add(record: OutgoingRecord): number {
    const bytes = sizeOfRecord(record);
    this.queue.push({ record, bytes });
    this.running ??= this.run();
    return bytes;
  }

  /** Resolves once nothing is waiting and nothing in flight. */
  async idle(): Promise<void> {
    while (this.running !== undefined) await this.running;
  }

  private async run(): Promise<void> {
    await this.effects.sleep(lingerMs);
    while (this.queue.length > 0) {
      const batch = this.take();
      await this.send(batch);
      this.settled(sumBytes(batch));
    }
    // Here, not in a later microtask: a record added in between would wait for ever.
    this.running = undefined;
  }

  private take(): SizedRecord[] {
    let count = 0;
    for (let bytes = 0; count < Math.min(this.queue.length, maxBatchRecords); count += 1) {
      bytes += this.queue[count]?.bytes ?? 0;
      // A record larger than a batch still goes, alone.
      if (count > 0 && bytes > maxBatchBytes) break;
    }
    return this.queue.splice(0, count);
  }
}

/** The bytes of several records, at most. */
export function sumBytes(records: readonly SizedRecord[]): number {
  return records.reduce((sum, { bytes }) => sum + bytes, 0);
}
