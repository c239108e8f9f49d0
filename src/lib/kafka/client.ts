import { readFileSync } from "node:fs";
import type { Admin, Kafka, logCreator, RetryOptions } from "kafkajs";
import type { KafkaSettings, Settings } from "../config/settings";
import type { Effects, Logger } from "../effects";
import { hasErrorType, isConnectionError, kafkaError } from "./kafka-error";

/** What of the settings a Kafka client needs. */
export type KafkaConfig = Pick<Settings, "kafka">;

/**
 * Retries of a client that has been connected: about two minutes, for a broker that moves. The waits
 * stay short: a cluster that is back is found so in seconds, however long it was away.
 */
const patientRetry: RetryOptions = { initialRetryTime: 250, retries: 32, maxRetryTime: 4_000 };
/** Retries of a first connection: about a second, for an address that may be wrong. */
const quickRetry: RetryOptions = { initialRetryTime: 150, retries: 2 };

/**
 * Makes a kafkajs client. Nothing is connected yet.
 *
 * @param quick - fail after about a second instead of two minutes
 */
export async function createKafka(
  settings: KafkaConfig,
  effects: Pick<Effects, "logger">,
  quick = false,
): Promise<Kafka> {
  // Its warning is about a change of partitioner in 2023; we name partitions ourselves.
  process.env["KAFKAJS_NO_PARTITIONER_WARNING"] ??= "1";
  const { Kafka, logLevel } = await import("kafkajs");
  const { brokers, ssl, sslCaFile } = settings.kafka;
  return new Kafka({
    clientId: "github-events-workbench",
    brokers: [...brokers],
    ssl: ssl && sslCaFile !== undefined ? { ca: [readFileSync(sslCaFile, "utf8")] } : ssl,
    ...saslOption(settings.kafka),
    connectionTimeout: quick ? 3000 : 10_000,
    requestTimeout: quick ? 10_000 : 30_000,
    retry: quick ? quickRetry : patientRetry,
    logLevel: logLevel.WARN,
    logCreator: logTo(effects.logger),
  });
}

/** Answers of a cluster whose brokers do not yet agree on a topic just made, a leader or a coordinator. */
const unsettled = new Set([
  "UNKNOWN_TOPIC_OR_PARTITION",
  "LEADER_NOT_AVAILABLE",
  "NOT_LEADER_FOR_PARTITION",
  "GROUP_LOAD_IN_PROGRESS",
  "GROUP_COORDINATOR_NOT_AVAILABLE",
  "NOT_COORDINATOR_FOR_GROUP",
]);
/** Together about 13 s: a broker that is gone is noticed in six to nine, and its leaders moved. */
const settleAttempts = 8;
const firstSettleMs = 100;

/**
 * Connects an admin client, hands it over and disconnects it again. What is done with it may be
 * done again, where the cluster has not settled yet.
 *
 * @throws {@link WorkbenchError} code KAFKA if the cluster cannot be reached
 */
export async function withAdmin<T>(
  settings: KafkaConfig,
  effects: Pick<Effects, "logger" | "sleep">,
  use: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = (await createKafka(settings, effects, true)).admin();
  try {
    await admin.connect();
    // It answered: what cannot be reached now is one broker of several.
    const isMoving = (error: unknown): boolean =>
      hasErrorType(error, unsettled) ||
      (settings.kafka.brokers.length > 1 && isConnectionError(error));
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await use(admin);
      } catch (error) {
        if (!isMoving(error) || attempt >= settleAttempts) throw error;
        await effects.sleep(firstSettleMs * 2 ** (attempt - 1));
      }
    }
  } catch (error) {
    throw kafkaError(error, settings.kafka);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

function saslOption({ sasl }: KafkaSettings): object {
  return sasl === undefined ? {} : { sasl: { ...sasl } };
}

/**
 * Its log goes to ours, as debug lines: it reports as an error what it then retries with success.
 * What does fail comes back as an exception.
 */
function logTo(logger: Logger): logCreator {
  return () => (entry) => {
    const { message, error, broker, groupId } = entry.log as Record<string, unknown>;
    logger.debug(`kafkajs: ${String(message)}`, { error, broker, groupId });
  };
}
