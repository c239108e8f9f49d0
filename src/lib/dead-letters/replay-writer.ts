import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { withAdmin } from "../kafka/client";
import type { GroupLock } from "../kafka/group-lock";
import { createProducer, type RecordProducer } from "../kafka/producer";
import { fetchLogBounds } from "../kafka/topic";
import type { Letter } from "./letter";
import { type LogEnds, type Mark, markRecord } from "./marks";
import type { Reread } from "./reread";

type Readable = Reread & { kind: "readable" };

const maxBatchLetters = 500;
const maxBatchBytes = 8_000_000;

/** The header of a replayed message that names its letter: what the next run looks for. */
export const letterHeader = "letter";
/** The header that tells where the letter lies: `partition:offset` of the dead-letter topic. */
export const replayedFromHeader = "replayed-from";

/**
 * Writes letters back, batch by batch: it marks what it is about to send, sends it, waits until it
 * is stored, and marks it as done. Nothing is sent that was not marked, and stored, before.
 */
export class ReplayWriter {
  private batch: { letter: Letter; read: Readable }[] = [];
  private batchBytes = 0;
  private readonly producers = new Map<string, RecordProducer>();

  constructor(
    private readonly settings: Settings,
    /** The dead-letter topic. */
    private readonly topic: string,
    private readonly lock: GroupLock,
    private readonly effects: Effects,
  ) {}

  private done: { partition: number; id: string }[] = [];

  /** Takes a letter; what was taken before may be written first. */
  async add(letter: Letter, read: Readable): Promise<void> {
    this.batch.push({ letter, read });
    this.batchBytes += read.value.length;
    if (this.batch.length >= maxBatchLetters || this.batchBytes >= maxBatchBytes) {
      await this.flush();
    }
  }

  /** Notes that a letter was replayed by an earlier run. */
  mark(partition: number, id: string): void {
    this.done.push({ partition, id });
  }

  /** Writes what was taken; resolves once all of it is stored and marked. */
  async flush(): Promise<void> {
    const { batch, done } = this;
    this.batch = [];
    this.batchBytes = 0;
    this.done = [];
    const marked = batch.map(({ letter: { partition, id } }) => ({ partition, id }));
    if (batch.length > 0) {
      this.lock.check();
      const topics = new Set(batch.map(({ read }) => read.topic));
      const ends = await this.fetchEnds(topics);
      await this.writeMarks(marked, (letters) => ({ kind: "intended", letters, ends }));
      this.tell("intended", batch.length);
      await this.send(batch);
      this.tell("stored", batch.length);
    }
    if (marked.length + done.length === 0) return;
    await this.writeMarks([...done, ...marked], (letters) => ({ kind: "replayed", letters }));
    this.tell("replayed", batch.length);
  }

  /** Disconnects. What was taken and not flushed is not written. */
  async close(): Promise<void> {
    await Promise.all(
      [...this.producers.values()].map((one) => one.close().catch(() => undefined)),
    );
  }

  private async send(batch: readonly { letter: Letter; read: Readable }[]): Promise<void> {
    const sending = new Set<RecordProducer>();
    for (const { read } of batch) sending.add(await this.producer(read.topic));
    // The last look: a process that was frozen meanwhile must not send any more.
    this.lock.check();
    for (const { letter, read } of batch) {
      const { topic, key, value, partition, headers } = read;
      const producer = await this.producer(topic);
      await producer.add({
        key,
        value,
        ...(partition === undefined ? {} : { partition }),
        timestampMs: this.effects.now(),
        headers: {
          ...headers,
          [replayedFromHeader]: `${letter.partition}:${letter.offset}`,
          [letterHeader]: letter.id,
        },
      });
    }
    for (const producer of sending) await producer.flush();
  }

  /** Each mark lies in the partition of its letters. */
  private async writeMarks(
    letters: readonly { partition: number; id: string }[],
    markOf: (ids: readonly string[]) => Mark,
  ): Promise<void> {
    const producer = await this.producer(this.topic);
    const byPartition = new Map<number, string[]>();
    for (const { partition, id } of letters) {
      const ids = byPartition.get(partition) ?? [];
      if (!ids.includes(id)) ids.push(id);
      byPartition.set(partition, ids);
    }
    for (const [partition, ids] of byPartition) {
      await producer.add(markRecord(markOf(ids), partition, this.effects.now()));
    }
    await producer.flush();
  }

  private async fetchEnds(topics: ReadonlySet<string>): Promise<LogEnds> {
    const ends: Record<string, Record<string, string>> = {};
    for (const topic of topics) {
      const bounds = await withAdmin(this.settings, this.effects, (admin) =>
        fetchLogBounds(admin, topic),
      );
      ends[topic] = Object.fromEntries(
        [...bounds].map(([partition, { high }]) => [partition, high.toString()]),
      );
    }
    return ends;
  }

  private async producer(topic: string): Promise<RecordProducer> {
    const known = this.producers.get(topic);
    if (known !== undefined) return known;
    const producer = await createProducer(this.settings, this.effects, topic);
    this.producers.set(topic, producer);
    return producer;
  }

  private tell(state: string, letters: number): void {
    this.effects.logger.debug("replay", { state, letters });
  }
}
