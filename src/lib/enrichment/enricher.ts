import type { Effects } from "../effects";
import type { GitHubEvent } from "../events/event";
import type { EventSourceName } from "../events/message";
import type { EnrichmentMessage } from "../events/side-message";
import { resetWaitMs } from "../github/answer";
import { Busiest } from "./busiest";
import type { AskQuestion } from "./client";
import { type Finding, judgeEnrichment } from "./judge";
import { openedPull, pullKey, type Question, questionOf } from "./question";
import { type QueuedQuestion, QuestionQueue } from "./question-queue";
import { RecentMap } from "./recent-map";
import type { RequestBudget } from "./request-budget";

/** What an {@link Enricher} works with. */
export interface EnricherOptions {
  ask: AskQuestion;
  /** Asked before every request. */
  budget: RequestBudget;
  /** Takes what was learnt; the next question waits for it. */
  emit: (message: EnrichmentMessage) => Promise<void> | void;
  source: EventSourceName;
  /** The API's address. */
  api: string;
  /** Only these repositories, as `owner/name`. Default: the busiest first. */
  repos?: readonly string[];
  /** Questions that may wait. Default: 2,000. */
  capacity?: number;
}

/** Counted from the start. */
export interface EnricherStats {
  requests: number;
  /** Messages emitted, those of status `gone` included. */
  learnt: number;
  gone: number;
  /** Messages that cost no request: the answer was known. */
  fromMemory: number;
  /** Events that lost their question, being worth least. */
  dropped: number;
  /** Questions given up without an answer. */
  failed: number;
  /** Questions that wait. */
  waiting: number;
}

const defaultCapacity = 2000;
const countedRepos = 1000;
const rememberedAnswers = 20_000;
const rememberedOpenings = 100_000;
const tickMs = 100;
const maxFailures = 3;
const firstRetryMs = 1000;
const maxRetryMs = 60_000;

/**
 * Learns what events no longer tell, by asking for it: how many commits a push had, when a pull
 * request was opened whose opening was not seen. A request costs part of the rate limit, so the
 * busiest repositories (or those named) come first, and what is worth least is dropped. Nothing is
 * asked twice, and nothing guessed.
 *
 * @example
 * ```ts
 * const enricher = new Enricher({ ask, budget: shareBudget(5000, 0.2), emit, source, api }, effects);
 * const running = enricher.run();
 * enricher.offer(event); // each event, as it is captured
 * enricher.close();
 * const stats = await running;
 * ```
 */
export class Enricher {
  private readonly busiest = new Busiest(countedRepos);
  private readonly queue: QuestionQueue;
  private readonly findings = new RecentMap<string, Finding | "refused">(rememberedAnswers);
  private readonly openings = new RecentMap<number, true>(rememberedOpenings);
  private readonly repos: ReadonlySet<string> | undefined;
  private readonly capacity: number;
  /** Messages that wait to be emitted. */
  private readonly ready: EnrichmentMessage[] = [];
  private asking: QueuedQuestion | undefined;
  private holdUntilMs = 0;
  private failuresInARow = 0;
  private endsMs: number | undefined;
  private stopped = false;
  private readonly counts = {
    requests: 0,
    learnt: 0,
    gone: 0,
    fromMemory: 0,
    dropped: 0,
    failed: 0,
  };

  constructor(
    private readonly options: EnricherOptions,
    private readonly effects: Effects,
  ) {
    this.capacity = options.capacity ?? defaultCapacity;
    this.queue = new QuestionQueue(this.capacity, (repo) => this.busiest.worthOf(repo));
    if (options.repos !== undefined) {
      this.repos = new Set(options.repos.map((repo) => repo.toLowerCase()));
    }
  }

  get stats(): EnricherStats {
    return { ...this.counts, waiting: this.queue.size };
  }

  /** Takes an event as it is captured, of whatever type. Asks nothing itself. */
  offer(event: GitHubEvent): void {
    if (this.stopped || this.endsMs !== undefined) return;
    const { name } = event.repo;
    if (this.repos?.has(name.toLowerCase()) === false) return;
    this.busiest.add(name);
    const opened = openedPull(event);
    if (opened !== undefined) {
      this.openings.set(opened, true);
      this.queue.remove(pullKey(opened));
    }
    const wanted = questionOf(event);
    if (wanted === undefined) return;
    const { key, question } = wanted;
    if (question.kind === "pull_opened" && this.openings.get(question.subjectId)) return;
    const known = this.findings.get(key);
    if (known === "refused") return;
    if (known !== undefined) this.answer(question, known, [event], 0);
    else if (this.asking?.key === key) this.asking.events.push(event);
    else this.counts.dropped += this.queue.add(wanted, event);
  }

  /**
   * Asks until closed or stopped by the signal; rejects only where `emit` does.
   *
   * @returns what came of it
   */
  async run(): Promise<EnricherStats> {
    const { effects, options } = this;
    for (;;) {
      await this.emitReady();
      if (this.isOver()) return this.stats;
      const nowMs = effects.now();
      const isDue = this.queue.size > 0 && nowMs >= this.holdUntilMs;
      const next = isDue && options.budget.tryTake(nowMs) ? this.queue.take() : undefined;
      if (next === undefined) await effects.sleep(tickMs, effects.signal).catch(() => undefined);
      else await this.ask(next);
    }
  }

  /**
   * Takes no more events; `run` ends when nothing waits any more.
   *
   * @param withinMs - and after this time at the latest; what waits then is not asked
   */
  close(withinMs = 0): void {
    this.endsMs ??= this.effects.now() + withinMs;
  }

  private isOver(): boolean {
    const { endsMs, effects } = this;
    if (this.stopped || effects.signal?.aborted === true) return true;
    return endsMs !== undefined && (this.queue.size === 0 || effects.now() >= endsMs);
  }

  private async ask(queued: QueuedQuestion): Promise<void> {
    const { effects, options } = this;
    const { question, key } = queued;
    this.counts.requests += 1;
    this.asking = queued;
    const answer = await options.ask(question, effects);
    this.asking = undefined;
    if (effects.signal?.aborted === true) {
      this.putBack(queued);
      return;
    }
    const nowMs = effects.now();
    const verdict = judgeEnrichment(question, answer, options.api, nowMs);
    if (verdict.kind === "wait") {
      this.hold(verdict.waitMs, verdict.reason);
      this.putBack(queued);
      return;
    }
    if (verdict.kind === "retry") {
      this.failuresInARow += 1;
      const backoffMs = Math.min(maxRetryMs, firstRetryMs * 2 ** (this.failuresInARow - 1));
      this.hold(Math.max(verdict.minMs, backoffMs), verdict.reason);
      // Without any answer the fault is not the question's.
      if (answer.status !== 0) queued.failures += 1;
      if (queued.failures < maxFailures) this.putBack(queued);
      else this.giveUp(key, verdict.reason);
      return;
    }
    this.failuresInARow = 0;
    if (verdict.kind === "fatal") {
      this.stopped = true;
      effects.logger.warn(`enrichment ends: ${verdict.error.oneLine}`);
      return;
    }
    if (verdict.kind === "refused") {
      this.giveUp(key, verdict.reason);
      return;
    }
    // The last request of the limit: the next one would be refused.
    if (answer.headers["x-ratelimit-remaining"] === "0") {
      this.hold(resetWaitMs(answer.headers, nowMs) ?? 0, "the rate limit is used up");
    }
    this.findings.set(key, verdict.finding);
    this.answer(question, verdict.finding, queued.events, 1);
  }

  /** @param cost - the requests it took */
  private answer(
    question: Question,
    finding: Finding,
    events: readonly GitHubEvent[],
    cost: number,
  ): void {
    const room = events.slice(0, Math.max(0, this.capacity - this.ready.length));
    this.ready.push(...room.map((event) => this.toMessage(question, finding, event)));
    this.counts.dropped += events.length - room.length;
    this.counts.fromMemory += Math.max(0, room.length - cost);
  }

  private async emitReady(): Promise<void> {
    for (let next = this.ready.shift(); next !== undefined; next = this.ready.shift()) {
      await this.options.emit(next);
      this.counts.learnt += 1;
      if (next.status === "gone") this.counts.gone += 1;
    }
  }

  private hold(waitMs: number, reason: string): void {
    this.holdUntilMs = Math.max(this.holdUntilMs, this.effects.now() + waitMs);
    this.effects.logger.info("enrichment waits", { reason, waitMs });
  }

  private putBack(queued: QueuedQuestion): void {
    this.counts.dropped += this.queue.putBack(queued);
  }

  private giveUp(key: string, reason: string): void {
    this.findings.set(key, "refused");
    this.counts.failed += 1;
    this.effects.logger.debug("not learnt", { key, reason });
  }

  private toMessage(question: Question, finding: Finding, event: GitHubEvent): EnrichmentMessage {
    const { source, api } = this.options;
    const isPull = question.kind === "pull_opened";
    return {
      kind: question.kind,
      event_type: event.type,
      event_id: event.id,
      repo: event.repo.name,
      repo_id: event.repo.id,
      number: isPull ? question.number : null,
      subject_id: isPull ? question.subjectId : null,
      commits: finding.commits,
      opened_at: finding.openedAt,
      obtained_from: isPull ? "pulls" : "compare",
      status: finding.status,
      source,
      api,
      fetched_at: new Date(this.effects.now()).toISOString(),
    };
  }
}
