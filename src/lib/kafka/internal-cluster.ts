import type { Kafka } from "kafkajs";

/**
 * The parts of kafkajs that are reached for where its public calls do not do: its connections, with
 * their TLS and login, and what it knows of brokers and leaders. They are internal: its version is
 * pinned, and the integration tests hold this to it.
 */
export interface InternalCluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  isConnected(): boolean;
  refreshMetadata(): Promise<void>;
  refreshMetadataIfNecessary(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  removeBroker(address: { host: string; port: number }): void;
  findControllerBroker(): Promise<InternalBroker>;
  findBroker(place: { nodeId: string }): Promise<InternalBroker>;
  /** Partitions by the id of the broker that leads them. */
  findLeaderForPartitions(
    topic: string,
    partitions: readonly number[],
  ): Readonly<Record<string, readonly number[]>>;
}

export interface InternalBroker {
  versions: Readonly<Record<number, { maxVersion: number }>>;
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  initProducerId(options: {
    transactionTimeout: number;
  }): Promise<{ producerId: string; producerEpoch: number }>;
  connectionPool: InternalConnection & { getConnection(): Promise<InternalConnection> };
}

export interface InternalConnection {
  send<T>(call: {
    request: {
      apiKey: number;
      apiVersion: number;
      apiName: string;
      encode: () => Promise<InternalEncoder>;
    };
    response: {
      decode: (payload: Buffer) => Promise<Buffer>;
      parse: (payload: Buffer) => Promise<T>;
    };
  }): Promise<T>;
}

export interface InternalEncoder {
  writeBufferInternal(value: Buffer): void;
}

/** A cluster that nothing is connected to yet; undefined where kafkajs is not the one expected. */
export function internalCluster(kafka: Kafka): InternalCluster | undefined {
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === "private:Kafka:createCluster",
  );
  if (symbol === undefined) return undefined;
  const create = (kafka as unknown as Record<symbol, unknown>)[symbol];
  if (typeof create !== "function") return undefined;
  return (create as (options: object) => InternalCluster)({
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
  });
}

/** A request's body as kafkajs' connection takes it. */
export function encoderOf(body: Buffer): InternalEncoder {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- CommonJS, and without types
  const KafkaEncoder = require("kafkajs/src/protocol/encoder") as new (
    bytes: number,
  ) => InternalEncoder;
  const encoder = new KafkaEncoder(Math.max(1, body.length));
  encoder.writeBufferInternal(body);
  return encoder;
}
