import type { PartitionMetadata } from "kafkajs";

/** Tells the partition of a key. */
export type ChoosePartition = (key: string | Buffer) => number;

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
  return (key) => choose({ topic: "", partitionMetadata, message: { key, value: null } });
}
