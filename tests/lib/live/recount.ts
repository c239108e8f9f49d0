import type { EventMessage } from "../../../src/lib/events/message";
import type { WindowUpdate } from "../../../src/lib/live/update";

/** The three tables, each row as its key and its counts, in order: what can be compared. */
export interface Tables {
  perMinute: string[];
  repositories: string[];
  contributors: string[];
}

/** Counts messages all over again, the plain way: everything in memory, nothing windowed. */
export function recount(messages: readonly EventMessage[], windowMs: number): Tables {
  const distinct = new Map<string, EventMessage>();
  for (const message of messages) {
    const key = JSON.stringify([message.event_type, message.id]);
    if (!distinct.has(key)) distinct.set(key, message);
  }
  const perMinute = new Map<string, number>();
  const repositories = new Map<string, { events: number; commits: number | null }>();
  const contributors = new Map<string, number>();
  for (const { event_type, repo, user, timestamp, payload } of distinct.values()) {
    const ms = new Date(timestamp).getTime();
    const bucket = new Date(ms - (ms % windowMs)).toISOString();
    const add = (map: Map<string, number>, key: string): unknown =>
      map.set(key, (map.get(key) ?? 0) + 1);
    add(perMinute, `${bucket} ${event_type}`);
    add(contributors, `${bucket} ${user} ${event_type}`);
    const key = `${bucket} ${repo} ${event_type}`;
    const { events, commits } = repositories.get(key) ?? { events: 0, commits: null };
    const known =
      event_type === "PushEvent" ? (payload["distinct_size"] ?? payload["size"] ?? null) : null;
    const sum = known === null ? commits : (commits ?? 0) + (known as number);
    repositories.set(key, { events: events + 1, commits: sum });
  }
  return {
    perMinute: [...perMinute].map(([key, events]) => `${key} ${events}`).sort(),
    repositories: [...repositories]
      .map(([key, { events, commits }]) => `${key} ${events} ${String(commits)}`)
      .sort(),
    contributors: [...contributors].map(([key, events]) => `${key} ${events}`).sort(),
  };
}

/** What a consumer that upserts each update has in the end. */
export class UpsertedTables {
  readonly latest = new Map<string, WindowUpdate>();
  /** The states each window went through. */
  readonly states = new Map<string, string[]>();

  /** @throws Error where an update could not be upserted: an older one, or one that takes back. */
  take(update: WindowUpdate): void {
    const { bucket_start: bucket, revision, events, state } = update;
    const before = this.latest.get(bucket);
    if (before !== undefined && (revision <= before.revision || events < before.events)) {
      throw new Error(`${bucket} goes back from ${before.revision} to ${revision}`);
    }
    const rows = new Map(update.repository_activity.map((row) => [keyOf(row), row.events]));
    for (const row of before?.repository_activity ?? []) {
      if ((rows.get(keyOf(row)) ?? 0) < row.events) throw new Error(`${keyOf(row)} was taken back`);
    }
    this.latest.set(bucket, update);
    this.states.set(bucket, [...(this.states.get(bucket) ?? []), state]);
  }

  get tables(): Tables {
    const all = [...this.latest.values()];
    return {
      perMinute: all
        .flatMap((update) => update.events_per_minute)
        .map((row) => `${row.bucket_start} ${row.event_type} ${row.events}`)
        .sort(),
      repositories: all
        .flatMap((update) => update.repository_activity)
        .map((row) => `${keyOf(row)} ${row.events} ${String(row.commits)}`)
        .sort(),
      contributors: all
        .flatMap((update) => update.contributor_activity)
        .map((row) => `${row.bucket_start} ${row.user_login} ${row.event_type} ${row.events}`)
        .sort(),
    };
  }
}

function keyOf(row: { bucket_start: string; repo: string; event_type: string }): string {
  return `${row.bucket_start} ${row.repo} ${row.event_type}`;
}
