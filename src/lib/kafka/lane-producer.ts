import type { KafkaSettings } from "../config/settings";
import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import type { BatchSender } from "./idempotent-sender";
import { kafkaError } from "./kafka-error";
import type { ChoosePartition } from "./partition";
import type { HandleTooLarge, OutgoingRecord, RecordProducer } from "./producer";
import { encodeRecords } from "./record-batch";
import { SendLane, type SizedRecord, sumBytes } from "./send-lane";

/** What may wait to be stored, before compression; above it the source waits. */
const maxBufferedBytes = 16_000_000;

/** Where a producer writes. */
export interface LaneTarget {
  kafka: Pick<KafkaSettings, "brokers">;
  topic: string;
  partitions: number;
  choosePartition: ChoosePartition;
  tooLarge?: HandleTooLarge | undefined;
}

/** Holds what is on its way, a lane a partition. */
export class LaneProducer implements RecordProducer {
  private readonly lanes: readonly SendLane[];
  private bufferedBytes = 0;
  private taken = 0;
  private waiting: (() => void)[] = [];
  private failure: WorkbenchError | undefined;
  stored = 0;
  refused = 0;

  constructor(
    private readonly target: LaneTarget,
    private readonly sender: BatchSender,
    private readonly effects: Effects,
  ) {
    this.lanes = Array.from(
      { length: target.partitions },
      (_, partition) =>
        new SendLane(
          effects,
          (records) => this.store(partition, records),
          (bytes) => this.settled(bytes),
        ),
    );
  }

  async add(record: OutgoingRecord): Promise<void> {
    while (this.bufferedBytes > maxBufferedBytes && this.failure === undefined) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.rethrow();
    const { choosePartition } = this.target;
    const partition =
      (record.partition ?? (record.key === null ? 0 : choosePartition(record.key))) %
      this.lanes.length;
    this.taken += 1;
    this.bufferedBytes += this.lanes[partition]?.add(record) ?? 0;
  }

  async flush(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.idle()));
    this.rethrow();
  }

  async close(): Promise<void> {
    try {
      if (this.failure === undefined) await this.flush();
    } finally {
      await this.sender.close().catch(() => undefined);
    }
  }

  private async store(partition: number, records: readonly SizedRecord[]): Promise<void> {
    if (this.failure !== undefined) return;
    const { effects, target } = this;
    const { topic } = target;
    const startedMs = effects.now();
    try {
      const batch = encodeRecords(
        records.map(({ record }) => record),
        sumBytes(records),
      );
      const outcome = await this.sender.send(partition, batch);
      if (outcome === "too-large") {
        await this.divide(partition, records);
        return;
      }
      this.stored += records.length;
      effects.metrics.add("workbench_messages_stored_total", { topic }, records.length);
      const seconds = (effects.now() - startedMs) / 1000;
      effects.metrics.observe("workbench_producer_send_seconds", { topic }, seconds);
    } catch (error) {
      this.failure ??= kafkaError(error, { ...target.kafka, topic });
    }
  }

  /** A batch that is too large goes in halves, in order, down to the one record that is. */
  private async divide(partition: number, records: readonly SizedRecord[]): Promise<void> {
    if (records.length > 1) {
      const half = Math.ceil(records.length / 2);
      await this.store(partition, records.slice(0, half));
      await this.store(partition, records.slice(half));
      return;
    }
    const { topic, tooLarge } = this.target;
    for (const { record, bytes } of records) {
      const reason = `larger than the max.message.bytes of ${topic}: ${bytes} bytes before compression`;
      if (tooLarge === undefined) throw refusal(topic, record, reason);
      await tooLarge(record, reason);
      this.refused += 1;
    }
  }

  private settled(bytes: number): void {
    this.bufferedBytes -= bytes;
    const { topic } = this.target;
    this.effects.metrics.set("workbench_producer_buffered_bytes", { topic }, this.bufferedBytes);
    const { waiting } = this;
    this.waiting = [];
    for (const go of waiting) go();
  }

  /** Throws the failure with what it leaves open, as far as is known by now. */
  private rethrow(): void {
    const { failure } = this;
    if (failure === undefined) return;
    const unstored = this.taken - this.stored - this.refused;
    const { code, message, hint, retryable, context } = failure;
    const messages = unstored === 1 ? "1 message is" : `${unstored} messages are`;
    throw new WorkbenchError(code, `${message}; ${messages} not known to be stored`, {
      ...(hint === undefined ? {} : { hint }),
      retryable,
      cause: failure,
      context: { ...context, unstored },
    });
  }
}

function refusal(topic: string, record: OutgoingRecord, reason: string): WorkbenchError {
  return new WorkbenchError("KAFKA", `a message with key ${String(record.key)} is ${reason}`, {
    hint: `raise max.message.bytes of ${topic}: kafka-configs --alter --topic ${topic}`,
    context: { topic, key: record.key },
  });
}
