import { chooseSource } from "./config/dataset";
import type { Settings } from "./config/settings";
import { anySignal, type Effects } from "./effects";
import { WorkbenchError } from "./errors";
import type { EnricherStats } from "./enrichment/enricher";
import { checkEnrichment, type EnrichmentOptions, EnrichmentWriter } from "./enrichment/writer";
import { defaultEventTypes, eventKey, type GitHubEvent } from "./events/event";
import { type EventSourceName, toMessage } from "./events/message";
import { feedsOf } from "./github/feeds";
import { openSource } from "./github/open-source";
import { defaultQuotaShare } from "./github/poller";
import type { EventSource, HourReport, SourceStats } from "./github/source";
import { CoverageWriter } from "./kafka/coverage-topic";
import { DeadLetters } from "./kafka/dead-letters";
import { createProducer, type RecordProducer } from "./kafka/producer";
import { apiHeader, recallSeenEvents, type SeenEvents } from "./kafka/seen-events";
import { ensureTopic, sideTopic } from "./kafka/topic";
import { type Publish, shareFeed } from "./shared-feed/share-feed";

/** What to read, and when to stop. Without a bound, a source that polls goes on until stopped. */
export interface ProduceOptions {
  /** Default: `simulator` for a demo dataset, `github` for all others. */
  source?: EventSourceName;
  /** For the source `file`: JSON lines, gzip-compressed or not. */
  files?: readonly string[];
  /** For the source `archive`: the first and the last hour, UTC. */
  from?: string;
  to?: string;
  /** For the source `archive`: reads hours again that were read before. */
  again?: boolean;
  /** Stops after this time, in milliseconds. */
  forMs?: number;
  /** Stops after this many messages. */
  events?: number;
  /** One poll, then the end. */
  once?: boolean;
  /** Default: {@link defaultEventTypes}. */
  types?: readonly string[] | "all";
  /**
   * How often to poll: `polite` (the default) obeys X-Poll-Interval; `budget` polls as often as the
   * events need and the rate limit allows.
   */
  pace?: "polite" | "budget";
  /** The part of each token's rate limit that may be spent, over 0 and up to 1. Default: 0.8. */
  quotaShare?: number;
  /** Only the events of these repositories (`owner/name`), organizations and users. */
  repos?: readonly string[];
  orgs?: readonly string[];
  users?: readonly string[];
  /**
   * Learns the commits of pushes and the opening times of pull requests, which events no longer
   * carry, for this part of a token's rate limit. Default: nothing is asked.
   */
  enrich?: number;
  /** What is learnt is of these repositories alone. Default: the busiest first. */
  enrichRepos?: readonly string[];
}

/** What came of it: `events` = `produced` + `duplicates` + `skipped`. */
export interface ProduceSummary {
  /** What the source gave. */
  events: number;
  /** Messages stored in the topic. */
  produced: number;
  /** Left out, being in the topic already; files and archive hours leave nothing out. */
  duplicates: number;
  /** Of a type that is not kept, or not readable or too large (those are in the dead-letter topic). */
  skipped: number;
  requests: number;
  /** Requests answered "304 Not Modified". */
  not_modified: number;
  /** The estimated share of all public events captured, 0 to 1; null where unknown. */
  coverage: number | null;
  /** The same of each type that is kept; empty where unknown. */
  coverage_by_type: Readonly<Record<string, number>>;
  /** For the source `archive`: what became of the hours. */
  hours?: HourReport;
  /** Where something was to be learnt besides. */
  enrichment?: EnrichmentSummary;
}

/** What was learnt besides the events. */
export interface EnrichmentSummary {
  requests: number;
  /** Messages stored. */
  learnt: number;
  /** Of these: GitHub has it no more. */
  gone: number;
  failed: number;
  /** Questions that were not worth a request, or came too late for one. */
  not_asked: number;
}

/**
 * Reads events from a source and writes them to the topic as messages. Ends when the source does,
 * when a bound is reached or when the signal aborts, each time with all that was read stored.
 *
 * A feed is polled once on this machine: where another producer reads the same lists of the same API
 * into the same topic already, it is followed, and taken over where it ends first.
 *
 * @throws {@link WorkbenchError} code USAGE, BAD_INPUT, GITHUB or KAFKA
 * @example
 * ```ts
 * await produce(settings, { source: "github", forMs: 120_000 }, systemEffects());
 * ```
 */
export async function produce(
  settings: Settings,
  options: ProduceOptions,
  effects: Effects,
): Promise<ProduceSummary> {
  const sourceName = chooseSource(settings.dataset, options.source);
  const source = openSource(settings, { ...options, source: sourceName });
  const enrichment = readEnrichment(options);
  if (enrichment !== undefined) checkEnrichment(enrichment, source, settings.github.tokens);
  await source.check?.(effects);
  if (sourceName === "github" && settings.github.tokens.length === 0) {
    effects.logger.warn(
      "no GITHUB_TOKEN: 60 requests an hour, a poll every few minutes; a token has 5,000, " +
        "with which --pace budget can see nearly all events",
    );
  }
  if (!source.repeats) return produceFrom(source, settings, options, effects);
  const { brokers, topic } = settings.kafka;
  const { types = defaultEventTypes, events, forMs, once = false } = options;
  const key = {
    brokers,
    topic,
    address: source.address,
    paths: feedsOf(options).map(({ path }) => path),
  };
  return shareFeed(
    { key, types, events, forMs, once, enriches: enrichment !== undefined },
    effects,
    (left, publish) => produceFrom(source, settings, { ...options, ...left }, effects, publish),
  );
}

/** Reads a source to its end and stores what it gives. */
async function produceFrom(
  source: EventSource,
  settings: Settings,
  options: ProduceOptions,
  effects: Effects,
  publish: Publish = () => undefined,
): Promise<ProduceSummary> {
  const enrichment = readEnrichment(options);
  effects.progress({ step: "produce", state: "connecting to Kafka" });
  const { topic } = settings.kafka;
  const beside = [
    ...(source.measuresCoverage === true ? [sideTopic(topic, "coverage")] : []),
    ...(enrichment === undefined ? [] : [sideTopic(topic, "enrichment")]),
  ];
  await ensureTopic(settings, effects, beside);
  const seen = source.repeats
    ? await recallSeenEvents(settings, effects, source.address)
    : undefined;
  const deadLetters = new DeadLetters(settings, effects);
  const producer = await createProducer(settings, effects, topic, async (record, reason) => {
    const { key, value } = record;
    await deadLetters.add({ key, value, headers: { reason, origin: source.name } });
    await deadLetters.flush();
  });
  const coverage =
    source.measuresCoverage === true
      ? await CoverageWriter.connect(settings, effects, source)
      : undefined;
  const enricher =
    enrichment === undefined
      ? undefined
      : await EnrichmentWriter.connect(settings, effects, source, enrichment);
  const sinks: Sinks = { producer, deadLetters, coverage, enricher };
  try {
    return await new ProduceRun(source, options, effects, sinks, seen).run(publish);
  } finally {
    await Promise.all([
      producer.close(),
      deadLetters.close(),
      coverage?.close(),
      enricher?.close(),
    ]);
  }
}

function readEnrichment(options: ProduceOptions): EnrichmentOptions | undefined {
  const { enrich, enrichRepos, pace, quotaShare = defaultQuotaShare } = options;
  if (enrich !== undefined) {
    if (pace === "budget" && enrich + quotaShare > 1) {
      throw new WorkbenchError(
        "USAGE",
        `polls with ${quotaShare} and enrichment with ${enrich} of the limit are more than all of it`,
        { hint: "make --quota-share or --enrich smaller" },
      );
    }
    return { share: enrich, ...(enrichRepos === undefined ? {} : { repos: enrichRepos }) };
  }
  if (enrichRepos === undefined) return undefined;
  throw new WorkbenchError("USAGE", "repositories to enrich were given, but no share", {
    hint: "add --enrich 0.2",
  });
}

/** Where what is read goes. */
interface Sinks {
  producer: RecordProducer;
  deadLetters: DeadLetters;
  coverage: CoverageWriter | undefined;
  enricher: EnrichmentWriter | undefined;
}

class ProduceRun {
  private readonly stop = new AbortController();
  private readonly types: ReadonlySet<string> | undefined;
  private readonly startedMs: number;
  private stats: SourceStats = { requests: 0, notModified: 0, coverage: null };
  private events = 0;
  private taken = 0;
  private duplicates = 0;
  private skipped = 0;

  constructor(
    private readonly source: EventSource,
    private readonly options: ProduceOptions,
    private readonly effects: Effects,
    private readonly sinks: Sinks,
    private readonly seen: SeenEvents | undefined,
  ) {
    const { types = defaultEventTypes } = options;
    this.types = types === "all" ? undefined : new Set(types);
    this.startedMs = effects.now();
  }

  async run(publish: Publish): Promise<ProduceSummary> {
    const { effects, options, source, stop } = this;
    const signal = anySignal(stop.signal, effects.signal);
    const bounded: Effects = { ...effects, signal };
    if (options.forMs !== undefined) {
      effects.sleep(options.forMs, signal).then(
        () => stop.abort(),
        () => undefined,
      );
    }
    try {
      for await (const batch of source.batches(bounded)) {
        this.stats = batch.stats;
        let isWhole = true;
        for (const event of batch.events) {
          if (this.isFull()) {
            isWhole = false;
            break;
          }
          await this.take(event);
        }
        for (const unreadable of batch.unreadable) {
          if (this.isFull()) {
            isWhole = false;
            break;
          }
          this.events += 1;
          this.skipped += 1;
          this.count("workbench_events_read_total", "unreadable");
          this.count("workbench_events_skipped_total", "unreadable");
          const { raw, reason, origin } = unreadable;
          const { name, address } = source;
          await this.sinks.deadLetters.add({
            value: raw,
            // What a replay needs to make the message that it would have been.
            headers: {
              reason,
              origin,
              source: name,
              ...(source.repeats ? { [apiHeader]: address } : {}),
            },
          });
        }
        await this.sinks.coverage?.note(batch, (type) => this.keeps(type));
        this.noteCoverage(batch.stats);
        if (isWhole && batch.stored !== undefined) {
          await this.flush();
          await batch.stored();
        }
        this.report(batch.stats.state ?? (source.name === "file" ? "reading files" : "polling"));
        publish(this.storedSummary());
        if (this.isFull() || signal.aborted) break;
      }
    } finally {
      stop.abort();
    }
    this.report("storing what was read");
    await Promise.all([this.flush(), this.sinks.enricher?.finish()]);
    this.report("done");
    return this.summary();
  }

  private async flush(): Promise<void> {
    const { producer, deadLetters, coverage } = this.sinks;
    await Promise.all([producer.flush(), deadLetters.flush(), coverage?.flush()]);
  }

  private isFull(): boolean {
    return this.options.events !== undefined && this.taken >= this.options.events;
  }

  private async take(event: GitHubEvent): Promise<void> {
    this.events += 1;
    this.count("workbench_events_read_total", event.type);
    if (!this.keeps(event.type)) {
      // An opening is worth knowing whatever types are kept.
      this.sinks.enricher?.offer(event);
      this.skipped += 1;
      this.count("workbench_events_skipped_total", event.type);
      return;
    }
    if (this.seen?.add(eventKey(event)) === false) {
      this.duplicates += 1;
      this.count("workbench_events_duplicate_total", event.type);
      return;
    }
    this.sinks.enricher?.offer(event);
    const ingestedAtMs = this.effects.now();
    const message = toMessage(event, this.source.name, ingestedAtMs);
    await this.sinks.producer.add({
      key: message.repo,
      value: JSON.stringify(message),
      timestampMs: ingestedAtMs,
      ...(this.seen === undefined ? {} : { headers: { [apiHeader]: this.source.address } }),
    });
    this.sinks.coverage?.capture(event.type, Date.parse(event.created_at));
    this.taken += 1;
    this.count("workbench_messages_produced_total", event.type);
  }

  private count(name: EventCounter, type: string): void {
    this.effects.metrics.add(name, { event_type: type });
  }

  private noteCoverage({ coverageByType = {} }: SourceStats): void {
    for (const [type, share] of Object.entries(coverageByType)) {
      if (!this.keeps(type)) continue;
      this.effects.metrics.set("workbench_coverage_ratio", { event_type: type }, share);
    }
  }

  private keeps(type: string): boolean {
    return this.types?.has(type) !== false;
  }

  private summary(): ProduceSummary {
    return {
      events: this.events,
      produced: this.sinks.producer.stored,
      duplicates: this.duplicates,
      skipped: this.skipped + this.sinks.producer.refused,
      requests: this.stats.requests,
      not_modified: this.stats.notModified,
      coverage: this.stats.coverage,
      coverage_by_type: Object.fromEntries(
        Object.entries(this.stats.coverageByType ?? {}).filter(([type]) => this.keeps(type)),
      ),
      ...(this.source.hours === undefined ? {} : { hours: this.source.hours() }),
      ...(this.sinks.enricher === undefined
        ? {}
        : { enrichment: summarizeEnrichment(this.sinks.enricher.stats) }),
    };
  }

  /** The same without what is still on its way. */
  private storedSummary(): ProduceSummary {
    const summary = this.summary();
    const { produced, duplicates, skipped } = summary;
    return { ...summary, events: produced + duplicates + skipped };
  }

  private report(state: string): void {
    const { requests, coverage } = this.stats;
    const fraction = state === "done" ? 1 : this.fraction();
    this.effects.progress({
      step: "produce",
      state,
      ...(fraction === undefined ? {} : { fraction }),
      figures: {
        events: this.events,
        produced: this.sinks.producer.stored,
        duplicates: this.duplicates,
        ...this.stats.figures,
        ...(requests === 0 ? {} : { requests }),
        ...(coverage === null ? {} : { coverage: `${(coverage * 100).toFixed(1)} %` }),
        ...(this.sinks.enricher === undefined
          ? {}
          : { enriched: this.sinks.enricher.stats.learnt }),
      },
    });
  }

  /** How far the nearest bound is reached. */
  private fraction(): number | undefined {
    const { events, forMs } = this.options;
    const shares = [
      this.stats.fraction,
      events === undefined ? undefined : this.taken / events,
      forMs === undefined ? undefined : (this.effects.now() - this.startedMs) / forMs,
    ].filter((share) => share !== undefined);
    return shares.length === 0 ? undefined : Math.min(1, Math.max(...shares));
  }
}

/** The counters of events, by type. */
type EventCounter =
  | "workbench_events_read_total"
  | "workbench_events_duplicate_total"
  | "workbench_events_skipped_total"
  | "workbench_messages_produced_total";

function summarizeEnrichment(stats: EnricherStats): EnrichmentSummary {
  const { requests, learnt, gone, failed, dropped, waiting } = stats;
  return { requests, learnt, gone, failed, not_asked: dropped + waiting };
}
