import { randomUUID } from "node:crypto";
import type { Consumer, EachBatchPayload } from "kafkajs";
import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import { createKafka } from "../kafka/client";
import type { DeadLetters } from "../kafka/dead-letters";
import { fetchCommitted } from "../kafka/group-offsets";
import { kafkaError } from "../kafka/kafka-error";
import type { RotationReason } from "./buffer";
import type { LandedTopic } from "./landed-topic";
import { originKey } from "./object-key";
import type { ObjectStore } from "./object-store";
import { type Origin, readOrCreateOrigin, wayOn } from "./origin";
import { PartitionWriter, type LandedCounts } from "./partition-writer";
import { checkPosition, fetchTopicState, type TopicState } from "./topic-guard";

/** The topic, and where the group stands in it. */
type GroupState = TopicState & { committed: ReadonlyMap<number, bigint> };

/** Restarts of the client after a failure, with nothing landed in between. */
const maxRestarts = 5;

/** A partition this member has: its writer, once its place in the log is known. */
interface Assignment {
  writer: Promise<PartitionWriter | undefined>;
  /** The first offset of a batch that left a gap: the second time it is a gap in the log itself. */
  gapAt: bigint | undefined;
}

/** Told of what happens in a group. */
export interface LandingEvents {
  landed(counts: LandedCounts): void;
  /** The group cannot go on. */
  failed(error: WorkbenchError): void;
}

/**
 * A member of the consumer group that lands raw objects: a writer for each partition it is given.
 * Offsets are committed by the writers alone.
 */
export class LandingGroup {
  private readonly runId = randomUUID();
  private readonly assignments = new Map<number, Assignment>();
  private restarts = 0;
  private consumer: Consumer | undefined;
  private readonly settings: Settings;

  /** @param landed - the topic, and the group to join */
  constructor(
    private readonly landed: LandedTopic,
    private readonly store: ObjectStore,
    private readonly deadLetters: DeadLetters,
    private readonly events: LandingEvents,
    private readonly effects: Effects,
  ) {
    this.settings = landed.settings;
  }

  /** Joins the group and begins to read. */
  async start(): Promise<void> {
    const { topic } = this.settings.kafka;
    const kafka = await createKafka(this.settings, this.effects);
    const consumer = kafka.consumer({
      groupId: this.landed.group,
      sessionTimeout: 20_000,
      heartbeatInterval: 2000,
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
      retry: {
        initialRetryTime: 250,
        retries: 6,
        restartOnFailure: () => {
          this.restarts += 1;
          return Promise.resolve(this.restarts <= maxRestarts);
        },
      },
    });
    this.consumer = consumer;
    consumer.on("consumer.group_join", ({ payload }) => {
      this.assign(payload.memberAssignment[topic] ?? []);
    });
    consumer.on("consumer.crash", ({ payload }) => {
      this.retireAll();
      const error = kafkaError(payload.error, this.settings.kafka);
      if (!payload.restart) this.events.failed(error);
      else this.effects.logger.warn(`${error.message}: joining again`, { attempt: this.restarts });
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 4,
        eachBatch: (payload) => this.takeBatch(payload),
      });
    } catch (error) {
      throw kafkaError(error, this.settings.kafka);
    }
  }

  /** Writes what has waited long enough; to be called every so often, for partitions at rest. */
  async rotateIdle(): Promise<void> {
    for (const writer of await this.writers()) writer.rotateIfDue();
  }

  /** Writes what the partitions hold that have been read up to an offset; each has its own. */
  async drainReached(ends: ReadonlyMap<number, bigint>, reason: RotationReason): Promise<void> {
    const reached = [...this.assignments].map(async ([partition, { writer }]) => {
      const found = await writer;
      const end = ends.get(partition);
      if (found !== undefined && end !== undefined && found.nextOffset >= end) {
        await found.drain(reason);
      }
    });
    await Promise.all(reached);
  }

  /** Writes everything read so far. */
  async drain(reason: RotationReason): Promise<void> {
    await Promise.all((await this.writers()).map((writer) => writer.drain(reason)));
  }

  /** Leaves the group; what is not written will be read again. */
  async leave(): Promise<void> {
    const writers = await this.writers();
    this.retireAll();
    await Promise.all(writers.map((writer) => writer.settled()));
    await this.consumer?.disconnect().catch(() => undefined);
  }

  private async writers(): Promise<PartitionWriter[]> {
    const all = await Promise.all([...this.assignments.values()].map(({ writer }) => writer));
    return all.filter((writer) => writer !== undefined);
  }

  /** A new generation: other members may have had the partitions meanwhile, so all begin anew. */
  private assign(partitions: readonly number[]): void {
    const { topic } = this.settings.kafka;
    this.retireAll();
    this.effects.logger.info("partitions assigned", { topic, partitions: partitions.join(", ") });
    const state = this.askState();
    for (const partition of partitions) {
      const assignment: Assignment = {
        gapAt: undefined,
        writer: state
          .then((known) => this.beginWriter(partition, known))
          .catch((error: unknown) => {
            // Of an assignment that has been taken back meanwhile, nobody wants to know.
            if (this.assignments.get(partition) === assignment) this.fail(error);
            return undefined;
          }),
      };
      this.assignments.set(partition, assignment);
    }
  }

  private async askState(): Promise<GroupState> {
    const { settings, effects } = this;
    const { group } = this.landed;
    const topic = await fetchTopicState(settings, effects);
    return { ...topic, committed: await fetchCommitted(settings, effects, group) };
  }

  private async beginWriter(partition: number, state: GroupState): Promise<PartitionWriter> {
    const { settings, store, effects } = this;
    const { prefix } = settings.raw;
    const { topic } = settings.kafka;
    const committed = state.committed.get(partition);
    const low = state.bounds.get(partition)?.low ?? 0n;
    const origin = await readOrCreateOrigin(
      store,
      prefix,
      state.identity,
      partition,
      committed ?? low,
    );
    const nextOffset =
      committed !== undefined && committed > origin.startOffset ? committed : origin.startOffset;
    const place = store.address(originKey(prefix, topic, partition));
    checkPosition(origin, state, nextOffset, place);
    this.consumer?.seek({ topic, partition, offset: nextOffset.toString() });
    return new PartitionWriter(
      {
        topic,
        partition,
        prefix,
        read: this.landed.read,
        store,
        effects,
        limits: settings.rotation,
        deadLetters: this.deadLetters,
        runId: this.runId,
        checkTopic: (_partition, last) => this.checkTopic(origin, last, place),
        commit: (_partition, offset) => this.commit(partition, offset),
        landed: (counts) => {
          this.restarts = 0;
          this.events.landed(counts);
        },
        ready: () => this.resume(partition),
        failed: (error) => this.fail(error),
      },
      nextOffset,
    );
  }

  private async takeBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { partition, topic } = batch;
    const assignment = this.assignments.get(partition);
    const writer = await assignment?.writer;
    if (assignment === undefined || writer === undefined || !payload.isRunning()) return;
    if (this.assignments.get(partition) !== assignment) return;
    const first = BigInt(batch.messages[0]?.offset ?? writer.nextOffset);
    if (first > writer.nextOffset && assignment.gapAt !== first) {
      // Fetched from another place than wanted, or a gap in the log: ask for the wanted offset.
      assignment.gapAt = first;
      await this.checkGap(partition, writer);
      this.consumer?.seek({ topic, partition, offset: writer.nextOffset.toString() });
      return;
    }
    for (const message of batch.messages) {
      const taken = writer.take({
        offset: BigInt(message.offset),
        timestampMs: Number(message.timestamp),
        key: message.key,
        value: message.value,
      });
      if (!taken) {
        this.consumer?.pause([{ topic, partitions: [partition] }]);
        return;
      }
      payload.resolveOffset(message.offset);
    }
  }

  private async checkGap(partition: number, writer: PartitionWriter): Promise<void> {
    const { settings, effects } = this;
    try {
      const { bounds } = await fetchTopicState(settings, effects);
      const low = bounds.get(partition)?.low ?? 0n;
      if (low > writer.nextOffset) {
        // kafkajs has committed its own reset: put the group back to where it stood.
        await this.commit(partition, writer.nextOffset).catch(() => undefined);
        throw new WorkbenchError(
          "TOPIC_MISMATCH",
          `the log of ${settings.kafka.topic}, partition ${partition}, was cut to offset ${low}: records from ${writer.nextOffset} on were deleted before they were landed`,
          { hint: wayOn },
        );
      }
    } catch (error) {
      this.fail(error);
    }
  }

  /** The last look before an object is written. */
  private async checkTopic(origin: Origin, lastOffset: bigint, place: string): Promise<void> {
    const state = await fetchTopicState(this.settings, this.effects);
    const low = state.bounds.get(origin.partition)?.low ?? 0n;
    // What was read may leave the log meanwhile; what was read must once have been in it.
    const reached = lastOffset + 1n;
    checkPosition(origin, state, low > reached ? low : reached, place);
  }

  private async commit(partition: number, offset: bigint): Promise<void> {
    const { topic } = this.settings.kafka;
    await this.consumer?.commitOffsets([{ topic, partition, offset: offset.toString() }]);
  }

  private resume(partition: number): void {
    const { topic } = this.settings.kafka;
    if (this.assignments.has(partition))
      this.consumer?.resume([{ topic, partitions: [partition] }]);
  }

  private retireAll(): void {
    for (const { writer } of this.assignments.values()) {
      void writer.then((found) => found?.retire());
    }
    this.assignments.clear();
  }

  private fail(error: unknown): void {
    this.events.failed(
      error instanceof WorkbenchError ? error : kafkaError(error, this.settings.kafka),
    );
  }
}
