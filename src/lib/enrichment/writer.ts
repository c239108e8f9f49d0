import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import type { GitHubEvent } from "../events/event";
import type { EventSource } from "../github/source";
import { createProducer, type RecordProducer } from "../kafka/producer";
import { sideTopic } from "../kafka/topic";
import { createEnrichmentClient } from "./client";
import { Enricher, type EnricherStats } from "./enricher";
import { shareBudget } from "./request-budget";

/** What to learn besides the events, and how much it may cost. */
export interface EnrichmentOptions {
  /** The part of a token's rate limit, over 0 and below 1. */
  share: number;
  /** Only these repositories. Default: the busiest first. */
  repos?: readonly string[];
}

/** What a user's token may ask for in an hour. */
const tokenLimitPerHour = 5000;

/**
 * Checks what can be checked before anything is asked.
 *
 * @throws {@link WorkbenchError} code USAGE
 */
export function checkEnrichment(
  options: EnrichmentOptions,
  source: Pick<EventSource, "name" | "repeats">,
  tokens: readonly string[],
): void {
  const { share } = options;
  if (!(share > 0 && share < 1)) {
    throw new WorkbenchError("USAGE", `the share for enrichment is ${share}`, {
      hint: "--enrich takes a number over 0 and below 1, such as 0.2",
    });
  }
  if (!source.repeats) {
    throw new WorkbenchError("USAGE", `--enrich was given to the source ${source.name}`, {
      hint: "it is for the sources that poll: github and simulator",
    });
  }
  if (source.name === "github" && tokens.length === 0) {
    throw new WorkbenchError("USAGE", "--enrich needs a token: 60 requests an hour go to polling", {
      hint: "set GITHUB_TOKEN, or leave --enrich out",
    });
  }
}

/** Learns what events no longer tell and writes it to the topic beside the events' one. */
export class EnrichmentWriter {
  private readonly running: Promise<EnricherStats>;

  private constructor(
    private readonly enricher: Enricher,
    private readonly producer: RecordProducer,
  ) {
    this.running = enricher.run();
    // Told by `finish`, whenever that comes.
    this.running.catch(() => undefined);
  }

  /**
   * Connects to the enrichment topic, which must be there, and begins to ask.
   *
   * @throws {@link WorkbenchError} code KAFKA
   */
  static async connect(
    settings: Settings,
    effects: Effects,
    source: EventSource,
    options: EnrichmentOptions,
  ): Promise<EnrichmentWriter> {
    const topic = sideTopic(settings.kafka.topic, "enrichment");
    const { tokens } = settings.github;
    const token = source.name === "github" ? tokens[0] : undefined;
    const ask = await createEnrichmentClient(source.address, token);
    const producer = await createProducer(settings, effects, topic);
    const enricher = new Enricher(
      {
        ask,
        budget: shareBudget(tokenLimitPerHour, options.share),
        emit: (message) =>
          producer.add({
            key: message.repo,
            value: JSON.stringify(message),
            timestampMs: effects.now(),
          }),
        source: source.name,
        api: source.address,
        ...(options.repos === undefined ? {} : { repos: options.repos }),
      },
      effects,
    );
    return new EnrichmentWriter(enricher, producer);
  }

  get stats(): EnricherStats {
    return this.enricher.stats;
  }

  /** Takes an event as it is captured, of whatever type. */
  offer(event: GitHubEvent): void {
    this.enricher.offer(event);
  }

  /** Asks no more and waits until what was learnt is stored. */
  async finish(): Promise<EnricherStats> {
    this.enricher.close();
    const stats = await this.running;
    await this.producer.flush();
    return stats;
  }

  /** Disconnects. */
  async close(): Promise<void> {
    this.enricher.close();
    await this.running.catch(() => undefined);
    await this.producer.close();
  }
}
