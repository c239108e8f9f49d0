import type { Effects } from "../effects";
import type { WorkbenchError } from "../errors";
import { withAdmin } from "../kafka/client";
import type { DeadLetters } from "../kafka/dead-letters";
import { fetchCommitted } from "../kafka/group-offsets";
import { fetchLogBounds, type LogBounds } from "../kafka/topic";
import type { LandedTopic } from "./landed-topic";
import { LandingGroup } from "./landing-group";
import type { ObjectStore } from "./object-store";
import type { LandedCounts } from "./partition-writer";
import type { TopicSummary } from "./topic-summary";

/** What the landing of a topic needs, and whom it tells. */
export interface LandingContext {
  store: ObjectStore;
  deadLetters: DeadLetters;
  effects: Effects;
  /** Told of each upload, after it is counted. */
  landed: () => void;
  /** Told of a failure for good. */
  failed: (error: WorkbenchError) => void;
}

/** One topic of a run: how far it is to be read, and what was landed of it. */
export class TopicLanding {
  readonly counts = { messages: 0, objects: 0, deadLetters: 0 };
  private readonly rotations: Record<string, number> = {};
  private group: LandingGroup | undefined;
  private passed = false;

  private constructor(
    readonly topic: LandedTopic,
    private readonly ends: ReadonlyMap<number, LogBounds>,
    private readonly effects: Effects,
  ) {}

  /**
   * Looks at the topic; where its log ends now is what `isCaughtUp` goes by.
   *
   * @throws {@link WorkbenchError} code KAFKA
   */
  static async open(topic: LandedTopic, effects: Effects): Promise<TopicLanding> {
    return new TopicLanding(topic, await fetchBounds(topic, effects), effects);
  }

  /** Joins the group and begins to read. */
  async start(context: LandingContext): Promise<void> {
    const { store, deadLetters, effects, failed } = context;
    const landed = (counts: LandedCounts): void => {
      this.count(counts);
      context.landed();
    };
    this.group = new LandingGroup(this.topic, store, deadLetters, { landed, failed }, effects);
    await this.group.start();
  }

  /** Whether the group's committed offsets have passed the ends, whoever committed them. */
  async isCaughtUp(): Promise<boolean> {
    if (this.passed) return true;
    const { settings, group } = this.topic;
    const committed = await fetchCommitted(settings, this.effects, group);
    this.passed = [...this.ends].every(
      ([partition, { low, high }]) => high === low || (committed.get(partition) ?? -1n) >= high,
    );
    return this.passed;
  }

  /** Writes what has waited long enough. */
  async rotateIdle(): Promise<void> {
    await this.group?.rotateIdle();
  }

  /** Writes what the partitions hold that have been read up to the ends. */
  async drainReached(): Promise<void> {
    const ends = new Map([...this.ends].map(([partition, { high }]) => [partition, high]));
    if (!this.passed) await this.group?.drainReached(ends, "caught-up");
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
    const { settings, group } = this.topic;
    const bounds = await fetchBounds(this.topic, this.effects);
    const committed = await fetchCommitted(settings, this.effects, group);
    let lag = 0n;
    for (const [partition, { low, high }] of bounds)
      lag += high - (committed.get(partition) ?? low);
    this.effects.logger.debug("rotations", { topic: settings.kafka.topic, ...this.rotations });
    const { messages, objects, deadLetters } = this.counts;
    return { messages, objects, dead_letters: deadLetters, lag: Number(lag) };
  }

  private count({ messages, objects, deadLetters, reason }: LandedCounts): void {
    this.counts.messages += messages;
    this.counts.objects += objects;
    this.counts.deadLetters += deadLetters;
    this.rotations[reason] = (this.rotations[reason] ?? 0) + objects;
  }
}

function fetchBounds(topic: LandedTopic, effects: Effects): Promise<Map<number, LogBounds>> {
  const { settings } = topic;
  return withAdmin(settings, effects, (admin) => fetchLogBounds(admin, settings.kafka.topic));
}
