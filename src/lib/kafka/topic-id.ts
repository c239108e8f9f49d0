import type { Kafka } from "kafkajs";
import { encoderOf, internalCluster, type InternalEncoder } from "./internal-cluster";

/**
 * Asks the cluster for a topic's id: a UUID that a topic made anew does not share. Kafka tells it
 * from version 2.8 on, in metadata of version 10 and later; kafkajs stops at version 6, so the
 * request is written here and sent over kafkajs' own connection, with its TLS and its login. The
 * parts of kafkajs it reaches for are internal: its version is pinned, and a test holds this to it.
 *
 * @returns undefined where the cluster does not tell, or has no such topic
 * @see https://kafka.apache.org/protocol#The_Messages_Metadata
 */
export async function fetchTopicId(kafka: Kafka, topic: string): Promise<string | undefined> {
  const cluster = internalCluster(kafka);
  if (cluster === undefined) return undefined;
  await cluster.connect();
  try {
    await cluster.refreshMetadata();
    const broker = await cluster.findControllerBroker();
    await broker.connect();
    const supported = broker.versions[metadataKey]?.maxVersion ?? 0;
    if (supported < metadataVersion) return undefined;
    const connection = await broker.connectionPool.getConnection();
    return await connection.send({
      request: {
        apiKey: metadataKey,
        apiVersion: metadataVersion,
        apiName: "Metadata",
        encode: () => Promise.resolve(encodeRequest(topic)),
      },
      response: {
        decode: (payload) => Promise.resolve(payload),
        parse: (payload) => Promise.resolve(readTopicId(payload, topic)),
      },
    });
  } finally {
    await cluster.disconnect();
  }
}

const metadataKey = 3;
const metadataVersion = 12;

/** The request's body, after kafkajs' header: that of flexible versions ends in a tag buffer. */
function encodeRequest(topic: string): InternalEncoder {
  const name = Buffer.from(topic);
  const anyId = Buffer.alloc(16);
  const body = Buffer.concat([
    Buffer.from([0]), // the header's tags: none
    Buffer.from([2]), // one topic
    anyId,
    uvarint(name.length + 1),
    name,
    Buffer.from([0]), // the topic's tags
    Buffer.from([0, 0]), // no auto-creation, no operations
    Buffer.from([0]), // the request's tags
  ]);
  return encoderOf(body);
}

/** The id of the one topic in an answer, as 32 hexadecimal digits. */
function readTopicId(payload: Buffer, topic: string): string | undefined {
  const reader = new Reader(payload);
  reader.tags();
  reader.skip(4); // throttle time
  for (let brokers = reader.count(); brokers > 0; brokers -= 1) {
    reader.skip(4); // node
    reader.text();
    reader.skip(4); // port
    reader.text(); // rack
    reader.tags();
  }
  reader.text(); // cluster
  reader.skip(4); // controller
  if (reader.count() === 0) return undefined;
  const errorCode = reader.bytes(2).readInt16BE();
  const name = reader.text();
  const id = reader.bytes(16).toString("hex");
  return errorCode === 0 && name === topic && !/^0+$/.test(id) ? id : undefined;
}

/** Reads the compact forms of Kafka's flexible versions. */
class Reader {
  private at = 0;

  constructor(private readonly buffer: Buffer) {}

  bytes(length: number): Buffer {
    const value = this.buffer.subarray(this.at, this.at + length);
    if (value.length < length) throw new Error("the cluster's answer is cut off");
    this.at += length;
    return value;
  }

  skip(length: number): void {
    this.bytes(length);
  }

  uvarint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes(1)[0] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  /** Of an array; a null array counts as empty. */
  count(): number {
    return Math.max(0, this.uvarint() - 1);
  }

  text(): string {
    return this.bytes(this.count()).toString();
  }

  tags(): void {
    for (let left = this.uvarint(); left > 0; left -= 1) {
      this.uvarint();
      this.skip(this.uvarint());
    }
  }
}

function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
