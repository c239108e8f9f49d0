import type { Settings } from "./config/settings";
import type { Effects } from "./effects";
import { WorkbenchError } from "./errors";
import { withAdmin } from "./kafka/client";
import { DeadLetters } from "./kafka/dead-letters";
import { fetchCommitted } from "./kafka/group-offsets";
import { ensureTopic, fetchLogBounds, type LogBounds } from "./kafka/topic";
import { LandingGroup } from "./landing/landing-group";
import type { LandedCounts } from "./landing/partition-writer";
import { openS3Store } from "./landing/s3-store";

/** Where messages go, and when to stop. */
export interface ConsumeOptions {
  /** Default: `s3`, the raw objects. */
  sinks?: readonly "s3"[];
  /**
   * `caught-up` (the default): ends once the group's committed offsets have passed the end offsets
   * of the moment it was asked. `forever`: goes on until the signal aborts.
   */
  until?: "caught-up" | "forever";
  /** Default: KAFKA_GROUP. Each sink is a group of its own: `<group>-s3`. */
  group?: string;
}

/** What came of it. */
export interface ConsumeSummary {
  /** Messages landed by this run. */
  messages: number;
  /** Raw objects created by this run. */
  objects: number;
  /** Messages that could not be read and went to the dead-letter topic. */
  dead_letters: number;
  /** Messages in the topic that the group has not committed yet. */
  lag: number;
}

const tickMs = 250;
/** How long a stop waits for what is under way. */
const stopWithinMs = 30_000;

/**
 * Lands the topic's messages as raw objects in S3. What was read when it ends, for whatever reason
 * but an error, is written and committed.
 *
 * @throws {@link WorkbenchError} code KAFKA, S3 or TOPIC_MISMATCH
 * @example
 * ```ts
 * await consume(settings, { until: "caught-up" }, systemEffects());
 * ```
 */
export async function consume(
  settings: Settings,
  options: ConsumeOptions,
  effects: Effects,
): Promise<ConsumeSummary> {
  const { sinks = ["s3"], until = "caught-up" } = options;
  const unknown = sinks.find((sink) => (sink as string) !== "s3");
  if (unknown !== undefined || sinks.length === 0) {
    throw new WorkbenchError("USAGE", `there is no sink ${JSON.stringify(unknown ?? "")}`, {
      hint: "the sink there is so far: s3",
    });
  }
  const group = `${options.group ?? settings.kafka.group}-s3`;
  effects.progress({ step: "consume", state: "connecting to Kafka" });
  await ensureTopic(settings, effects);
  const run = new ConsumeRun(settings, group, until, effects);
  return run.run();
}

class ConsumeRun {
  private readonly counts = { messages: 0, objects: 0, deadLetters: 0 };
  private readonly rotations: Record<string, number> = {};
  private failure: WorkbenchError | undefined;
  /** Wakes the loop. */
  private readonly over = new AbortController();

  constructor(
    private readonly settings: Settings,
    private readonly group: string,
    private readonly until: "caught-up" | "forever",
    private readonly effects: Effects,
  ) {}

  async run(): Promise<ConsumeSummary> {
    const { settings, group, until } = this;
    const ends = await this.fetchBounds();
    if (until === "caught-up" && (await this.hasPassed(ends))) return this.summary();

    // The caller's signal ends the loop; what is under way is then still finished, for a while.
    const hardStop = new AbortController();
    const effects: Effects = { ...this.effects, signal: hardStop.signal };
    const store = await openS3Store(settings, effects);
    const deadLetters = new DeadLetters(settings, effects);
    const landing = new LandingGroup(settings, group, store, deadLetters, this, effects);
    try {
      await landing.start();
      await this.loop(landing, ends);
      this.rethrow();
      const finished = new AbortController();
      effects.sleep(stopWithinMs, finished.signal).then(
        () => hardStop.abort(),
        () => undefined,
      );
      await landing.drain("stop").finally(() => finished.abort());
      this.rethrow();
    } finally {
      hardStop.abort();
      await landing.leave();
      await deadLetters.close().catch(() => undefined);
      store.close();
    }
    return this.summary();
  }

  landed({ messages, objects, deadLetters, reason }: LandedCounts): void {
    this.counts.messages += messages;
    this.counts.objects += objects;
    this.counts.deadLetters += deadLetters;
    this.rotations[reason] = (this.rotations[reason] ?? 0) + objects;
    this.report("landing");
  }

  failed(error: WorkbenchError): void {
    this.failure ??= error;
    this.over.abort();
  }

  private async loop(landing: LandingGroup, bounds: ReadonlyMap<number, LogBounds>): Promise<void> {
    const { effects, over } = this;
    const ends = new Map([...bounds].map(([partition, { high }]) => [partition, high]));
    const signal = AbortSignal.any([
      over.signal,
      ...(effects.signal === undefined ? [] : [effects.signal]),
    ]);
    this.report("reading");
    while (!signal.aborted) {
      await landing.rotateIdle();
      if (this.until === "caught-up") {
        await landing.drainReached(ends, "caught-up");
        if (await this.hasPassed(bounds).catch(unlessAway)) return;
      }
      await effects.sleep(tickMs, signal).catch(() => undefined);
    }
  }

  /** Whether the group's committed offsets have passed the ends, whoever committed them. */
  private async hasPassed(bounds: ReadonlyMap<number, LogBounds>): Promise<boolean> {
    const committed = await fetchCommitted(this.settings, this.effects, this.group);
    return [...bounds].every(
      ([partition, { low, high }]) => high === low || (committed.get(partition) ?? -1n) >= high,
    );
  }

  private fetchBounds(): Promise<Map<number, LogBounds>> {
    const { settings, effects } = this;
    return withAdmin(settings, effects, (admin) => fetchLogBounds(admin, settings.kafka.topic));
  }

  private async summary(): Promise<ConsumeSummary> {
    const bounds = await this.fetchBounds();
    const committed = await fetchCommitted(this.settings, this.effects, this.group);
    let lag = 0n;
    for (const [partition, { low, high }] of bounds)
      lag += high - (committed.get(partition) ?? low);
    this.report("done");
    this.effects.logger.debug("rotations", this.rotations);
    const { messages, objects, deadLetters } = this.counts;
    return { messages, objects, dead_letters: deadLetters, lag: Number(lag) };
  }

  private report(state: string): void {
    const { messages, objects, deadLetters } = this.counts;
    this.effects.progress({
      step: "consume",
      state,
      ...(state === "done" ? { fraction: 1 } : {}),
      figures: { messages, objects, ...(deadLetters === 0 ? {} : { deadLetters }) },
    });
  }

  private rethrow(): void {
    if (this.failure !== undefined) throw this.failure;
  }
}

/** A broker away for a moment is the consumer's to wait for; it gives up by itself. */
function unlessAway(error: unknown): false {
  if (error instanceof WorkbenchError && error.retryable) return false;
  throw error;
}
