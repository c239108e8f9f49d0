import type { Socket } from "node:net";
import { createInterface } from "node:readline";
import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import type { ProduceSummary } from "../produce";
import type { FeedHello } from "./publisher";

/** What a follower wants of a feed. */
export interface FollowOptions {
  types: readonly string[] | "all";
  /** Ends after this many messages. */
  events?: number | undefined;
  /** Ends after what is stored next. */
  once: boolean;
  enriches: boolean;
}

/** How following ended: what was stored meanwhile, and whether the feed itself has ended. */
export interface Followed {
  summary: ProduceSummary | undefined;
  feedEnded: boolean;
}

/**
 * Follows a feed that another producer reads: counts what it stores from now on. Ends when the
 * bound is reached, the signal aborts or the feed ends.
 *
 * @throws {@link WorkbenchError} code USAGE where the feed does not keep what is wanted
 */
export async function followFeed(
  socket: Socket,
  options: FollowOptions,
  effects: Effects,
): Promise<Followed> {
  const lines = createInterface({ input: socket });
  const stop = (): void => lines.close();
  // A connection that breaks has no end of its own.
  socket.once("close", stop);
  effects.signal?.addEventListener("abort", stop, { once: true });
  if (effects.signal?.aborted === true) stop();
  socket.on("error", () => undefined);
  let hello: FeedHello | undefined;
  let first: ProduceSummary | undefined;
  let latest: ProduceSummary | undefined;
  try {
    for await (const line of lines) {
      if (hello === undefined) {
        hello = JSON.parse(line) as FeedHello;
        checkKept(hello, options);
        effects.logger.info(
          `process ${hello.pid} reads this feed already: following it instead of polling too`,
        );
        continue;
      }
      const totals = JSON.parse(line) as ProduceSummary;
      // What was stored before it was followed does not count.
      first ??= totals;
      latest = since(first, totals);
      effects.progress({
        step: "produce",
        state: `following process ${hello.pid}`,
        figures: { events: latest.events, produced: latest.produced, requests: latest.requests },
      });
      const isFull = options.events !== undefined && latest.produced >= options.events;
      if (isFull || (options.once && latest.requests > 0))
        return { summary: latest, feedEnded: false };
    }
    return { summary: latest, feedEnded: effects.signal?.aborted !== true };
  } finally {
    effects.signal?.removeEventListener("abort", stop);
    socket.destroy();
  }
}

function checkKept({ pid, types, enriches }: FeedHello, wanted: FollowOptions): void {
  const misses =
    types !== "all" &&
    (wanted.types === "all" || wanted.types.some((type) => !types.includes(type)));
  const what = misses
    ? `keeps ${types.join(", ")}, not ${wanted.types === "all" ? "all types" : wanted.types.join(", ")}`
    : wanted.enriches && !enriches
      ? "does not enrich"
      : undefined;
  if (what === undefined) return;
  throw new WorkbenchError("USAGE", `a producer of this feed runs already, and it ${what}`, {
    hint: `stop it (kill ${pid}), or ask for what it keeps`,
    context: { pid },
  });
}

/** The part of the totals that came after others; of a share, the latest. */
function since(first: ProduceSummary, now: ProduceSummary): ProduceSummary {
  return {
    ...now,
    events: now.events - first.events,
    produced: now.produced - first.produced,
    duplicates: now.duplicates - first.duplicates,
    skipped: now.skipped - first.skipped,
    requests: now.requests - first.requests,
    not_modified: now.not_modified - first.not_modified,
  };
}
