import type { KafkaSettings } from "../config/settings";
import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import { createKafka, type KafkaConfig } from "./client";
import type { Codec } from "./compression";
import { encoderOf, type InternalCluster, internalCluster } from "./internal-cluster";
import { isRetriable, kafkaError, ProduceCode, produceError } from "./kafka-error";
import { encodeProduceRequest, readProduceCode } from "./produce-request";
import { encodeBatch, type EncodedRecords, nextSequence } from "./record-batch";

/** How long a batch is tried again: for a broker that is started anew, or a leader that moves. */
const patienceMs = 120_000;
const firstPauseMs = 100;
const maxPauseMs = 5000;
/** How long the broker waits for its replicas; shorter than the connection waits for the broker. */
const replicasTimeoutMs = 8_000;

/** Stores batches, each for one partition; a partition's next waits for the one before. */
export interface BatchSender {
  /**
   * Resolves once all in-sync replicas have the records, or the broker has said that they are too
   * large. Rejects where neither is known.
   */
  send(partition: number, records: EncodedRecords): Promise<"stored" | "too-large">;
  close(): Promise<void>;
}

/** Where a sender writes, and as whom. */
export interface SenderTarget {
  kafka: Pick<KafkaSettings, "brokers">;
  topic: string;
  codec: Codec;
  cluster: InternalCluster;
  producerId: bigint;
  producerEpoch: number;
}

/**
 * An idempotent producer over kafkajs' connections: a batch is compressed and encoded once, and is
 * tried again as the same bytes with the same sequence number, so that the broker stores it once
 * however often it comes. kafkajs' own producer holds a lock a broker while it compresses, and
 * encodes anew for each try.
 */
export class IdempotentSender implements BatchSender {
  private readonly sequences = new Map<number, number>();

  constructor(
    private readonly target: SenderTarget,
    private readonly effects: Effects,
  ) {}

  /** @throws {@link WorkbenchError} code KAFKA */
  static async connect(
    settings: KafkaConfig,
    effects: Effects,
    topic: string,
    codec: Codec,
  ): Promise<IdempotentSender> {
    const cluster = internalCluster(await createKafka(settings, effects, true));
    if (cluster === undefined) throw new WorkbenchError("INTERNAL", "kafkajs has no cluster");
    const open = async (): Promise<{ producerId: string; producerEpoch: number }> => {
      await cluster.connect();
      await cluster.addTargetTopic(topic);
      const broker = await cluster.findControllerBroker();
      return broker.initProducerId({ transactionTimeout: 60_000 });
    };
    try {
      const { producerId, producerEpoch } = await retrying(open, effects, firstPauseMs * 20);
      const producer = { producerId: BigInt(producerId), producerEpoch };
      return new IdempotentSender({ ...settings, ...producer, topic, codec, cluster }, effects);
    } catch (error) {
      await cluster.disconnect().catch(() => undefined);
      throw kafkaError(error, { ...settings.kafka, topic });
    }
  }

  async send(partition: number, records: EncodedRecords): Promise<"stored" | "too-large"> {
    const { codec, kafka, topic, ...producer } = this.target;
    const sequence = this.sequences.get(partition) ?? 0;
    const body = await codec.compress(records.bytes);
    const batch = encodeBatch(records, body, codec.number, { ...producer, sequence });
    let tries = 0;
    const attempt = async (): Promise<"stored" | "too-large"> => {
      tries += 1;
      const code = await this.request(partition, batch).catch((error: unknown) =>
        this.recover(error),
      );
      if (code === ProduceCode.messageTooLarge || code === ProduceCode.batchTooLarge) {
        return "too-large";
      }
      // Only what was sent before can be there already.
      const isStored = code === ProduceCode.none || (code === ProduceCode.duplicate && tries > 1);
      if (!isStored) await this.recover(produceError(code));
      this.sequences.set(partition, nextSequence(sequence, records.count));
      return "stored";
    };
    try {
      return await retrying(attempt, this.effects, patienceMs);
    } catch (error) {
      throw kafkaError(error, { ...kafka, topic });
    }
  }

  close(): Promise<void> {
    return this.target.cluster.disconnect();
  }

  private async request(partition: number, batch: Buffer): Promise<number> {
    const { cluster, topic } = this.target;
    await cluster.refreshMetadataIfNecessary();
    const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
    if (leader === undefined) throw produceError(ProduceCode.unknownPartition);
    const broker = await cluster.findBroker({ nodeId: leader });
    const body = encodeProduceRequest(topic, partition, batch, replicasTimeoutMs);
    try {
      return await broker.connectionPool.send({
        request: {
          apiKey: 0,
          apiVersion: 3,
          apiName: "Produce",
          encode: () => Promise.resolve(encoderOf(body)),
        },
        response: {
          decode: (payload) => Promise.resolve(payload),
          parse: (payload) => Promise.resolve(readProduceCode(payload, topic, partition)),
        },
      });
    } catch (error) {
      if (nameOf(error) === "KafkaJSConnectionClosedError") await broker.disconnect();
      throw error;
    }
  }

  /** Learns anew who leads what, and throws the error on: the next try may find it mended. */
  private async recover(error: unknown): Promise<never> {
    if (isRetriable(error)) {
      const { cluster } = this.target;
      try {
        if (nameOf(error) === "KafkaJSConnectionClosedError") {
          cluster.removeBroker(error as { host: string; port: number });
        }
        if (!cluster.isConnected()) await cluster.connect();
        await cluster.refreshMetadata();
      } catch (failure) {
        this.effects.logger.debug("kafka metadata cannot be read yet", { error: String(failure) });
      }
    }
    throw error;
  }
}

/** Tries again after what may pass, for some time. */
async function retrying<T>(act: () => Promise<T>, effects: Effects, forMs: number): Promise<T> {
  const startedMs = effects.now();
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(maxPauseMs, pauseMs * 2)) {
    try {
      return await act();
    } catch (error) {
      if (!isRetriable(error) || effects.now() - startedMs >= forMs) throw error;
      effects.metrics.add("workbench_kafka_retries_total", { client: "producer" });
      effects.logger.debug("kafka: trying again", { error: String(error), pauseMs });
      await effects.sleep(pauseMs);
    }
  }
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}
