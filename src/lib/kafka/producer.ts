import type { CompressionTypes, Producer } from "kafkajs";
import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import { createKafka, type KafkaConfig, withAdmin } from "./client";
import { kafkaError } from "./kafka-error";
import { createPartitioner } from "./partition";
import { SendLane } from "./send-lane";
import { countPartitions } from "./topic";

/** A record to be written. */
export interface OutgoingRecord {
  /** Decides the partition, unless one is named. */
  key: string | Buffer | null;
  value: string | Buffer | null;
  timestampMs: number;
  headers?: Readonly<Record<string, string>>;
  /** Taken modulo the number of partitions. */
  partition?: number;
}

/** Writes records to one topic; none is lost and none doubled, or it ends with an error. */
export interface RecordProducer {
  /** Takes a record; waits while too much is on its way. Throws if an earlier record failed. */
  add(record: OutgoingRecord): Promise<void>;
  /** Resolves once all records taken are stored on every in-sync replica. */
  flush(): Promise<void>;
  /** Records stored so far. */
  readonly stored: number;
  /** Flushes unless a send has failed, and disconnects. */
  close(): Promise<void>;
}

const maxBufferedBytes = 16_000_000;

/**
 * Connects a producer to a topic. Each send carries one partition, and each partition has one send
 * in flight: kafkajs loses acknowledged messages where a send over several partitions meets a
 * leader that moves (tulios/kafkajs#1303). Sends are idempotent and acknowledged by all replicas.
 *
 * @throws {@link WorkbenchError} code KAFKA
 */
export async function createProducer(
  settings: KafkaConfig,
  effects: Effects,
  topic: string = settings.kafka.topic,
): Promise<RecordProducer> {
  const partitions = await withAdmin(settings, effects, (admin) => countPartitions(admin, topic));
  if (partitions === 0) throw new WorkbenchError("KAFKA", `Kafka has no topic ${topic}`);
  const choosePartition = await createPartitioner(partitions);
  const kafka = await createKafka(settings, effects);
  const producer = kafka.producer({
    idempotent: true,
    allowAutoTopicCreation: false,
    // One in flight a partition is kept by the lanes; partitions may go side by side.
    maxInFlightRequests: partitions,
  });
  await producer.connect().catch((error: unknown) => {
    throw kafkaError(error, settings.kafka);
  });
  const { CompressionTypes } = await import("kafkajs");
  const { GZIP } = CompressionTypes;
  return new LaneProducer(settings, effects, topic, partitions, choosePartition, producer, GZIP);
}

class LaneProducer implements RecordProducer {
  private readonly lanes: readonly SendLane[];
  private bufferedBytes = 0;
  private waiting: (() => void)[] = [];
  private failure: WorkbenchError | undefined;
  stored = 0;

  constructor(
    private readonly settings: KafkaConfig,
    effects: Effects,
    private readonly topic: string,
    partitions: number,
    private readonly choosePartition: (key: string) => number,
    private readonly producer: Producer,
    private readonly compression: CompressionTypes,
  ) {
    this.lanes = Array.from(
      { length: partitions },
      (_, partition) =>
        new SendLane(
          effects,
          (records) => this.send(partition, records),
          (bytes) => this.settled(bytes),
        ),
    );
  }

  async add(record: OutgoingRecord): Promise<void> {
    while (this.bufferedBytes > maxBufferedBytes && this.failure === undefined) {
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    if (this.failure !== undefined) throw this.failure;
    const partition =
      (record.partition ??
        (record.key === null ? 0 : this.choosePartition(record.key.toString()))) %
      this.lanes.length;
    this.bufferedBytes += this.lanes[partition]?.add(record) ?? 0;
  }

  async flush(): Promise<void> {
    await Promise.all(this.lanes.map((lane) => lane.idle()));
    if (this.failure !== undefined) throw this.failure;
  }

  async close(): Promise<void> {
    try {
      if (this.failure === undefined) await this.flush();
    } finally {
      await this.producer.disconnect().catch(() => undefined);
    }
  }

  private async send(partition: number, records: readonly OutgoingRecord[]): Promise<void> {
    if (this.failure !== undefined) return;
    try {
      const answer = await this.producer.send({
        topic: this.topic,
        acks: -1,
        compression: this.compression,
        messages: records.map(({ key, value, timestampMs, headers }) => ({
          key,
          value,
          partition,
          timestamp: String(timestampMs),
          headers: { ...headers },
        })),
      });
      if (!answer.some((part) => part.partition === partition && part.errorCode === 0)) {
        throw new WorkbenchError(
          "KAFKA",
          `Kafka's answer leaves out partition ${partition} of ${this.topic}: ${records.length} messages may not be stored`,
        );
      }
      this.stored += records.length;
    } catch (error) {
      this.failure ??= kafkaError(error, this.settings.kafka);
    }
  }

  private settled(bytes: number): void {
    this.bufferedBytes -= bytes;
    const { waiting } = this;
    this.waiting = [];
    for (const go of waiting) go();
  }
}
