import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import { pageCount, pageSize } from "./api-client";
import type { Feed } from "./feeds";
import { parsePage } from "./parsed-page";
import { defaultQuotaShare, type PollerOptions } from "./poller";
import { Requester } from "./requester";
import type { EventSource, SourceBatch, UnreadableEvent } from "./source";
import { TokenPool } from "./token-pool";
import type { GitHubEvent } from "../events/event";

/** What a watcher is made with. */
export interface WatcherOptions extends PollerOptions {
  feeds: readonly Feed[];
}

/** Keys kept for each feed: its window, and what slid out of it a moment ago. */
const maxKeys = 400;
/** A feed that is gone is asked for again after this time: it may come back. */
const goneMs = 600_000;
/** In the pace `budget` a feed whose window moves this far is polled sooner than GitHub asks. */
const muchNews = 150;
const littleNews = 50;
const minIntervalMs = 1000;

interface Watched {
  feed: Feed;
  keys: Map<string, true>;
  dueMs: number;
  intervalMs: number | undefined;
  read: boolean;
  gone: boolean;
}

/**
 * Polls the events of some repositories, organizations or users, in turn, by the same rules as the
 * public ones and within one budget: pages from the newest on, until one holds events that were
 * there before.
 */
export function feedWatcher(options: WatcherOptions): EventSource {
  return {
    name: options.name,
    repeats: true,
    address: options.address,
    batches: (effects) => new Watcher(options, effects).batches(),
  };
}

class Watcher {
  private readonly pool: TokenPool;
  private readonly watched: readonly Watched[];

  constructor(
    private readonly options: WatcherOptions,
    private readonly effects: Effects,
  ) {
    const { tokens = [], quotaShare = defaultQuotaShare, feeds } = options;
    this.pool = new TokenPool(tokens, quotaShare, effects.now());
    this.watched = feeds.map((feed) => ({
      feed,
      keys: new Map(),
      dueMs: -Infinity,
      intervalMs: undefined,
      read: false,
      gone: false,
    }));
  }

  async *batches(): AsyncGenerator<SourceBatch, void, undefined> {
    const { effects, options } = this;
    const requester = new Requester(await options.connect(), this.pool, effects, {
      address: options.address,
      unreachableHint: options.unreachableHint,
      persistent: true,
      patient: options.once !== true,
      random: options.random ?? Math.random,
    });
    try {
      for (;;) {
        const next = this.nextDue();
        if (options.once === true && next.read) return;
        const nowMs = effects.now();
        const waitMs = Math.max(next.dueMs, this.pool.readyAtMs(1, nowMs)) - nowMs;
        if (waitMs > 0) {
          await effects.sleep(Math.ceil(waitMs), effects.signal);
          continue;
        }
        yield await this.poll(requester, next);
      }
    } catch (error) {
      if (effects.signal?.aborted !== true) throw error;
    }
  }

  /** The feed that has waited longest. */
  private nextDue(): Watched {
    return this.watched.reduce((first, other) => (other.dueMs < first.dueMs ? other : first));
  }

  private async poll(requester: Requester, watched: Watched): Promise<SourceBatch> {
    const { feed, keys } = watched;
    const startedMs = this.effects.now();
    const pages: { key: string; event: GitHubEvent }[][] = [];
    const unreadable: UnreadableEvent[] = [];
    let met = false;
    let full = true;
    for (let page = 1; page <= pageCount && full && !met; page += 1) {
      const result = await requester.page(feed.path, page);
      if (result.kind === "missing") {
        this.noteMissing(watched, startedMs);
        return this.batch(requester, [], []);
      }
      // What is as it was follows on the last time by itself.
      met = result.kind === "unchanged";
      if (result.kind !== "events") break;
      const url = `${this.options.address}${feed.path}`;
      const parsed = parsePage(result.items, page, result.atMs, url);
      pages.push([...parsed.events]);
      unreadable.push(...parsed.unreadable);
      full = parsed.items >= pageSize;
      met = parsed.events.some(({ key }) => keys.has(key));
    }
    const events = new Map(pages.flat().map(({ key, event }) => [key, event]));
    const fresh = [...events].filter(([key]) => !keys.has(key)).reverse();
    if (watched.read && !met && full && fresh.length > 0) {
      this.effects.logger.warn(
        `${feed.name}: events were missed: more than ${fresh.length} came since the last poll`,
        this.options.pace === "budget" ? {} : { mendedBy: "--pace budget polls more often" },
      );
    }
    this.remember(watched, [...events.keys()].reverse());
    this.noteRead(watched, startedMs, requester.pollIntervalMs, fresh.length);
    return this.batch(
      requester,
      fresh.map(([, event]) => event),
      unreadable,
    );
  }

  private batch(
    requester: Requester,
    events: readonly GitHubEvent[],
    unreadable: readonly UnreadableEvent[],
  ): SourceBatch {
    return { events, unreadable, stats: { ...requester.stats } };
  }

  private remember({ keys }: Watched, seen: readonly string[]): void {
    for (const key of seen) {
      keys.delete(key);
      keys.set(key, true);
    }
    for (const key of keys.keys()) {
      if (keys.size <= maxKeys) break;
      keys.delete(key);
    }
  }

  private noteRead(watched: Watched, startedMs: number, askedMs: number, fresh: number): void {
    const before = Math.min(watched.intervalMs ?? askedMs, askedMs);
    const factor = fresh > muchNews ? 0.5 : fresh < littleNews ? 2 : 1;
    watched.intervalMs =
      this.options.pace === "budget" && watched.read
        ? Math.min(askedMs, Math.max(minIntervalMs, before * factor))
        : askedMs;
    watched.dueMs = startedMs + watched.intervalMs;
    watched.read = true;
    if (watched.gone) this.effects.logger.info(`${watched.feed.name} is there again`);
    watched.gone = false;
  }

  /**
   * @throws {@link WorkbenchError} code GITHUB where it was never there
   */
  private noteMissing(watched: Watched, startedMs: number): void {
    const { feed } = watched;
    if (!watched.read) {
      throw new WorkbenchError("GITHUB", `${this.options.address} has no ${feed.name}`, {
        hint: feed.hint,
      });
    }
    if (!watched.gone) this.effects.logger.warn(`${feed.name} is not there any more`);
    watched.gone = true;
    watched.dueMs = startedMs + goneMs;
  }
}
