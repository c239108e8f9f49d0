import type { ConfigResourceTypes } from "kafkajs";
import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import { type KafkaConfig, withAdmin } from "../kafka/client";

/** kafkajs keeps its enumeration where `import()` does not find it. */
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- the value of TOPIC
const topicResource = 2 as ConfigResourceTypes;

/**
 * Makes sure that a topic's records keep their offsets, on which the raw objects' rules rest:
 * compaction is refused, an unclean leader election warned of.
 *
 * @throws {@link WorkbenchError} code KAFKA
 */
export async function checkTopicRules(settings: KafkaConfig, effects: Effects): Promise<void> {
  const { topic } = settings.kafka;
  const names = ["cleanup.policy", "unclean.leader.election.enable"];
  const { resources } = await withAdmin(settings, effects, (admin) =>
    admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: topicResource, name: topic, configNames: names }],
    }),
  );
  const valueOf = (name: string): string | undefined =>
    resources[0]?.configEntries.find(({ configName }) => configName === name)?.configValue;
  const policy = valueOf("cleanup.policy") ?? "delete";
  if (policy !== "delete") {
    throw new WorkbenchError("KAFKA", `the cleanup.policy of ${topic} is ${policy}`, {
      hint: "set it to delete: compaction takes records out of the middle of the log",
    });
  }
  if (valueOf("unclean.leader.election.enable") === "true") {
    effects.logger.warn(`${topic} lets a replica lead that has not all records`, {
      mendedBy: `kafka-configs --alter --topic ${topic} --add-config unclean.leader.election.enable=false`,
    });
  }
}
