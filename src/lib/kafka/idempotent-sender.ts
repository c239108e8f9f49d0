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
/** An answer that has not come by then does not come. */
const answerMs = 40_000;
/** For a first connection: the cluster has just been asked for the topic. */
const firstPatienceMs = 2000;
const closeWithinMs = 5000;

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
  /** Connects to the cluster, with the topic's metadata read. */
  open: () => Promise<InternalCluster>;
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
  private opening: Promise<InternalCluster> | undefined;

  /** @param cluster - connected; undefined after a failure, until it is opened anew */
  constructor(
    private readonly target: SenderTarget,
    private readonly effects: Effects,
    private cluster?: InternalCluster,
  ) {}

  /** @throws {@link WorkbenchError} code KAFKA */
  static async connect(
    settings: KafkaConfig,
    effects: Effects,
    topic: string,
    codec: Codec,
  ): Promise<IdempotentSender> {
    const kafka = await createKafka(settings, effects, true);
    const open = async (): Promise<InternalCluster> => {
      const cluster = internalCluster(kafka);
      if (cluster === undefined) throw new WorkbenchError("INTERNAL", "kafkajs has no cluster");
      try {
        await cluster.connect();
        await cluster.addTargetTopic(topic);
        return cluster;
      } catch (error) {
        await cluster.disconnect().catch(() => undefined);
        throw error;
      }
    };
    try {
      return await retrying(effects, firstPatienceMs, async () => {
        const cluster = await open();
        try {
          const broker = await cluster.findControllerBroker();
          const { producerId, producerEpoch } = await broker.initProducerId({
            transactionTimeout: 60_000,
          });
          const producer = { producerId: BigInt(producerId), producerEpoch };
          const target = { ...settings, ...producer, topic, codec, open };
          return new IdempotentSender(target, effects, cluster);
        } catch (error) {
          await cluster.disconnect().catch(() => undefined);
          throw error;
        }
      });
    } catch (error) {
      throw kafkaError(error, { ...settings.kafka, topic });
    }
  }

  async send(partition: number, records: EncodedRecords): Promise<"stored" | "too-large"> {
    const { codec, kafka, topic, producerId, producerEpoch } = this.target;
    const sequence = this.sequences.get(partition) ?? 0;
    const body = await codec.compress(records.bytes);
    const origin = { producerId, producerEpoch, sequence };
    const batch = encodeBatch(records, body, codec.number, origin);
    let tries = 0;
    try {
      return await retrying(this.effects, patienceMs, async () => {
        tries += 1;
        const code = await this.attempt(partition, batch);
        if (code === ProduceCode.messageTooLarge || code === ProduceCode.batchTooLarge) {
          return "too-large";
        }
        // Only what was sent before can be there already.
        const isStored = code === ProduceCode.none || (code === ProduceCode.duplicate && tries > 1);
        if (!isStored) throw produceError(code);
        this.sequences.set(partition, nextSequence(sequence, records.count));
        return "stored";
      });
    } catch (error) {
      throw kafkaError(error, { ...kafka, topic });
    }
  }

  async close(): Promise<void> {
    const { cluster } = this;
    if (cluster !== undefined) await within(this.effects, closeWithinMs, cluster.disconnect());
  }

  /** Sends the batch once; what it cannot know is thrown, with the way to the broker made new. */
  private async attempt(partition: number, batch: Buffer): Promise<number> {
    const { effects } = this;
    const cluster = this.cluster ?? (await this.open());
    try {
      const code = await within(effects, answerMs, this.request(cluster, partition, batch));
      // Whoever leads the partition now is to be found before the next try.
      if (code !== ProduceCode.none && isRetriable(produceError(code))) {
        await within(effects, answerMs, cluster.refreshMetadata());
      }
      return code;
    } catch (error) {
      // kafkajs' connections do not always come out of a failure (some of its promises then never
      // settle): a new one does.
      if (this.cluster === cluster) this.cluster = undefined;
      cluster.disconnect().catch(() => undefined);
      throw asBrokenConnection(error);
    }
  }

  /** Connects anew, once for all partitions. */
  private async open(): Promise<InternalCluster> {
    this.opening ??= within(this.effects, answerMs, this.target.open()).finally(() => {
      this.opening = undefined;
    });
    return (this.cluster = await this.opening);
  }

  private async request(
    cluster: InternalCluster,
    partition: number,
    batch: Buffer,
  ): Promise<number> {
    const { topic } = this.target;
    await cluster.refreshMetadataIfNecessary();
    const [leader] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
    if (leader === undefined) throw produceError(ProduceCode.unknownPartition);
    const broker = await cluster.findBroker({ nodeId: leader });
    const body = encodeProduceRequest(topic, partition, batch, replicasTimeoutMs);
    return broker.connectionPool.send({
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
  }
}

/**
 * Where one partition's failure has closed the connections, another's request in the middle of them
 * meets parts of kafkajs that are gone, as a TypeError.
 */
function asBrokenConnection(error: unknown): unknown {
  if (!(error instanceof TypeError)) return error;
  return new WorkbenchError("KAFKA", `the connection to Kafka broke: ${error.message}`, {
    retryable: true,
    cause: error,
  });
}

/** Tries again after what may pass, for some time. */
async function retrying<T>(effects: Effects, forMs: number, act: () => Promise<T>): Promise<T> {
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

/** What an action comes to, or an error once it has taken too long. */
async function within<T>(effects: Effects, ms: number, action: Promise<T>): Promise<T> {
  const settled = new AbortController();
  const late = effects.sleep(ms, settled.signal).then(() => {
    throw new WorkbenchError("KAFKA", `Kafka has not answered within ${ms / 1000} s`, {
      retryable: true,
    });
  });
  // Once the action has settled, its end is of no interest.
  late.catch(() => undefined);
  try {
    return await Promise.race([action, late]);
  } finally {
    settled.abort();
    action.catch(() => undefined);
  }
}
