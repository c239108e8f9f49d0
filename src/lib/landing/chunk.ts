import { place } from "./line";
import type { Holding, MemoryBudget } from "./memory-budget";

/** A chunk is compressed once it has this many bytes. */
export const chunkBytes = 1_000_000;
const firstCapacity = 16_384;

/**
 * Lines of an object to be, as bytes, in the order of their offsets. They are copied in: a slice
 * would keep the whole answer of the broker that it came in.
 */
export class Chunk {
  private bytes = Buffer.allocUnsafeSlow(firstCapacity);
  private used = 0;
  readonly holding: Holding;

  constructor(budget: MemoryBudget) {
    this.holding = budget.hold(firstCapacity);
  }

  get isFull(): boolean {
    return this.used >= chunkBytes;
  }

  /**
   * Adds a message with its place in the log.
   *
   * @param json - a JSON object on one line, from its brace to its brace
   */
  append(json: Buffer, partition: number, offset: bigint): void {
    const end = place(partition, offset);
    const length = json.length - 1 + end.length;
    if (this.used + length > this.bytes.length) this.grow(this.used + length);
    json.copy(this.bytes, this.used, 0, json.length - 1);
    this.bytes.write(end, this.used + json.length - 1, "latin1");
    this.used += length;
  }

  /** What is in it. */
  content(): Buffer {
    return this.bytes.subarray(0, this.used);
  }

  private grow(needed: number): void {
    const larger = Buffer.allocUnsafeSlow(
      Math.max(needed, Math.min(this.bytes.length * 4, 1.25 * chunkBytes)),
    );
    this.bytes.copy(larger, 0, 0, this.used);
    this.bytes = larger;
    this.holding.resize(larger.length);
  }
}
