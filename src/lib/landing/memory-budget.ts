/** A part of the budget that is taken; it may grow, shrink and be given back once. */
export interface Holding {
  readonly bytes: number;
  /** Says how many bytes it is now; ignored once it is released. */
  resize(bytes: number): void;
  release(): void;
}

/**
 * The bytes that all partitions together hold between Kafka and S3: open chunks, compressed
 * members, bodies on their way, letters. Where it is full nothing more is taken; where it is tight
 * buffers are written before they are due.
 */
export class MemoryBudget {
  private heldBytes = 0;

  /** @param limitBytes - nothing more is taken from here on */
  constructor(readonly limitBytes: number) {}

  get bytes(): number {
    return this.heldBytes;
  }

  get isFull(): boolean {
    return this.heldBytes >= this.limitBytes;
  }

  /** Three quarters are taken: time to write what is largest; below it, to read again. */
  get isTight(): boolean {
    return this.heldBytes >= this.limitBytes * 0.75;
  }

  hold(bytes: number): Holding {
    let held = bytes;
    let released = false;
    this.heldBytes += bytes;
    return {
      get bytes() {
        return held;
      },
      resize: (next) => {
        if (released) return;
        this.heldBytes += next - held;
        held = next;
      },
      release: () => {
        if (released) return;
        released = true;
        this.heldBytes -= held;
      },
    };
  }
}
