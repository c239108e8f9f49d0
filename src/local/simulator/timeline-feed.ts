import type { EventCounts } from "./exchange";
import { type EventList, type Feed, type FeedScope, type PullState, windowSize } from "./feed";
import type { SimulatedEvent } from "./generator";
import type { ApiOptions } from "./options";
import { Timeline } from "./timeline";

/** How many events it can still tell of, and how many pull requests. */
const eventsKept = 50_000;
const pullsKept = 20_000;

interface Shown {
  key: string;
  type: string;
  shownMs: number;
  event: SimulatedEvent;
}

/** The feed of the fast world; what it can tell of the past is bounded. */
export class TimelineFeed implements Feed {
  private readonly timeline: Timeline;
  private readonly texts = new WeakMap<SimulatedEvent, string>();
  private readonly repos = new Set<string>();
  private readonly pulls = new Map<string, PullState>();
  private readonly keysKept = new Set<string>();
  private shown: Shown[] = [];
  private totals: EventCounts = { events: 0, byType: {} };
  private clockMs: number;

  constructor(
    options: ApiOptions,
    private readonly startMs: number,
  ) {
    this.clockMs = startMs;
    this.timeline = new Timeline({ ...options, nowMs: startMs }, (event) => this.note(event));
    // What was before the start is none of its events.
    this.totals = { events: 0, byType: {} };
  }

  list(nowMs: number): EventList {
    this.moveTo(nowMs);
    return this.listOf(this.timeline.at(nowMs));
  }

  scoped(scope: FeedScope, nowMs: number): EventList | undefined {
    this.list(nowMs);
    const name = scope.name.toLowerCase();
    const found = this.shown.filter(({ event }) => nameIn(event, scope.kind) === name);
    if (found.length === 0) return undefined;
    return this.listOf(
      found
        .slice(-windowSize)
        .reverse()
        .map(({ event }) => event),
    );
  }

  hasRepo(name: string): boolean {
    return this.repos.has(name.toLowerCase());
  }

  pull(repo: string, number: number): PullState | undefined {
    return this.pulls.get(`${repo.toLowerCase()}#${number}`);
  }

  /** From the start, everything; within a span, what it has kept. */
  count(fromMs: number, toMs: number): EventCounts {
    if (fromMs <= this.startMs && toMs >= this.clockMs) return this.totals;
    const counts: EventCounts = { events: 0, byType: {} };
    for (const { type } of this.between(fromMs, toMs)) add(counts, type);
    return counts;
  }

  *keys(fromMs: number, toMs: number): Iterable<string> {
    for (const { key } of this.between(fromMs, toMs)) yield key;
  }

  existed(key: string, nowMs: number): boolean {
    if (nowMs >= this.clockMs) return this.keysKept.has(key);
    return this.shown.some((shown) => shown.key === key && shown.shownMs <= nowMs);
  }

  private between(fromMs: number, toMs: number): Shown[] {
    return this.shown.filter(({ shownMs }) => shownMs > fromMs && shownMs <= toMs);
  }

  private listOf(events: readonly SimulatedEvent[]): EventList {
    const newest = events[0];
    return {
      version: `${newest?.type ?? "none"}-${newest?.id ?? 0}-${events.length}`,
      size: events.length,
      slice: (from, end) => events.slice(from, end).map((event) => this.text(event)),
    };
  }

  private text(event: SimulatedEvent): string {
    const known = this.texts.get(event);
    if (known !== undefined) return known;
    const text = JSON.stringify(event);
    this.texts.set(event, text);
    return text;
  }

  private moveTo(nowMs: number): void {
    this.clockMs = Math.max(this.clockMs, nowMs);
  }

  private note(event: SimulatedEvent): void {
    const { type, id } = event;
    const key = `${type}:${id}`;
    this.repos.add(String(event.repo["name"]).toLowerCase());
    this.keysKept.add(key);
    this.shown.push({ key, type, shownMs: this.clockMs, event });
    if (this.shown.length >= 2 * eventsKept) {
      for (const old of this.shown.splice(0, eventsKept)) this.keysKept.delete(old.key);
    }
    add(this.totals, type);
    if (type === "PullRequestEvent") this.notePull(event);
  }

  private notePull({ repo, payload, created_at }: SimulatedEvent): void {
    const { id, number } = payload["pull_request"] as { id: number; number: number };
    const name = String(repo["name"]);
    const key = `${name.toLowerCase()}#${number}`;
    const known = this.pulls.get(key);
    const atMs = Date.parse(created_at);
    if (payload["action"] === "opened") {
      if (this.pulls.size >= pullsKept) {
        for (const oldest of this.pulls.keys()) {
          this.pulls.delete(oldest);
          break;
        }
      }
      const pull = { id, number, repo: name, createdMs: atMs, endedMs: undefined, merged: false };
      this.pulls.set(key, pull);
    } else if (known !== undefined) {
      known.endedMs = atMs;
      known.merged = payload["action"] === "merged";
    }
  }
}

function add(counts: EventCounts, type: string): void {
  counts.events += 1;
  counts.byType[type] = (counts.byType[type] ?? 0) + 1;
}

function nameIn(event: SimulatedEvent, kind: FeedScope["kind"]): string | undefined {
  const name =
    kind === "repo"
      ? event.repo["name"]
      : kind === "org"
        ? event.org?.["login"]
        : event.actor["login"];
  return typeof name === "string" ? name.toLowerCase() : undefined;
}
