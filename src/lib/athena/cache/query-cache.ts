import { join } from "node:path";
import type { Settings } from "../../config/settings";
import type { Effects } from "../../effects";
import { describeError } from "../../errors";
import type { TextRow } from "../csv-rows";
import type { QueryParameter } from "../parameters";
import type { Entry, EntryHead } from "./entry-file";
import { callerIdentity } from "./identity";
import { cacheKey } from "./key";
import { CacheStore, type Keeper } from "./store";

type Pages = AsyncIterable<readonly TextRow[]>;

/** The cache as one query sees it. */
export class QueryCache {
  private constructor(
    private readonly store: CacheStore,
    private readonly key: string,
    private readonly effects: Effects,
  ) {}

  /** Opens the cache for a query; undefined, and logged, where AWS does not tell who asks. */
  static async open(
    settings: Settings,
    sql: string,
    params: readonly QueryParameter[],
    effects: Effects,
  ): Promise<QueryCache | undefined> {
    try {
      const key = cacheKey(settings, sql, params, await callerIdentity(settings));
      const store = new CacheStore(cacheFolder(settings), effects);
      return new QueryCache(store, key, effects);
    } catch (error) {
      effects.logger.warn(`the query cache cannot be used: ${describeError(error)}`);
      return undefined;
    }
  }

  /** The kept answer, where it is no older than this. */
  find(maxAgeMs: number): Promise<Entry | undefined> {
    return this.store.find(this.key, maxAgeMs);
  }

  /** Keeps a result while it is read to its end; one that is not, or is too large, is not kept. */
  async *keep(head: EntryHead, pages: Pages): AsyncGenerator<readonly TextRow[]> {
    let keeper = await this.#attempt(() => this.store.keep(this.key, head));
    try {
      for await (const rows of pages) {
        keeper = await this.#add(keeper, rows);
        yield rows;
      }
      const whole = keeper;
      if (whole === undefined) return;
      const kept = await this.#attempt(async () => {
        await whole.commit();
        return true;
      });
      if (kept === true) keeper = undefined;
    } finally {
      await keeper?.drop();
    }
  }

  async #add(keeper: Keeper | undefined, rows: readonly TextRow[]): Promise<Keeper | undefined> {
    if (keeper === undefined) return undefined;
    const { maxEntryBytes } = this.store.limits;
    const added = await this.#attempt(async () => {
      await keeper.writer.add(rows);
      return true;
    });
    if (added === true && keeper.writer.bytes <= maxEntryBytes) return keeper;
    if (added === true) {
      this.effects.logger.info(
        `the result is larger than ${maxEntryBytes / 2 ** 20} MB: it is not kept in the local cache`,
      );
    }
    await keeper.drop();
    return undefined;
  }

  async #attempt<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.effects.logger.warn(
        `the result is not kept in the local cache: ${describeError(error)}`,
      );
      return undefined;
    }
  }
}

/** Where the entries are. */
export function cacheFolder({ home }: Pick<Settings, "home">): string {
  return join(home, "query-cache");
}
