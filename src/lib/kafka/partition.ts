import type { PartitionMetadata } from "kafkajs";

/** Tells the partition of a key. */
export type ChoosePartition = (key: string | Buffer) => number;

/** Keys whose partition is remembered: a few repositories are behind most events. */
const maxRemembered = 20_000;

/**
 * Makes the function that tells a key's partition: murmur2 of the key, made positive, modulo the
 * number of partitions, as Kafka's own Java client does, so that every client agrees.
 *
 * @param partitions - the number of the topic's partitions, at least 1
 */
export async function createPartitioner(partitions: number): Promise<ChoosePartition> {
  const { Partitioners } = await import("kafkajs");
  const choose = Partitioners.DefaultPartitioner();
  const partitionMetadata = Array.from(
    { length: partitions },
    (_, partitionId): PartitionMetadata => ({
      partitionId,
      partitionErrorCode: 0,
      leader: 0,
      replicas: [],
      isr: [],
    }),
  );
  const remembered = new Map<string, number>();
  return (key) => {
    const known = typeof key === "string" ? remembered.get(key) : undefined;
    if (known !== undefined) return known;
    const partition = choose({ topic: "", partitionMetadata, message: { key, value: null } });
    if (typeof key !== "string") return partition;
    // Beginning anew costs little; what is forgotten one by one would have to be put in order.
    if (remembered.size >= maxRemembered) remembered.clear();
    remembered.set(key, partition);
    return partition;
  };
}
