import type { Settings } from "./config/settings";
import { anySignal, type Effects } from "./effects";
import type { EventMessage } from "./events/message";
import { parseMessage } from "./events/parse-message";
import { createKafka } from "./kafka/client";
import { kafkaError } from "./kafka/kafka-error";
import { privateGroup } from "./kafka/read-range";
import { ensureTopic } from "./kafka/topic";

/** Which messages to show, and what to do with them. */
export interface TailOptions {
  /** Default: `latest`, what comes from now on. */
  from?: "earliest" | "latest";
  /** Default: every type. */
  types?: readonly string[];
  /** A promise makes the next message wait. */
  onMessage: (message: EventMessage) => void | Promise<void>;
}

/** What was shown. */
export interface TailSummary {
  messages: number;
  /** Messages that could not be read. */
  unreadable: number;
}

/**
 * Hands over the topic's messages as they come, until the signal aborts. It has a group of its own
 * and commits nothing: it takes nothing from any other reader.
 *
 * @throws {@link WorkbenchError} code KAFKA
 */
export async function tail(
  settings: Settings,
  options: TailOptions,
  effects: Effects,
): Promise<TailSummary> {
  const { topic } = settings.kafka;
  const types = options.types === undefined ? undefined : new Set(options.types);
  const summary: TailSummary = { messages: 0, unreadable: 0 };
  await ensureTopic(settings, effects);
  const over = new AbortController();
  let failure: Error | undefined;
  const fail = (error: Error): void => {
    failure ??= error;
    over.abort();
  };
  const kafka = await createKafka(settings, effects);
  const consumer = kafka.consumer({
    groupId: privateGroup("tail"),
    maxWaitTimeInMs: 250,
    allowAutoTopicCreation: false,
  });
  consumer.on("consumer.crash", ({ payload }) => {
    if (!payload.restart) fail(payload.error);
  });
  try {
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: options.from === "earliest" });
    await consumer.run({
      autoCommit: false,
      eachMessage: async ({ message, partition }) => {
        const parsed = parseMessage(message.value);
        if (parsed.message === undefined) {
          summary.unreadable += 1;
          const { reason } = parsed;
          effects.logger.warn(`unreadable: ${reason}`, { partition, offset: message.offset });
        } else if (types?.has(parsed.message.event_type) !== false) {
          summary.messages += 1;
          await options.onMessage(parsed.message);
        }
      },
    });
    await aborted(anySignal(over.signal, effects.signal));
    if (failure !== undefined) throw failure;
    return summary;
  } catch (error) {
    throw kafkaError(error, settings.kafka);
  } finally {
    await consumer.disconnect().catch(() => undefined);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
