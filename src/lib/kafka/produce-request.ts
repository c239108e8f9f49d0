import { WorkbenchError } from "../errors";

/** The part of Kafka's protocol that stores a batch: version 3, known to every broker since 0.11. */

/**
 * The request's body: one batch for one partition, acknowledged by all in-sync replicas.
 *
 * @param timeoutMs - how long the broker waits for its replicas
 * @see https://kafka.apache.org/protocol#The_Messages_Produce
 */
export function encodeProduceRequest(
  topic: string,
  partition: number,
  batch: Buffer,
  timeoutMs: number,
): Buffer {
  const name = Buffer.from(topic);
  const head = Buffer.alloc(26 + name.length);
  head.writeInt16BE(-1, 0); // no transaction
  head.writeInt16BE(-1, 2); // acknowledged by all
  head.writeInt32BE(timeoutMs, 4);
  head.writeInt32BE(1, 8); // one topic
  head.writeInt16BE(name.length, 12);
  name.copy(head, 14);
  const at = 14 + name.length;
  head.writeInt32BE(1, at); // one partition
  head.writeInt32BE(partition, at + 4);
  head.writeInt32BE(batch.length, at + 8);
  return Buffer.concat([head, batch]);
}

/**
 * What the answer says of the partition: 0, or the code of an error.
 *
 * @throws {@link WorkbenchError} code KAFKA if it says nothing of it
 */
export function readProduceCode(payload: Buffer, topic: string, partition: number): number {
  let at = 0;
  const int32 = (): number => payload.readInt32BE((at += 4) - 4);
  const int16 = (): number => payload.readInt16BE((at += 2) - 2);
  for (let topics = int32(); topics > 0; topics -= 1) {
    const length = int16();
    const name = payload.toString("utf8", at, at + length);
    at += length;
    for (let partitions = int32(); partitions > 0; partitions -= 1) {
      const found = int32();
      const code = int16();
      at += 16; // the first offset and the broker's time
      if (name === topic && found === partition) return code;
    }
  }
  throw new WorkbenchError(
    "KAFKA",
    `Kafka's answer leaves out partition ${partition} of ${topic}: the messages may not be stored`,
  );
}
