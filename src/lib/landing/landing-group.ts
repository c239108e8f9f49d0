import { randomUUID } from "node:crypto";
import type { Consumer, EachBatchPayload } from "kafkajs";
import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import { createKafka } from "../kafka/client";
import { fetchCommitted } from "../kafka/group-offsets";
import { kafkaError } from "../kafka/kafka-error";
import type { Assignment } from "./assignment";
import type { RotationReason } from "./buffer";
import { Intake } from "./intake";
import type { LandedTopic } from "./landed-topic";
import { originKey } from "./object-key";
import { checkIdentity, type Origin, readOrCreateOrigin, startOffset } from "./origin";
import { PartitionWriter, type LandedCounts } from "./partition-writer";
import type { LandingResources } from "./resources";
import { RestartLimit } from "./restart-limit";
import { checkPosition, checkReached, patiently, type TopicState } from "./topic-guard";
import { TopicWatch } from "./topic-watch";

/** How long a member that leaves waits for the broker to hear of it. */
const leaveWithinMs = 5000;

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
  private readonly lettersSent = new Map<number, bigint>();
  private readonly restarts: RestartLimit;
  private readonly watch: TopicWatch;
  private readonly settings: Settings;
  /** An origin of the topic, once one was read. */
  private known: { origin: Origin; place: string } | undefined;
  private consumer: Consumer | undefined;
  private intake: Intake | undefined;
  /** Told once a failure is known: what it leads to is no news. */
  private isOver = false;

  /** @param landed - the topic, and the group to join */
  constructor(
    private readonly landed: LandedTopic,
    private readonly resources: LandingResources,
    private readonly events: LandingEvents,
    private readonly effects: Effects,
  ) {
    this.settings = landed.settings;
    this.restarts = new RestartLimit(effects);
    this.watch = TopicWatch.over(landed.settings, effects);
  }

  /** Joins the group and begins to read. */
  async start(): Promise<void> {
    const { topic } = this.settings.kafka;
    const { metrics } = this.effects;
    const kafka = await createKafka(this.settings, this.effects);
    const consumer = kafka.consumer({
      groupId: this.landed.group,
      sessionTimeout: 20_000,
      heartbeatInterval: 2000,
      maxWaitTimeInMs: 500,
      // What the client holds by itself stays small: an answer is compressed, and grows tenfold.
      maxBytes: 4_000_000,
      maxBytesPerPartition: 1_000_000,
      // One isolation level for all who ever write to the prefix: the gaps must be the same.
      readUncommitted: false,
      allowAutoTopicCreation: false,
      retry: {
        initialRetryTime: 250,
        retries: 6,
        restartOnFailure: () => Promise.resolve(!this.isOver && this.restarts.allow()),
      },
    });
    this.consumer = consumer;
    const intake = new Intake(consumer, topic, this.assignments, this.resources, (partition) =>
      this.recheck(partition),
    );
    this.intake = intake;
    consumer.on("consumer.group_join", ({ payload }) => {
      this.assign(payload.memberAssignment[topic] ?? []);
    });
    consumer.on("consumer.crash", ({ payload }) => {
      this.retireAll();
      const error = kafkaError(payload.error, this.settings.kafka);
      if (payload.restart) {
        metrics.add("workbench_consumer_restarts_total", { topic });
        const { attempts } = this.restarts;
        this.effects.logger.warn(`${error.message}: joining again`, { attempt: attempts });
      } else void this.failAfterCrash(error);
    });
    try {
      await consumer.connect();
      await consumer.subscribe({ topic, fromBeginning: true });
      await consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 4,
        eachBatch: (payload: EachBatchPayload) => intake.takeBatch(payload),
      });
    } catch (error) {
      throw kafkaError(error, this.settings.kafka);
    }
  }

  /** The writers that know their place. */
  get writers(): PartitionWriter[] {
    return [...this.assignments.values()].flatMap(({ writer }) => writer ?? []);
  }

  /** Partitions that wait for S3. */
  get pausedPartitions(): number {
    return this.intake?.pausedCount ?? 0;
  }

  /** Writes what has waited long enough; to be called every so often, for partitions at rest. */
  rotateIdle(): void {
    for (const writer of this.writers) writer.rotateIfDue();
    this.intake?.resumeReady();
  }

  /**
   * Writes what the partitions hold that have been read up to an offset; each has its own.
   *
   * @returns whether every partition of this member is landed up to its offset
   */
  drainReached(ends: ReadonlyMap<number, bigint>, reason: RotationReason): boolean {
    let isThere = true;
    for (const [partition, { writer }] of this.assignments) {
      const end = ends.get(partition) ?? 0n;
      if (writer !== undefined && writer.landedTo >= end && writer.state !== "uploaded") continue;
      isThere = false;
      const isRead = writer !== undefined && writer.nextOffset >= end;
      if (isRead && !writer.isIdle && !writer.isUploading) writer.start(reason);
    }
    return isThere;
  }

  /** Reads no more; what was read stays. */
  stopReading(): void {
    this.intake?.stop();
  }

  /** Writes everything read so far. */
  async drain(reason: RotationReason): Promise<void> {
    await Promise.all(this.writers.map((writer) => writer.drain(reason)));
  }

  /** Looks whether the topic is still the one, for partitions at rest too. */
  async look(): Promise<TopicState> {
    const checks = [...this.assignments.values()].map(({ beginCheck }) => beginCheck?.());
    const state = await this.watch.now();
    try {
      if (this.known !== undefined) {
        checkIdentity(this.known.origin, state.identity, this.known.place);
      }
      for (const check of checks) check?.(state);
    } catch (error) {
      this.fail(error);
    }
    return state;
  }

  /** Leaves the group; what is not written will be read again. */
  async leave(): Promise<void> {
    this.isOver = true;
    const { writers } = this;
    this.retireAll();
    await Promise.all(writers.map((writer) => writer.settled()));
    const left = this.consumer?.disconnect().catch(() => undefined);
    // A broker that is away must not hold up a stop: the group finds out by its session time-out.
    const hasLeft = new AbortController();
    const waited = this.effects.sleep(leaveWithinMs, hasLeft.signal).catch(() => undefined);
    await Promise.race([left, waited]);
    hasLeft.abort();
  }

  /** A new generation: other members may have had the partitions meanwhile, so all begin anew. */
  private assign(partitions: readonly number[]): void {
    const { topic } = this.settings.kafka;
    this.retireAll();
    this.effects.metrics.add("workbench_rebalances_total", { topic });
    this.effects.logger.info("partitions assigned", { topic, partitions: partitions.join(", ") });
    // Nothing is fetched before its place is known; and the heartbeats go on meanwhile, even where
    // S3 is away.
    this.intake?.hold(partitions);
    if (partitions.length === 0) return;
    const { settings, effects, landed } = this;
    const committed = patiently(effects, () => fetchCommitted(settings, effects, landed.group));
    // In this order: the log's end must not be older than what is committed.
    const state = committed.then(() => this.watch.now());
    for (const partition of partitions) {
      const assignment: Assignment = { writer: undefined, gapAt: undefined, beginCheck: undefined };
      this.assignments.set(partition, assignment);
      this.beginWriter(partition, assignment, state, committed).catch((error: unknown) => {
        // Of an assignment that has been taken back meanwhile, nobody wants to know.
        if (this.assignments.get(partition) === assignment) this.fail(error);
      });
    }
  }

  private async beginWriter(
    partition: number,
    assignment: Assignment,
    topicState: Promise<TopicState>,
    offsets: Promise<ReadonlyMap<number, bigint>>,
  ): Promise<void> {
    const { settings, resources, effects, runId, lettersSent } = this;
    const { store } = resources;
    const { prefix } = settings.raw;
    const { topic } = settings.kafka;
    const [state, committed] = await Promise.all([topicState, offsets]);
    const bounds = state.bounds.get(partition) ?? { low: 0n, high: 0n };
    const position = committed.get(partition);
    const start = startOffset(bounds, position);
    const origin = await readOrCreateOrigin(store, prefix, state.identity, partition, start);
    const nextOffset =
      position !== undefined && position > origin.startOffset ? position : origin.startOffset;
    const place = store.address(originKey(prefix, topic, partition));
    checkPosition(origin, state, nextOffset, place);
    this.known = { origin, place };
    if (this.assignments.get(partition) !== assignment) return;
    const writer = new PartitionWriter(
      {
        topic,
        partition,
        prefix,
        read: this.landed.read,
        resources,
        lettersSent,
        effects,
        limits: settings.rotation,
        runId,
        checkTopic: async (last) => checkReached(origin, await this.watch.now(), last, place),
        commit: (offset) => this.commit(partition, offset),
        seek: (offset) => this.intake?.seek(partition, offset),
        landed: (counts) => {
          this.restarts.landed();
          this.events.landed(counts);
        },
        ready: () => this.intake?.resumeReady(),
        failed: (error) => {
          if (this.assignments.get(partition) === assignment) this.fail(error);
        },
      },
      nextOffset,
    );
    assignment.beginCheck = () => {
      const { nextOffset: asked } = writer;
      return (now) => checkPosition(origin, now, asked, place, writer.nextOffset);
    };
    assignment.writer = writer;
    this.intake?.begin(partition, nextOffset);
  }

  /** Records jump, or come again: the log was cut, the topic made anew, or the client went astray. */
  private async recheck(partition: number): Promise<void> {
    const assignment = this.assignments.get(partition);
    const writer = assignment?.writer;
    if (assignment === undefined || writer === undefined) return;
    try {
      const check = assignment.beginCheck?.();
      check?.(await this.watch.now());
    } catch (error) {
      const cut = error instanceof WorkbenchError && error.context["cut"] === true;
      // The client has written its own reset to the group: put it back to what is landed. Of a
      // topic made anew the group's place means nothing.
      if (cut) await this.commit(partition, writer.landedTo).catch(() => undefined);
      this.fail(error);
      return;
    }
    if (this.assignments.get(partition) === assignment) {
      this.intake?.begin(partition, writer.nextOffset);
    }
  }

  /** A topic that is gone, or another, shows as one error or another of the client. */
  private async failAfterCrash(error: WorkbenchError): Promise<void> {
    if (!this.isOver && !error.retryable) {
      await this.look().catch((found: unknown) => this.fail(found));
    }
    this.fail(this.restarts.isSpent ? this.restarts.giveUp(error) : error);
  }

  private async commit(partition: number, offset: bigint): Promise<void> {
    const { topic } = this.settings.kafka;
    await this.consumer?.commitOffsets([{ topic, partition, offset: offset.toString() }]);
  }

  private retireAll(): void {
    for (const { writer } of this.assignments.values()) writer?.retire();
    this.assignments.clear();
  }

  private fail(error: unknown): void {
    if (this.isOver) return;
    this.isOver = true;
    this.events.failed(
      error instanceof WorkbenchError ? error : kafkaError(error, this.settings.kafka),
    );
  }
}
