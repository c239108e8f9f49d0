import { anySignal, type Effects } from "../effects";
import type { ProduceSummary } from "../produce";
import { type FeedKey, feedSocketPath, holdFeed } from "./feed-socket";
import { followFeed, type FollowOptions } from "./follow";
import { FeedPublisher } from "./publisher";

/** Told of what has been stored so far. */
export type Publish = (totals: ProduceSummary) => void;

/** How a feed is shared. */
export interface ShareOptions extends FollowOptions {
  key: FeedKey;
  /** Ends after this time, in milliseconds. */
  forMs?: number | undefined;
}

/**
 * Reads a feed, unless another process of this machine does: then it is followed, and taken over
 * where it ends first.
 *
 * @param read - reads the feed for the time and the messages that are left
 */
export async function shareFeed(
  options: ShareOptions,
  effects: Effects,
  read: (left: { forMs?: number; events?: number }, publish: Publish) => Promise<ProduceSummary>,
): Promise<ProduceSummary> {
  const startedMs = effects.now();
  const path = feedSocketPath(options.key);
  let followed: ProduceSummary | undefined;
  for (;;) {
    const forMs =
      options.forMs === undefined
        ? undefined
        : Math.max(0, options.forMs - (effects.now() - startedMs));
    const events =
      options.events === undefined ? undefined : options.events - (followed?.produced ?? 0);
    const hold = await holdFeed(path);
    if (hold.kind === "ours") {
      const hello = { pid: process.pid, types: options.types, enriches: options.enriches };
      const publisher = new FeedPublisher(hold.server, hello);
      try {
        const summary = await read(
          {
            ...(forMs === undefined ? {} : { forMs }),
            ...(events === undefined ? {} : { events }),
          },
          (totals) => publisher.publish(totals),
        );
        publisher.publish(summary);
        return add(followed, summary);
      } finally {
        publisher.close();
      }
    }
    const timer = new AbortController();
    const signal = anySignal(timer.signal, effects.signal);
    if (forMs !== undefined) {
      effects.sleep(forMs, signal).then(
        () => timer.abort(),
        () => undefined,
      );
    }
    try {
      const outcome = await followFeed(hold.socket, { ...options, events }, { ...effects, signal });
      followed = add(followed, outcome.summary);
      if (!outcome.feedEnded) return followed;
      effects.logger.info("the producer that was followed has ended: reading the feed itself");
    } finally {
      timer.abort();
    }
  }
}

/** Nothing yet. */
const none: ProduceSummary = {
  events: 0,
  produced: 0,
  duplicates: 0,
  skipped: 0,
  requests: 0,
  not_modified: 0,
  coverage: null,
  coverage_by_type: {},
};

function add(
  before: ProduceSummary | undefined,
  after: ProduceSummary | undefined,
): ProduceSummary {
  if (before === undefined || after === undefined) return after ?? before ?? none;
  return {
    ...after,
    events: before.events + after.events,
    produced: before.produced + after.produced,
    duplicates: before.duplicates + after.duplicates,
    skipped: before.skipped + after.skipped,
    requests: before.requests + after.requests,
    not_modified: before.not_modified + after.not_modified,
  };
}
