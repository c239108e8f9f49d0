import type { Effects } from "../effects";
import { type KafkaConfig, withAdmin } from "./client";

/**
 * The offsets a group has committed for the topic, by partition; a partition without one is left
 * out.
 *
 * @throws {@link WorkbenchError} code KAFKA
 */
export async function fetchCommitted(
  settings: KafkaConfig,
  effects: Effects,
  group: string,
): Promise<Map<number, bigint>> {
  const { topic } = settings.kafka;
  const offsets = await withAdmin(settings, effects, (admin) =>
    admin.fetchOffsets({ groupId: group, topics: [topic] }),
  );
  const committed = new Map<number, bigint>();
  for (const { partition, offset } of offsets[0]?.partitions ?? []) {
    // Below zero: none, or kafkajs' note that it has reset the group.
    if (BigInt(offset) >= 0n) committed.set(partition, BigInt(offset));
  }
  return committed;
}
