import type { Settings } from "./config/settings";
import { anySignal, type Effects } from "./effects";
import { WorkbenchError } from "./errors";
import type { SideKind } from "./events/side-message";
import { withAdmin } from "./kafka/client";
import { DeadLetters } from "./kafka/dead-letters";
import { ensureTopic } from "./kafka/topic";
import { type LandedTopic, landedTopics } from "./landing/landed-topic";
import { landingResources } from "./landing/resources";
import { openS3Store } from "./landing/s3-store";
import { type LandingContext, TopicLanding } from "./landing/topic-landing";
import type { TopicSummary } from "./landing/topic-summary";

/** Where messages go, and when to stop. */
export interface ConsumeOptions {
  /** Default: `s3`, the raw objects. */
  sinks?: readonly "s3"[];
  /**
   * `caught-up` (the default): ends once the groups' committed offsets have passed the end offsets
   * of the moment it was asked. `forever`: goes on until the signal aborts.
   */
  until?: "caught-up" | "forever";
  /** Default: KAFKA_GROUP. Each sink is a group of its own, `<group>-s3`, and so is each topic. */
  group?: string;
}

/** What came of it, for the events' topic. */
export interface ConsumeSummary extends TopicSummary {
  /** The same for the topics beside it, where there are any. */
  side?: Partial<Record<SideKind, TopicSummary>>;
}

const tickMs = 250;
/** How often a run that goes on looks for topics that were not there, and at those it has. */
const lookMs = 10_000;
/** How long a stop waits for what is under way; what is not written then will be read again. */
const stopWithinMs = 15_000;
/** The same after a failure. */
const failWithinMs = 8_000;

/**
 * Lands the topic's messages as raw objects in S3, and those of the topics beside it (coverage,
 * enrichment) where there are such. What was read when it ends, for whatever reason but an error,
 * is written and committed.
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
  return new ConsumeRun(settings, landedTopics(settings, group), until, effects).run();
}

class ConsumeRun {
  private readonly landings: TopicLanding[] = [];
  private readonly events: LandedTopic;
  /** Topics beside it that are not there, or not yet. */
  private absent: readonly LandedTopic[];
  private failure: WorkbenchError | undefined;
  /** Wakes the loop. */
  private readonly over = new AbortController();

  constructor(
    private readonly settings: Settings,
    [events, ...side]: [LandedTopic, ...LandedTopic[]],
    private readonly until: "caught-up" | "forever",
    private readonly effects: Effects,
  ) {
    this.events = events;
    this.absent = side;
  }

  async run(): Promise<ConsumeSummary> {
    const { settings } = this;
    this.landings.push(await TopicLanding.open(this.events, this.effects));
    await this.openLandings();
    if (this.until === "caught-up" && (await this.isCaughtUp())) return this.summary();

    // The caller's signal ends the loop; what is under way is then still finished, for a while.
    const hardStop = new AbortController();
    const effects: Effects = { ...this.effects, signal: hardStop.signal };
    const store = await openS3Store(settings, effects);
    const deadLetters = new DeadLetters(settings, effects);
    const resources = landingResources(store, deadLetters);
    const context: LandingContext = {
      resources,
      effects,
      landed: () => this.report("landing"),
      failed: (error) => this.fail(error),
    };
    try {
      await this.start(this.landings, context);
      await this.loop(context);
      await this.finish(hardStop);
      this.rethrow();
    } finally {
      hardStop.abort();
      await this.each((landing) => landing.leave());
      await deadLetters.close().catch(() => undefined);
      store.close();
    }
    return this.summary();
  }

  /**
   * Writes what was read, for a while. After a failure too: where the log was cut, it may be all
   * there is of some records; each look before a write tells whether they still may be written.
   */
  private async finish(hardStop: AbortController): Promise<void> {
    const { landings, effects } = this;
    for (const landing of landings) landing.stopReading();
    const finished = new AbortController();
    const withinMs = this.failure === undefined ? stopWithinMs : failWithinMs;
    effects.sleep(withinMs, finished.signal).then(
      () => hardStop.abort(),
      () => undefined,
    );
    try {
      const stopped = effects.sleep(2 ** 31 - 1, hardStop.signal);
      await Promise.race([this.each((landing) => landing.drain()), stopped]);
    } catch (error) {
      if (hardStop.signal.aborted) {
        effects.logger.warn("not all that was read is written: it will be read again", {
          waitedSeconds: withinMs / 1000,
        });
      } else if (this.failure === undefined) throw error;
    } finally {
      finished.abort();
    }
  }

  /** Takes up the topics that have come into being; returns them. */
  private async openLandings(): Promise<TopicLanding[]> {
    if (this.absent.length === 0) return [];
    const names = await withAdmin(this.settings, this.effects, (admin) => admin.listTopics());
    const isThere = ({ settings }: LandedTopic): boolean => names.includes(settings.kafka.topic);
    const opened = await Promise.all(
      this.absent.filter(isThere).map((topic) => TopicLanding.open(topic, this.effects)),
    );
    this.absent = this.absent.filter((topic) => !isThere(topic));
    this.landings.push(...opened);
    return opened;
  }

  /** Joins the groups; where it ends once caught up, only those that have something to read. */
  private async start(landings: readonly TopicLanding[], context: LandingContext): Promise<void> {
    const wanted = await Promise.all(
      landings.map(async (landing) => this.until === "forever" || !(await landing.isCaughtUp())),
    );
    await Promise.all(
      landings.filter((_, index) => wanted[index]).map((landing) => landing.start(context)),
    );
  }

  private async loop(context: LandingContext): Promise<void> {
    const { effects, over } = this;
    const signal = anySignal(over.signal, effects.signal);
    let lookedMs = effects.now();
    this.report("reading");
    while (!signal.aborted) {
      for (const landing of this.landings) landing.tick();
      if (context.resources.budget.isTight) this.relieve();
      if (this.until === "caught-up") {
        const isWorthIt = this.landings.map((landing) => landing.drainReached());
        if (isWorthIt.every(Boolean) && (await this.isCaughtUp().catch(unlessAway))) return;
      }
      if (effects.now() - lookedMs >= lookMs) {
        lookedMs = effects.now();
        await this.look(context).catch(unlessAway);
      }
      await effects.sleep(tickMs, signal).catch(() => undefined);
    }
  }

  /** Takes up topics that have come into being, and looks at those there are. */
  private async look(context: LandingContext): Promise<void> {
    if (this.until === "forever") await this.start(await this.openLandings(), context);
    await this.each((landing) => landing.look());
  }

  /** Memory is tight: writes the largest buffer before it is due. */
  private relieve(): void {
    const writers = this.landings.flatMap((landing) => landing.writers);
    const [largest] = writers
      .filter(({ isUploading, waitingBytes }) => !isUploading && waitingBytes > 0)
      .sort((a, b) => b.waitingBytes - a.waitingBytes);
    largest?.start("memory");
  }

  /** Whether every topic's group has passed the ends, whoever committed. */
  private async isCaughtUp(): Promise<boolean> {
    const answers = await Promise.all(this.landings.map((landing) => landing.isCaughtUp()));
    return answers.every(Boolean);
  }

  private async each(act: (landing: TopicLanding) => Promise<void>): Promise<void> {
    await Promise.all(this.landings.map(act));
  }

  private async summary(): Promise<ConsumeSummary> {
    const summaries = await Promise.all(this.landings.map((landing) => landing.summary()));
    this.report("done");
    const [events, ...rest] = summaries as [TopicSummary, ...TopicSummary[]];
    if (rest.length === 0) return events;
    const side: Partial<Record<SideKind, TopicSummary>> = {};
    for (const [index, { topic }] of this.landings.entries()) {
      const summary = summaries[index];
      if (topic.kind !== "events" && summary !== undefined) side[topic.kind] = summary;
    }
    return { ...events, side };
  }

  private report(state: string): void {
    const [events, ...side] = this.landings.map(({ counts }) => counts);
    const { messages = 0, objects = 0, deadLetters = 0 } = events ?? {};
    const beside = side.reduce((sum, counts) => sum + counts.messages, 0);
    this.effects.progress({
      step: "consume",
      state,
      ...(state === "done" ? { fraction: 1 } : {}),
      figures: {
        messages,
        objects,
        ...(beside === 0 ? {} : { sideMessages: beside }),
        ...(deadLetters === 0 ? {} : { deadLetters }),
      },
    });
  }

  private fail(error: WorkbenchError): void {
    this.failure ??= error;
    this.over.abort();
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
