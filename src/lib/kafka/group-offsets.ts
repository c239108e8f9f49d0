import type { Effects } from "../effects";
import { type KafkaConfig, withAdmin } from "./client";

/** A coordinator that moves, or whose topic is being made: passing, and not retried by kafkajs here. */
const coordinatorErrors: ReadonlySet<unknown> = new Set([
  "NOT_COORDINATOR_FOR_GROUP",
  "GROUP_COORDINATOR_NOT_AVAILABLE",
  "GROUP_LOAD_IN_PROGRESS",
]);
const coordinatorTries = 40;
const coordinatorWaitMs = 250;

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
  const offsets = await withAdmin(settings, effects, async (admin) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await admin.fetchOffsets({ groupId: group, topics: [topic] });
      } catch (error) {
        const passing = coordinatorErrors.has((error as { type?: unknown }).type);
        if (!passing || attempt === coordinatorTries) throw error;
        await effects.sleep(coordinatorWaitMs, effects.signal);
      }
    }
  });
  const committed = new Map<number, bigint>();
  for (const { partition, offset } of offsets[0]?.partitions ?? []) {
    // Below zero: none, or kafkajs' note that it has reset the group.
    if (BigInt(offset) >= 0n) committed.set(partition, BigInt(offset));
  }
  return committed;
}
