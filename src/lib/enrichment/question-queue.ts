import type { GitHubEvent } from "../events/event";
import type { Question, Wanted } from "./question";

/** A question that waits, with the events that want the answer. */
export interface QueuedQuestion {
  key: string;
  question: Question;
  events: GitHubEvent[];
  /** How often an answer came that was none. */
  failures: number;
}

/** Events that may wait for one answer. */
const maxEvents = 20;

/**
 * The questions that wait, bounded. The repository worth most is asked about first, its oldest
 * question first; where there are too many, the repository worth least loses its oldest.
 */
export class QuestionQueue {
  private readonly byRepo = new Map<string, QueuedQuestion[]>();
  private readonly byKey = new Map<string, QueuedQuestion>();

  /** @param worthOf - what a repository is worth now */
  constructor(
    private readonly capacity: number,
    private readonly worthOf: (repo: string) => number,
  ) {}

  get size(): number {
    return this.byKey.size;
  }

  /** Takes a question; returns how many events lost theirs. */
  add({ key, question }: Wanted, event: GitHubEvent): number {
    const known = this.byKey.get(key);
    if (known === undefined) {
      return this.put({ key, question, events: [event], failures: 0 }, "last");
    }
    if (known.events.length >= maxEvents) return 1;
    known.events.push(event);
    return 0;
  }

  /** The question to ask now. */
  take(): QueuedQuestion | undefined {
    const repo = this.extreme((worth, best) => worth > best);
    return repo === undefined ? undefined : this.takeFirst(repo);
  }

  /** Takes back a question that got no answer; returns how many events lost theirs. */
  putBack(queued: QueuedQuestion): number {
    return this.put(queued, "first");
  }

  /** Drops a question whose answer came by itself. */
  remove(key: string): boolean {
    const queued = this.byKey.get(key);
    if (queued === undefined) return false;
    const repo = repoOf(queued);
    this.replace(
      repo,
      (this.byRepo.get(repo) ?? []).filter((other) => other !== queued),
    );
    return this.byKey.delete(key);
  }

  private put(queued: QueuedQuestion, place: "first" | "last"): number {
    const repo = repoOf(queued);
    const others = this.byRepo.get(repo) ?? [];
    this.byRepo.set(repo, place === "first" ? [queued, ...others] : [...others, queued]);
    this.byKey.set(queued.key, queued);
    if (this.size <= this.capacity) return 0;
    const least = this.extreme((worth, best) => worth < best, 0);
    return (least === undefined ? undefined : this.takeFirst(least))?.events.length ?? 0;
  }

  private takeFirst(repo: string): QueuedQuestion | undefined {
    const [first, ...rest] = this.byRepo.get(repo) ?? [];
    this.replace(repo, rest);
    if (first !== undefined) this.byKey.delete(first.key);
    return first;
  }

  private replace(repo: string, questions: QueuedQuestion[]): void {
    if (questions.length === 0) this.byRepo.delete(repo);
    else this.byRepo.set(repo, questions);
  }

  /** Worth changes with every event: it is looked up when it decides. */
  private extreme(
    isBetter: (worth: number, best: number) => boolean,
    extremeWorth = Number.POSITIVE_INFINITY,
  ): string | undefined {
    let found: { repo: string; worth: number } | undefined;
    for (const repo of this.byRepo.keys()) {
      const worth = this.worthOf(repo);
      if (found === undefined || isBetter(worth, found.worth)) found = { repo, worth };
      if (worth === extremeWorth) break;
    }
    return found?.repo;
  }
}

function repoOf({ question }: QueuedQuestion): string {
  return `${question.owner}/${question.repo}`;
}
