import type { Admin, ConfigResourceTypes } from "kafkajs";
import type { KafkaSettings } from "../config/settings";
import type { Logger } from "../effects";
import { WorkbenchError } from "../errors";

/** What the settings ask of a topic. */
export type TopicWish = Pick<KafkaSettings, "brokers" | "partitions" | "replication">;

/** A topic that is there, as the cluster tells of it. */
export interface TopicShape {
  topic: string;
  partitions: number;
  /** Copies of the partition that has the fewest. */
  replicas: number;
  /** In force, whether set for the topic or for the whole cluster; undefined where it is not told. */
  config: ReadonlyMap<string, string>;
}

/** What is amiss with a topic, and what mends it. */
export interface TopicDifference {
  message: string;
  mendedBy: string;
}

/** How many copies must be there for a message to be taken: one less than there are, of three. */
export function minInsyncReplicas(replication: number): number {
  return replication >= 3 ? 2 : 1;
}

/** The configuration of a topic that the workbench makes. */
export function topicConfig(replication: number): Readonly<Record<string, string>> {
  return {
    // The raw objects' rules hold only where every record keeps its offset.
    "cleanup.policy": "delete",
    "min.insync.replicas": String(minInsyncReplicas(replication)),
    // A leader that has missed records would give their offsets away again.
    "unclean.leader.election.enable": "false",
  };
}

/** Where a topic is not what the settings ask for. */
export function findDifferences(shape: TopicShape, wish: TopicWish): TopicDifference[] {
  const { topic, partitions, replicas, config } = shape;
  const differences: TopicDifference[] = [];
  const server = `--bootstrap-server ${wish.brokers.join(",")}`;
  if (partitions !== wish.partitions) {
    const adopt = `set KAFKA_PARTITIONS=${partitions}`;
    const alter = `kafka-topics.sh ${server} --alter --topic ${topic} --partitions ${wish.partitions}`;
    differences.push({
      message: `${topic} has ${partitions} partitions, not ${wish.partitions}`,
      mendedBy: partitions < wish.partitions ? `${adopt}, or ${alter}` : adopt,
    });
  }
  if (replicas !== wish.replication) {
    differences.push({
      message: `${topic} has ${replicas} replicas, not ${wish.replication}`,
      mendedBy: `set KAFKA_REPLICATION=${replicas}, or kafka-reassign-partitions.sh ${server}`,
    });
  }
  // By the copies it has: two of one copy would be a topic that takes nothing.
  const wanted = topicConfig(replicas);
  for (const name of ["min.insync.replicas", "unclean.leader.election.enable"]) {
    const seen = config.get(name);
    const value = wanted[name] ?? "";
    if (seen === undefined || seen === value) continue;
    differences.push({
      message: `${topic} has ${name}=${seen}, not ${value}`,
      mendedBy:
        `kafka-configs.sh ${server} --alter --entity-type topics --entity-name ${topic} ` +
        `--add-config ${name}=${value}`,
    });
  }
  return differences;
}

/**
 * Warns of each difference between topics and settings.
 *
 * @throws {@link WorkbenchError} code KAFKA where a topic is compacted
 */
export async function reportDifferences(
  admin: Admin,
  topics: readonly string[],
  wish: TopicWish,
  logger: Logger,
): Promise<void> {
  for (const shape of await fetchShapes(admin, topics)) {
    refuseCompaction(shape);
    for (const { message, mendedBy } of findDifferences(shape, wish)) {
      logger.warn(message, { mendedBy });
    }
  }
}

/** kafkajs keeps its enumeration where `import()` does not find it. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the value of TOPIC
const topicResource = 2 as ConfigResourceTypes;

/** @throws {@link WorkbenchError} code KAFKA where the topic is compacted */
export function refuseCompaction({ topic, config }: TopicShape): void {
  const policy = config.get("cleanup.policy") ?? "delete";
  if (policy === "delete") return;
  throw new WorkbenchError("KAFKA", `the cleanup.policy of ${topic} is ${policy}`, {
    hint: "set it to delete: compaction takes records out of the middle of the log",
  });
}

/** Asks the cluster what topics are, in the order they are named. */
export async function fetchShapes(admin: Admin, topics: readonly string[]): Promise<TopicShape[]> {
  if (topics.length === 0) return [];
  const metadata = await admin.fetchTopicMetadata({ topics: [...topics] });
  const configNames = Object.keys(topicConfig(1));
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: topics.map((name) => ({ type: topicResource, name, configNames })),
  });
  const shapes = metadata.topics.map(({ name, partitions }): TopicShape => {
    const entries = resources.find(({ resourceName }) => resourceName === name)?.configEntries;
    return {
      topic: name,
      partitions: partitions.length,
      replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
      config: new Map(entries?.map(({ configName, configValue }) => [configName, configValue])),
    };
  });
  // In the order asked for: the cluster answers in any.
  return shapes.sort((a, b) => topics.indexOf(a.topic) - topics.indexOf(b.topic));
}
