import { randomUUID } from "node:crypto";
import type { KafkaMessage } from "kafkajs";
import { anySignal, type Effects, throwIfAborted } from "../effects";
import { createKafka, type KafkaConfig, withAdmin } from "./client";
import { kafkaError } from "./kafka-error";
import { fetchLogBounds } from "./topic";

/** The name of a consumer group that only this reader has, and that leaves nothing behind. */
export function privateGroup(purpose: string): string {
  return `workbench-${purpose}-${randomUUID()}`;
}

/**
 * Reads the last records of a topic, each partition's up to the end it has now.
 *
 * @param count - at most this many, over all partitions together
 * @throws {@link WorkbenchError} code KAFKA
 */
export async function readTail(
  settings: KafkaConfig,
  effects: Effects,
  count: number,
  onMessage: (message: KafkaMessage, partition: number) => void,
): Promise<void> {
  const { topic } = settings.kafka;
  const bounds = await withAdmin(settings, effects, (admin) => fetchLogBounds(admin, topic));
  const share = BigInt(Math.ceil(count / Math.max(1, bounds.size)));
  const left = new Map<number, { from: bigint; to: bigint }>();
  for (const [partition, { low, high }] of bounds) {
    if (high > low)
      left.set(partition, { from: high - low > share ? high - share : low, to: high });
  }
  if (left.size === 0) return;
  const kafka = await createKafka(settings, effects);
  const consumer = kafka.consumer({
    groupId: privateGroup("tail"),
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
  });
  const done = new AbortController();
  let failure: Error | undefined;
  consumer.on("consumer.crash", ({ payload }) => {
    failure = payload.error;
    done.abort();
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: ({ batch }) => {
        const range = left.get(batch.partition);
        for (const message of batch.messages) {
          const offset = BigInt(message.offset);
          if (range === undefined || offset < range.from || offset >= range.to) continue;
          onMessage(message, batch.partition);
        }
        if (range !== undefined && BigInt(batch.lastOffset()) + 1n >= range.to) {
          left.delete(batch.partition);
          if (left.size === 0) done.abort();
        }
        return Promise.resolve();
      },
    });
    for (const [partition, { from }] of left) {
      consumer.seek({ topic, partition, offset: from.toString() });
    }
    const stop = anySignal(done.signal, effects.signal);
    // A reader that never comes to the end (a log cut meanwhile) must not hold anything up.
    await effects.sleep(60_000, stop).catch(() => undefined);
    throwIfAborted(effects.signal);
    if (failure !== undefined) throw failure;
  } catch (error) {
    throw kafkaError(error, settings.kafka);
  } finally {
    await consumer.disconnect().catch(() => undefined);
  }
}
