import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import { type KafkaConfig, withAdmin } from "./client";
import { gzipCodec } from "./compression";
import { IdempotentSender } from "./idempotent-sender";
import { LaneProducer } from "./lane-producer";
import { createPartitioner } from "./partition";
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
  /** Records that were too large, and were handed to whoever takes those. */
  readonly refused: number;
  /** Flushes unless a send has failed, and disconnects. */
  close(): Promise<void>;
}

/** What becomes of a record that the topic does not take for its size. */
export type HandleTooLarge = (record: OutgoingRecord, reason: string) => Promise<void>;

/**
 * Connects a producer to a topic. Each send carries one partition, and each partition has one send
 * in flight. Sends are idempotent and acknowledged by all replicas.
 *
 * @param tooLarge - takes a record that is larger than the topic's max.message.bytes, alone; by
 * default it ends the producer with an error that names it
 * @throws {@link WorkbenchError} code KAFKA
 */
export async function createProducer(
  settings: KafkaConfig,
  effects: Effects,
  topic: string = settings.kafka.topic,
  tooLarge?: HandleTooLarge,
): Promise<RecordProducer> {
  const partitions = await withAdmin(settings, effects, (admin) => countPartitions(admin, topic));
  if (partitions === 0) throw new WorkbenchError("KAFKA", `Kafka has no topic ${topic}`);
  const choosePartition = await createPartitioner(partitions);
  const sender = await IdempotentSender.connect(settings, effects, topic, gzipCodec);
  const { kafka } = settings;
  return new LaneProducer({ kafka, topic, partitions, choosePartition, tooLarge }, sender, effects);
}
