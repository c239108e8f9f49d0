import type { Admin, ConfigResourceTypes } from "kafkajs";
import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import { createKafka, type KafkaConfig, withAdmin } from "./client";
import { kafkaError } from "./kafka-error";
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
 * configured partitions and replication. A topic that is there already keeps what it has; a difference is logged.
 *
 * @throws {@link WorkbenchError} code KAFKA
 */
export async function ensureTopic(
  settings: KafkaConfig,
  effects: Effects,
  beside: readonly string[] = [],
): Promise<void> {
  const { topic, partitions, replication } = settings.kafka;
  const wanted = [topic, deadLetterTopic(topic), ...beside];
  await withAdmin(settings, effects, async (admin) => {
    const existing = new Set(await admin.listTopics());
    const missing = wanted.filter((name) => !existing.has(name));
    if (missing.length > 0) {
      await admin.createTopics({
        // Its own waiting gives up where a broker has not heard of the topic yet.
        waitForLeaders: false,
        topics: missing.map((name) => ({
          topic: name,
          numPartitions: partitions,
          replicationFactor: replication,
          // The raw objects' rules hold only where every record keeps its offset.
          configEntries: [
            { name: "cleanup.policy", value: "delete" },
            // What the topic itself does not take for its size is to have a place here.
            ...(name === deadLetterTopic(topic)
              ? [{ name: "max.message.bytes", value: String(maxDeadLetterBytes) }]
              : []),
          ],
        })),
      });
      effects.logger.info("topics made", { topics: missing.join(", "), partitions, replication });
    }
    if (!missing.includes(topic)) await reportDifferences(admin, settings, effects);
  });
  // Once a leader answers for each partition, the topics are there for everybody.
  for (const name of wanted) {
    await withAdmin(settings, effects, (admin) => fetchLogBounds(admin, name));
  }
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

async function reportDifferences(
  admin: Admin,
  settings: KafkaConfig,
  effects: Effects,
): Promise<void> {
  const { topic, partitions, replication } = settings.kafka;
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  const found = topics[0]?.partitions ?? [];
  if (found.length !== partitions) {
    effects.logger.warn(`${topic} has ${found.length} partitions, not ${partitions}`, {
      mendedBy: "set KAFKA_PARTITIONS, or alter the topic",
    });
  }
  const replicas = Math.min(...found.map((partition) => partition.replicas.length));
  if (found.length > 0 && replicas !== replication) {
    effects.logger.warn(`${topic} has ${replicas} replicas, not ${replication}`, {
      mendedBy: "set KAFKA_REPLICATION, or alter the topic",
    });
  }
  const policy = await cleanupPolicy(admin, topic);
  if (policy !== undefined && policy !== "delete") {
    throw new WorkbenchError("KAFKA", `the cleanup.policy of ${topic} is ${policy}`, {
      hint: "set it to delete: compaction takes records out of the middle of the log",
    });
  }
}

/** kafkajs keeps its enumeration where `import()` does not find it. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the value of TOPIC
const topicResource = 2 as ConfigResourceTypes;

async function cleanupPolicy(admin: Admin, topic: string): Promise<string | undefined> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: topicResource, name: topic, configNames: ["cleanup.policy"] }],
  });
  return resources[0]?.configEntries.find(({ configName }) => configName === "cleanup.policy")
    ?.configValue;
}
