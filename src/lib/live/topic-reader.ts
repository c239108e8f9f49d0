import type { Consumer, EachBatchPayload, KafkaMessage } from "kafkajs";
import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import { parseMessage } from "../events/parse-message";
import { createKafka, withAdmin } from "../kafka/client";
import { kafkaError } from "../kafka/kafka-error";
import { privateGroup } from "../kafka/read-range";
import { fetchLogBounds } from "../kafka/topic";
import type { Start } from "./start-places";
import type { WaitedClock } from "./waited-clock";
import type { WindowedAggregates } from "./windowed-aggregates";

/** Small enough that no partition runs far ahead of another within one fetch. */
const maxBytesPerPartition = 262_144;

/** Told of what happens while a topic is read. */
export interface ReaderEvents {
  /** A batch was taken. A promise makes the next one wait; it keeps the group alive meanwhile. */
  taken(heartbeat: () => Promise<void>): Promise<void>;
  /** The reading cannot go on. */
  failed(error: WorkbenchError): void;
}

/**
 * Reads a topic into the aggregates, with a group of its own that commits nothing. It keeps its
 * places itself: what the client reads again, or from elsewhere, is not counted twice.
 */
export class TopicReader {
  /** The next offset wanted, by partition. */
  private readonly wanted = new Map<number, bigint>();
  /** Partitions whose log had lost its beginning where the reading began. */
  private readonly cut = new Set<number>();
  private readonly paused = new Set<number>();
  private readonly gaps = new Map<number, bigint>();
  private consumer: Consumer | undefined;
  /** Records deleted from the log before they were read. */
  missed = 0;

  constructor(
    private readonly settings: Settings,
    private readonly aggregates: WindowedAggregates,
    private readonly clock: WaitedClock,
    private readonly events: ReaderEvents,
    private readonly effects: Effects,
  ) {}

  /**
   * Joins and begins to read.
   *
   * @throws {@link WorkbenchError} code KAFKA
   */
  async start({ places, partialBeforeMs }: Start): Promise<void> {
    for (const [partition, { offset, hasMore, cut }] of places) {
      this.wanted.set(partition, offset);
      if (cut) this.cut.add(partition);
      this.aggregates.addPartition(partition, hasMore);
    }
    this.aggregates.setPartialBefore(partialBeforeMs);
    const { topic } = this.settings.kafka;
    const kafka = await createKafka(this.settings, this.effects);
    const consumer = kafka.consumer({
      groupId: privateGroup("live"),
      maxWaitTimeInMs: 250,
      maxBytesPerPartition,
      allowAutoTopicCreation: false,
    });
    this.consumer = consumer;
    consumer.on("consumer.crash", ({ payload }) => {
      const error = kafkaError(payload.error, this.settings.kafka);
      if (!payload.restart) this.events.failed(error);
      else this.effects.logger.warn(`${error.message}: joining again`);
    });
    // A new generation begins where the group stood, which is nowhere.
    consumer.on("consumer.group_join", ({ payload }) => {
      for (const partition of payload.memberAssignment[topic] ?? []) this.seek(partition);
    });
    consumer.on("consumer.fetch", () => this.clock.answered());
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatch: (payload) => this.takeBatch(payload) });
    } catch (error) {
      throw kafkaError(error, this.settings.kafka);
    }
  }

  /** Makes partitions that are far ahead of the slowest wait for it, and lets the others go on. */
  align(): void {
    const { topic } = this.settings.kafka;
    for (const partition of this.wanted.keys()) {
      const ahead = this.aggregates.isAhead(partition);
      if (ahead === this.paused.has(partition)) continue;
      if (ahead) {
        this.paused.add(partition);
        this.consumer?.pause([{ topic, partitions: [partition] }]);
      } else {
        this.paused.delete(partition);
        this.consumer?.resume([{ topic, partitions: [partition] }]);
      }
    }
  }

  /** Leaves the group. */
  async stop(): Promise<void> {
    await this.consumer?.disconnect().catch(() => undefined);
  }

  private async takeBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { partition } = batch;
    const [first] = batch.messages;
    const wanted = this.wantedOf(partition);
    if (first === undefined || !payload.isRunning()) return;
    if (BigInt(batch.highWatermark) < wanted) {
      this.events.failed(madeAnew(this.settings.kafka.topic));
      return;
    }
    if (BigInt(first.offset) > wanted && !(await this.passGap(partition, wanted, first))) return;
    for (const message of batch.messages) this.takeMessage(partition, message);
    const next = BigInt(batch.lastOffset()) + 1n;
    if (next > this.wantedOf(partition)) this.wanted.set(partition, next);
    this.aggregates.setHasMore(partition, BigInt(batch.highWatermark) > this.wantedOf(partition));
    this.align();
    await this.events.taken(() => payload.heartbeat());
  }

  private takeMessage(partition: number, { offset: text, value, timestamp }: KafkaMessage): void {
    const offset = BigInt(text);
    if (offset < this.wantedOf(partition)) return;
    this.wanted.set(partition, offset + 1n);
    if (this.cut.delete(partition)) this.aggregates.setPartialBefore(Number(timestamp));
    const parsed = parseMessage(value);
    if (parsed.message !== undefined) {
      this.aggregates.take(parsed.message, { partition, offset });
    } else {
      this.aggregates.takeUnreadable({ partition, offset });
      this.effects.logger.warn(`unreadable: ${parsed.reason}`, { partition, offset: text });
    }
  }

  /** A partition that was added meanwhile is read from its beginning. */
  private wantedOf(partition: number): bigint {
    const wanted = this.wanted.get(partition);
    if (wanted !== undefined) return wanted;
    this.wanted.set(partition, 0n);
    this.aggregates.addPartition(partition, true);
    return 0n;
  }

  private seek(partition: number): void {
    const { topic } = this.settings.kafka;
    const offset = this.wantedOf(partition).toString();
    this.consumer?.seek({ topic, partition, offset });
  }

  /** Whether what comes next is really next: asked for once more, it comes again, or was deleted. */
  private async passGap(partition: number, wanted: bigint, first: KafkaMessage): Promise<boolean> {
    const offset = BigInt(first.offset);
    if (this.gaps.get(partition) !== offset) {
      this.gaps.set(partition, offset);
      this.seek(partition);
      return false;
    }
    const { topic } = this.settings.kafka;
    const bounds = await withAdmin(this.settings, this.effects, (admin) =>
      fetchLogBounds(admin, topic),
    );
    const low = bounds.get(partition)?.low ?? 0n;
    if (low > wanted) {
      this.missed += Number(low - wanted);
      this.cut.add(partition);
      this.effects.logger.warn(
        `the log of ${topic} was cut while it was read: ${low - wanted} records are missing`,
        { partition, offset: wanted.toString() },
      );
    }
    return true;
  }
}

function madeAnew(topic: string): WorkbenchError {
  return new WorkbenchError(
    "TOPIC_MISMATCH",
    `the topic ${topic} was made anew while it was read`,
    {
      hint: "start again: npx workbench live",
    },
  );
}
