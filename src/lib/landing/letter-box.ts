import { type Effects, throwIfAborted } from "../effects";
import { WorkbenchError } from "../errors";
import type { UnreadableRecord } from "./buffer";
import type { LandingResources } from "./resources";

const maxAttempts = 6;

/** Where letters come from, and what sends them. */
export interface LetterContext {
  topic: string;
  partition: number;
  resources: Pick<LandingResources, "deadLetters">;
  /** By partition: letters up to this offset are stored. Lives as long as the process. */
  lettersSent: Map<number, bigint>;
  effects: Effects;
}

/** Sends what cannot be read of one partition to the dead letters, each once. */
export class LetterBox {
  constructor(
    private readonly context: LetterContext,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Stores letters; those stored before are passed over. After a crash, or an attempt whose outcome
   * is unknown, one may be there twice: its topic, partition and offset tell.
   *
   * @returns how many were stored
   */
  async send(records: readonly UnreadableRecord[]): Promise<number> {
    const { lettersSent, partition } = this.context;
    const sentTo = lettersSent.get(partition) ?? -1n;
    const fresh = records.filter(({ offset }) => offset > sentTo);
    const last = fresh.at(-1);
    if (last === undefined) return 0;
    for (let attempt = 1; ; attempt += 1) {
      throwIfAborted(this.signal);
      try {
        await this.store(fresh);
        break;
      } catch (error) {
        const retryable = error instanceof WorkbenchError && error.retryable;
        if (!retryable || attempt >= maxAttempts) throw error;
        await this.context.effects.sleep(500 * 2 ** attempt, this.signal);
      }
    }
    lettersSent.set(partition, last.offset);
    return fresh.length;
  }

  private async store(records: readonly UnreadableRecord[]): Promise<void> {
    const { topic, partition, resources } = this.context;
    for (const { offset, reason, key, value } of records) {
      await resources.deadLetters.add({
        key,
        value,
        partition,
        headers: { reason, topic, partition: String(partition), offset: offset.toString() },
      });
    }
    await resources.deadLetters.flush();
  }
}
