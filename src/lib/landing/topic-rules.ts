import type { Effects } from "../effects";
import { type KafkaConfig, withAdmin } from "../kafka/client";
import { fetchShapes, refuseCompaction } from "../kafka/topic-config";

/**
 * Makes sure that a topic's records keep their offsets, on which the raw objects' rules rest:
 * compaction is refused, an unclean leader election warned of.
 *
 * @throws {@link WorkbenchError} code KAFKA
 */
export async function checkTopicRules(settings: KafkaConfig, effects: Effects): Promise<void> {
  const { topic } = settings.kafka;
  const [shape] = await withAdmin(settings, effects, (admin) => fetchShapes(admin, [topic]));
  if (shape === undefined) return;
  refuseCompaction(shape);
  if (shape.config.get("unclean.leader.election.enable") === "true") {
    effects.logger.warn(`${topic} lets a replica lead that has not all records`, {
      mendedBy: `kafka-configs --alter --topic ${topic} --add-config unclean.leader.election.enable=false`,
    });
  }
}
