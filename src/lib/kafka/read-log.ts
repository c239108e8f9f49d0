import type { KafkaMessage } from "kafkajs";
import { anySignal, type Effects, throwIfAborted } from "../effects";
import { WorkbenchError } from "../errors";
import { createKafka, type KafkaConfig, withAdmin } from "./client";
import { kafkaError } from "./kafka-error";
import { privateGroup } from "./read-range";
import { fetchLogBounds } from "./topic";

/** Which offsets of a partition to read: from `from` on, before `to`. */
export interface OffsetRange {
  from: bigint;
  to: bigint;
}

/** Silence longer than this means that the log will not come to the end it had. */
const silenceMs = 60_000;

/**
 * The offsets each partition of a topic holds now; empty where there is no such topic.
 *
 * @throws {@link WorkbenchError} code KAFKA
 */
export function fetchRanges(
  settings: KafkaConfig,
  effects: Pick<Effects, "logger" | "sleep">,
  topic: string,
): Promise<Map<number, OffsetRange>> {
  return withAdmin(settings, effects, async (admin) => {
    if (!(await admin.listTopics()).includes(topic)) return new Map<number, OffsetRange>();
    const bounds = await fetchLogBounds(admin, topic);
    return new Map(
      [...bounds].map(([partition, { low, high }]) => [partition, { from: low, to: high }]),
    );
  });
}

/**
 * Reads ranges of a topic, each partition's in order, one message at a time, each once. It takes
 * nothing from any other reader and commits nothing.
 *
 * @param onMessage - a promise makes the next message of its partition wait
 * @throws {@link WorkbenchError} code KAFKA, also where the end is not reached; ABORTED when stopped
 */
export async function readLog(
  settings: KafkaConfig,
  effects: Effects,
  topic: string,
  ranges: ReadonlyMap<number, OffsetRange>,
  onMessage: (message: KafkaMessage, partition: number) => void | Promise<void>,
): Promise<void> {
  const left = new Map([...ranges].filter(([, { from, to }]) => to > from));
  if (left.size === 0) return;
  const kafka = await createKafka(settings, effects);
  const consumer = kafka.consumer({
    groupId: privateGroup("read"),
    maxWaitTimeInMs: 100,
    allowAutoTopicCreation: false,
  });
  const done = new AbortController();
  let failure: unknown;
  let readMs = effects.now();
  const fail = (error: unknown): void => {
    failure ??= error;
    done.abort();
  };
  consumer.on("consumer.crash", ({ payload }) => {
    fail(payload.error);
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatch: async (payload) => {
        const { batch } = payload;
        const { partition } = batch;
        const range = left.get(partition);
        if (range === undefined || done.signal.aborted) return;
        for (const message of batch.messages) {
          const offset = BigInt(message.offset);
          // What comes before is of another range, or is told again after a rebalance.
          if (offset < range.from || offset >= range.to) continue;
          try {
            await onMessage(message, partition);
          } catch (error) {
            fail(error);
            return;
          }
          range.from = offset + 1n;
          readMs = effects.now();
          await payload.heartbeat();
        }
        if (BigInt(batch.lastOffset()) + 1n >= range.to) left.delete(partition);
        if (left.size === 0) done.abort();
      },
    });
    for (const [partition, { from }] of left) {
      consumer.seek({ topic, partition, offset: from.toString() });
    }
    const stop = anySignal(done.signal, effects.signal);
    while (!stop.aborted && effects.now() - readMs < silenceMs) {
      await effects.sleep(1000, stop).catch(() => undefined);
    }
    throwIfAborted(effects.signal);
    if (failure !== undefined) throw kafkaError(failure, settings.kafka);
    if (left.size > 0) {
      throw new WorkbenchError("KAFKA", `the log of ${topic} does not come to the end it had`, {
        retryable: true,
        hint: "it was cut meanwhile, or a broker is away: try again",
      });
    }
  } catch (error) {
    throw kafkaError(error, settings.kafka);
  } finally {
    await consumer.disconnect().catch(() => undefined);
  }
}
