import { botPattern } from "../analyses/top-contributors";
import type { WindowState, WindowUpdate } from "./update";
import type { WatchStats } from "./watch";

/** One window on the board. */
export interface WindowTotals {
  bucket_start: string;
  bucket_end: string;
  state: WindowState;
  events: number;
  late_events: number;
  /** The reading began after the window did. */
  partial: boolean;
  by_type: Readonly<Record<string, number>>;
}

/** A repository over the windows on the board. */
export interface TopRepository {
  repo: string;
  events: number;
  /** Of its pushes, as far as they are known; null where none is. */
  commits: number | null;
}

/** A user over the windows on the board. */
export interface TopContributor {
  user_login: string;
  events: number;
  /** As far as a name tells. */
  bot: boolean;
}

/** How things stand at a moment. */
export interface LiveSnapshot {
  at: string;
  /** The newest windows, the oldest first; a minute without events has none. */
  windows: readonly WindowTotals[];
  /** Over these windows, the most events first. */
  top_repositories: readonly TopRepository[];
  top_contributors: readonly TopContributor[];
  /** What became of all the messages since the reading began. */
  stats: WatchStats;
}

/** What is shown. */
export interface BoardOptions {
  /** How many of the newest windows. Default: 10 */
  windows?: number;
  /** How many repositories, and how many contributors. Default: 10 */
  top?: number;
}

const bot = new RegExp(botPattern);

/** Keeps the newest windows by their updates, and ranks who is in them. */
export class LiveBoard {
  private readonly windows = new Map<string, WindowUpdate>();
  private readonly shown: number;
  private readonly top: number;

  constructor({ windows = 10, top = 10 }: BoardOptions = {}) {
    this.shown = windows;
    this.top = top;
  }

  /** Takes a window's new value in place of the one before. */
  take(update: WindowUpdate): void {
    this.windows.set(update.bucket_start, update);
    while (this.windows.size > this.shown) {
      const oldest = [...this.windows.keys()].sort()[0];
      this.windows.delete(oldest ?? "");
    }
  }

  /** How things stand at `atMs`. */
  snapshot(stats: WatchStats, atMs: number): LiveSnapshot {
    const updates = [...this.windows.values()].sort((a, b) =>
      a.bucket_start < b.bucket_start ? -1 : 1,
    );
    return {
      at: new Date(atMs).toISOString(),
      windows: updates.map(totalsOf),
      top_repositories: this.repositories(updates),
      top_contributors: this.contributors(updates),
      stats,
    };
  }

  private repositories(updates: readonly WindowUpdate[]): TopRepository[] {
    const sums = new Map<string, TopRepository>();
    for (const { repository_activity } of updates) {
      for (const { repo, events, commits } of repository_activity) {
        const sum = sums.get(repo) ?? { repo, events: 0, commits: null };
        sum.events += events;
        if (commits !== null) sum.commits = (sum.commits ?? 0) + commits;
        sums.set(repo, sum);
      }
    }
    return leaders([...sums.values()], ({ repo }) => repo, this.top);
  }

  private contributors(updates: readonly WindowUpdate[]): TopContributor[] {
    const sums = new Map<string, number>();
    for (const { contributor_activity } of updates) {
      for (const { user_login, events } of contributor_activity) {
        sums.set(user_login, (sums.get(user_login) ?? 0) + events);
      }
    }
    const all = [...sums].map(([user_login, events]) => ({
      user_login,
      events,
      bot: bot.test(user_login),
    }));
    return leaders(all, ({ user_login }) => user_login, this.top);
  }
}

function totalsOf(update: WindowUpdate): WindowTotals {
  const { bucket_start, bucket_end, state, events, late_events, partial } = update;
  const by_type = Object.fromEntries(
    update.events_per_minute.map((row) => [row.event_type, row.events]),
  );
  return { bucket_start, bucket_end, state, events, late_events, partial, by_type };
}

/** The first of many by events, then by name, so that ties do not jump about. */
function leaders<T extends { events: number }>(
  all: T[],
  nameOf: (one: T) => string,
  count: number,
): T[] {
  return all
    .sort((a, b) => b.events - a.events || (nameOf(a) < nameOf(b) ? -1 : 1))
    .slice(0, count);
}
