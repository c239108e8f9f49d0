import type { Effects } from "../effects";
import type { WorkbenchError } from "../errors";
import { withAdmin } from "../kafka/client";
import { fetchCommitted } from "../kafka/group-offsets";
import { fetchLogBounds, type LogBounds } from "../kafka/topic";
import type { LandedTopic } from "./landed-topic";
import { LandingGroup } from "./landing-group";
import { LandingMetrics } from "./landing-metrics";
import type { LandedCounts, PartitionWriter } from "./partition-writer";
import type { LandingResources } from "./resources";
import { checkTopicRules } from "./topic-rules";
import type { TopicSummary } from "./topic-summary";

/** What the landing of a topic needs, and whom it tells. */
export interface LandingContext {
  resources: LandingResources;
  effects: Effects;
  /** Told of each upload, after it is counted. */
  landed: () => void;
  /** Told of a failure for good. */
  failed: (error: WorkbenchError) => void;
}

/** How often the cluster is asked for the group's offsets while it catches up. */
const askMs = 1000;

/** One topic of a run: how far it is to be read, and what was landed of it. */
export class TopicLanding {
  readonly counts = { messages: 0, objects: 0, deadLetters: 0 };
  private readonly rotations: Record<string, number> = {};
  private readonly metrics: LandingMetrics;
  private group: LandingGroup | undefined;
  private passed = false;
  private askedMs = 0;

  private constructor(
    readonly topic: LandedTopic,
    private readonly ends: ReadonlyMap<number, LogBounds>,
    private readonly effects: Effects,
  ) {
    this.metrics = new LandingMetrics(effects.metrics, topic.settings.kafka.topic);
  }

  /**
   * Looks at the topic; where its log ends now is what `isCaughtUp` goes by.
   *
   * @throws {@link WorkbenchError} code KAFKA
   */
  static async open(topic: LandedTopic, effects: Effects): Promise<TopicLanding> {
    await checkTopicRules(topic.settings, effects);
    return new TopicLanding(topic, await fetchBounds(topic, effects), effects);
  }

  /** Joins the group and begins to read. */
  async start(context: LandingContext): Promise<void> {
    const { resources, effects, failed } = context;
    const landed = (counts: LandedCounts): void => {
      this.count(counts);
      context.landed();
    };
    this.group = new LandingGroup(this.topic, resources, { landed, failed }, effects);
    await this.group.start();
  }

  /** The writers of the partitions this member has. */
  get writers(): readonly PartitionWriter[] {
    return this.group?.writers ?? [];
  }

  /** Whether the group's committed offsets have passed the ends, whoever committed them. */
  async isCaughtUp(): Promise<boolean> {
    if (this.passed) return true;
    this.askedMs = this.effects.now();
    const { settings, group } = this.topic;
    const committed = await fetchCommitted(settings, this.effects, group);
    this.passed = [...this.ends].every(
      ([partition, { low, high }]) => high === low || (committed.get(partition) ?? -1n) >= high,
    );
    return this.passed;
  }

  /** Writes what has waited long enough, and notes what is held. */
  tick(): void {
    const { group } = this;
    if (group === undefined) return;
    group.rotateIdle();
    const held = group.writers.reduce((sum, { heldBytes }) => sum + heldBytes, 0);
    this.metrics.held(held, group.pausedPartitions);
  }

  /**
   * Writes what the partitions hold that have been read up to the ends.
   *
   * @returns whether it is worth asking if all is caught up
   */
  drainReached(): boolean {
    if (this.passed || this.group === undefined) return true;
    const ends = new Map([...this.ends].map(([partition, { high }]) => [partition, high]));
    const isThere = this.group.drainReached(ends, "caught-up");
    // What is left may be another member's to land.
    const waitMs = isThere ? askMs / 5 : askMs;
    return this.effects.now() - this.askedMs >= waitMs;
  }

  /** Looks at the topic, for partitions at rest too, and notes how far behind the group is. */
  async look(): Promise<void> {
    if (this.group === undefined) return;
    const { bounds } = await this.group.look();
    this.metrics.lag(await this.lagIn(bounds));
  }

  /** Reads no more; what was read stays. */
  stopReading(): void {
    this.group?.stopReading();
  }

  /** Writes everything read so far. */
  async drain(): Promise<void> {
    await this.group?.drain("stop");
  }

  /** Leaves the group; what is not written will be read again. */
  async leave(): Promise<void> {
    await this.group?.leave();
  }

  async summary(): Promise<TopicSummary> {
    const byPartition = await this.lagIn(await fetchBounds(this.topic, this.effects));
    this.metrics.lag(byPartition);
    const lag = [...byPartition.values()].reduce((sum, one) => sum + one, 0n);
    const { topic } = this.topic.settings.kafka;
    this.effects.logger.debug("rotations", { topic, ...this.rotations });
    const { messages, objects, deadLetters } = this.counts;
    return { messages, objects, dead_letters: deadLetters, lag: Number(lag) };
  }

  private async lagIn(bounds: ReadonlyMap<number, LogBounds>): Promise<Map<number, bigint>> {
    const { settings, group } = this.topic;
    const committed = await fetchCommitted(settings, this.effects, group);
    const lag = new Map<number, bigint>();
    for (const [partition, { low, high }] of bounds) {
      const behind = high - (committed.get(partition) ?? low);
      lag.set(partition, behind > 0n ? behind : 0n);
    }
    return lag;
  }

  private count(counts: LandedCounts): void {
    const { messages, objects, deadLetters, reason } = counts;
    this.counts.messages += messages;
    this.counts.objects += objects;
    this.counts.deadLetters += deadLetters;
    this.rotations[reason] = (this.rotations[reason] ?? 0) + objects;
    this.metrics.landed(counts);
  }
}

function fetchBounds(topic: LandedTopic, effects: Effects): Promise<Map<number, LogBounds>> {
  const { settings } = topic;
  return withAdmin(settings, effects, (admin) => fetchLogBounds(admin, settings.kafka.topic));
}
