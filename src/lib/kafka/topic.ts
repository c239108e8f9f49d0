import type { Admin } from "kafkajs";
import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import { createKafka, type KafkaConfig, withAdmin } from "./client";
import { hasErrorType, kafkaError } from "./kafka-error";
import { reportDifferences, topicConfig } from "./topic-config";
import { fetchTopicId } from "./topic-id";

/** What makes a topic one and the same: not its name alone. */
export interface TopicIdentity {
  clusterId: string;
  topic: string;
  /** 32 hexadecimal digits; null where the cluster does not tell (Kafka before 2.8). */
  topicId: string | null;
}

/** The offsets a partition's log holds: from `low` on, the next one written will be `high`. */
export interface LogBounds {
  low: bigint;
  high: bigint;
}

const maxDeadLetterBytes = 32 * 1024 * 1024;

/** The name of the topic that takes what cannot be read from another. */
export function deadLetterTopic(topic: string): string {
  return `${topic}.dead-letter`;
}

/**
 * The name of the topic beside the events' one: `github-events` has `github-coverage` and
 * `github-enrichment`; a name that does not end in `-events` gets the ending added.
 */
export function sideTopic(topic: string, kind: "coverage" | "enrichment"): string {
  return `${topic.replace(/-events$/, "")}-${kind}`;
}

/**
 * Makes the topic, its dead-letter topic and others beside it where they are missing, with the
 * configured partitions and replication; of three copies or more, two have to be there for a message
 * to be taken. A topic that is there already keeps what it has; each difference is a warning.
 *
 * @throws {@link WorkbenchError} code KAFKA, also where the cluster has fewer brokers than
 *   KAFKA_REPLICATION asks for
 */
export async function ensureTopic(
  settings: KafkaConfig,
  effects: Effects,
  beside: readonly string[] = [],
): Promise<void> {
  const { topic, partitions, replication } = settings.kafka;
  const wanted = [topic, deadLetterTopic(topic), ...beside];
  await withAdmin(settings, effects, async (admin) => {
    const missing = await findMissing(admin, wanted);
    const made = missing.length === 0 ? [] : await createTopics(admin, settings, missing, effects);
    if (made.length > 0) {
      effects.logger.info("topics made", { topics: made.join(", "), partitions, replication });
    }
    const others = wanted.filter((name) => !made.includes(name));
    await reportDifferences(admin, others, settings.kafka, effects.logger);
  });
  // Once a leader answers for each partition, the topics are there for everybody.
  for (const name of wanted) {
    await withAdmin(settings, effects, (admin) => fetchLogBounds(admin, name));
  }
}

/**
 * The topics that are not there. Each is asked for by its name: kafkajs cannot list them while any
 * topic of the cluster, whoever's, is without a leader.
 */
async function findMissing(admin: Admin, names: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const name of names) {
    try {
      await admin.fetchTopicMetadata({ topics: [name] });
    } catch (error) {
      if (!hasErrorType(error, unknownTopic)) throw error;
      missing.push(name);
    }
  }
  return missing;
}

const unknownTopic: ReadonlySet<string> = new Set(["UNKNOWN_TOPIC_OR_PARTITION"]);

/** While a broker leaves in peace, the cluster counts itself as having one less. */
const leavingAttempts = 6;
const leavingPauseMs = 1_000;

interface CreateTopicError extends Error {
  type?: string;
  topic?: string;
}

/** Makes topics and returns those it made: somebody else may have made others in the meantime. */
async function createTopics(
  admin: Admin,
  { kafka }: KafkaConfig,
  names: readonly string[],
  effects: Pick<Effects, "sleep">,
): Promise<string[]> {
  const { partitions, replication } = kafka;
  const topics = names.map((topic) => ({
    topic,
    numPartitions: partitions,
    replicationFactor: replication,
    configEntries: Object.entries({
      ...topicConfig(replication),
      // What the topic itself does not take for its size is to have a place there.
      ...(topic === deadLetterTopic(kafka.topic)
        ? { "max.message.bytes": String(maxDeadLetterBytes) }
        : {}),
    }).map(([name, value]) => ({ name, value })),
  }));
  for (let attempt = 1; ; attempt += 1) {
    try {
      // Its own waiting gives up where a broker has not heard of the topic yet.
      return (await admin.createTopics({ waitForLeaders: false, topics })) ? [...names] : [];
    } catch (error) {
      const { errors = [error as Error] } = error as { errors?: CreateTopicError[] };
      const serious = errors.find(({ type }: CreateTopicError) => type !== "TOPIC_ALREADY_EXISTS");
      if (serious === undefined) {
        const there = new Set(errors.map(({ topic }: CreateTopicError) => topic));
        return names.filter((name) => !there.has(name));
      }
      const { type }: CreateTopicError = serious;
      if (type !== "INVALID_REPLICATION_FACTOR") throw serious;
      const named = kafka.brokers.length;
      if (named < replication || attempt >= leavingAttempts) {
        const { brokers } = await admin.describeCluster();
        throw replicationError(kafka, brokers.length, serious);
      }
      await effects.sleep(leavingPauseMs);
    }
  }
}

function replicationError(
  { brokers, replication }: KafkaConfig["kafka"],
  found: number,
  cause: Error,
): WorkbenchError {
  const plural = found === 1 ? "" : "s";
  return new WorkbenchError(
    "KAFKA",
    `KAFKA_REPLICATION is ${replication}, but Kafka at ${brokers.join(", ")} has ${found} broker${plural}`,
    {
      cause,
      hint:
        brokers.length < replication
          ? `set KAFKA_REPLICATION=${found}, or add brokers`
          : "start the brokers that are missing: npx workbench status",
    },
  );
}

/** The number of a topic's partitions. */
export async function countPartitions(admin: Admin, topic: string): Promise<number> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return topics[0]?.partitions.length ?? 0;
}

/** Each partition's log bounds, by partition. */
export async function fetchLogBounds(admin: Admin, topic: string): Promise<Map<number, LogBounds>> {
  const offsets = await admin.fetchTopicOffsets(topic);
  return new Map(
    offsets
      .map(({ partition, low, high }): [number, LogBounds] => [
        partition,
        { low: BigInt(low), high: BigInt(high) },
      ])
      .sort(([a], [b]) => a - b),
  );
}

/**
 * Which topic this is, beyond its name.
 *
 * @throws {@link WorkbenchError} code KAFKA
 */
export async function fetchTopicIdentity(
  settings: KafkaConfig,
  effects: Effects,
): Promise<TopicIdentity> {
  const { topic } = settings.kafka;
  try {
    const kafka = await createKafka(settings, effects, true);
    const topicId = (await fetchTopicId(kafka, topic)) ?? null;
    const { clusterId } = await withAdmin(settings, effects, (admin) => admin.describeCluster());
    return { clusterId, topic, topicId };
  } catch (error) {
    throw kafkaError(error, settings.kafka);
  }
}
