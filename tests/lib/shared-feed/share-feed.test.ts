import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { systemEffects } from "../../../src/lib/effects";
import type { ProduceSummary } from "../../../src/lib/produce";
import { type FeedKey, feedSocketPath } from "../../../src/lib/shared-feed/feed-socket";
import {
  type Publish,
  shareFeed,
  type ShareOptions,
} from "../../../src/lib/shared-feed/share-feed";

const effects = systemEffects();
let feeds = 0;

function freshKey(): FeedKey {
  feeds += 1;
  const topic = `share-${process.pid}-${feeds}`;
  return { brokers: ["127.0.0.1:9092"], topic, address: "http://127.0.0.1:1", paths: [] };
}

function optionsFor(key: FeedKey, more: Partial<ShareOptions> = {}): ShareOptions {
  return { key, types: "all", once: false, enriches: false, ...more };
}

function totals(produced: number): ProduceSummary {
  return {
    events: produced,
    produced,
    duplicates: 0,
    skipped: 0,
    requests: produced / 10,
    not_modified: 0,
    coverage: 0.5,
    coverage_by_type: {},
  };
}

/** A feed that stores ten events every few milliseconds until it is stopped. */
class Feed {
  readonly stop = new AbortController();
  reads: { forMs?: number; events?: number }[] = [];
  produced = 0;

  readonly read = async (
    left: { forMs?: number; events?: number },
    publish: Publish,
  ): Promise<ProduceSummary> => {
    this.reads.push(left);
    while (!this.stop.signal.aborted) {
      this.produced += 10;
      publish(totals(this.produced));
      await effects.sleep(5);
    }
    return totals(this.produced);
  };
}

const never = (): Promise<ProduceSummary> => Promise.reject(new Error("it polled too"));

describe("a feed", () => {
  it("is followed by the second who asks for it, from then on", async () => {
    const key = freshKey();
    const feed = new Feed();
    const first = shareFeed(optionsFor(key), effects, feed.read);
    await expect.poll(() => feed.produced).toBeGreaterThan(50);
    const states: string[] = [];
    const before = feed.produced;
    const second = await shareFeed(
      optionsFor(key, { events: 100 }),
      systemEffects({ progress: ({ state }) => states.push(state) }),
      never,
    );
    expect(second.produced).toBeGreaterThanOrEqual(100);
    // What was stored before does not count.
    expect(feed.produced - before).toBeGreaterThanOrEqual(100);
    expect(second.produced).toBeLessThan(200);
    expect(second.coverage).toBe(0.5);
    expect(states).toContain(`following process ${process.pid}`);
    feed.stop.abort();
    expect((await first).produced).toBe(feed.produced);
    expect(existsSync(feedSocketPath(key))).toBe(false);
  });

  it("is taken over by a follower where it ends, for what is left", async () => {
    const key = freshKey();
    const feed = new Feed();
    const first = shareFeed(optionsFor(key), effects, feed.read);
    await expect.poll(() => feed.produced).toBeGreaterThan(0);
    const heir = new Feed();
    const second = shareFeed(optionsFor(key, { events: 1e6, forMs: 60_000 }), effects, heir.read);
    await effects.sleep(50);
    feed.stop.abort();
    await first;
    await expect.poll(() => heir.produced).toBeGreaterThan(0);
    heir.stop.abort();
    const { produced } = await second;
    const followed = produced - heir.produced;
    expect(followed).toBeGreaterThan(0);
    expect(heir.reads).toHaveLength(1);
    expect(heir.reads[0]?.events).toBe(1e6 - followed);
    expect(heir.reads[0]?.forMs).toBeLessThanOrEqual(59_960);
  });

  it("is left alone by a follower whose time is over, or who is stopped", async () => {
    const key = freshKey();
    const feed = new Feed();
    const first = shareFeed(optionsFor(key), effects, feed.read);
    await expect.poll(() => feed.produced).toBeGreaterThan(0);
    const timed = await shareFeed(optionsFor(key, { forMs: 60 }), effects, never);
    expect(timed.produced).toBeGreaterThan(0);
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 60);
    const stopped = shareFeed(optionsFor(key), systemEffects({ signal: stop.signal }), never);
    expect((await stopped).produced).toBeGreaterThan(0);
    const polled = await shareFeed(optionsFor(key, { once: true }), effects, never);
    expect(polled.requests).toBeGreaterThan(0);
    const before = feed.produced;
    await expect.poll(() => feed.produced).toBeGreaterThan(before);
    feed.stop.abort();
    await first;
  });

  it.each([
    { kept: ["PushEvent"], wanted: "all" as const, enriches: false, says: /all types/ },
    { kept: ["PushEvent"], wanted: ["ForkEvent"], enriches: false, says: /not ForkEvent/ },
    { kept: "all" as const, wanted: ["ForkEvent"], enriches: true, says: /does not enrich/ },
  ])("is refused to one who wants more than it keeps: $says", async (trial) => {
    const key = freshKey();
    const feed = new Feed();
    const first = shareFeed(optionsFor(key, { types: trial.kept }), effects, feed.read);
    await expect.poll(() => feed.produced).toBeGreaterThan(0);
    const wanted = { types: trial.wanted, enriches: trial.enriches };
    await expect(shareFeed(optionsFor(key, wanted), effects, never)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(trial.says) as string,
      hint: expect.stringContaining(`kill ${process.pid}`) as string,
    });
    feed.stop.abort();
    await first;
  });

  it("is taken where a killed process left its socket behind", async () => {
    const key = freshKey();
    const path = feedSocketPath(key);
    mkdirSync(dirname(path), { recursive: true });
    const script = `require("node:net").createServer().listen(${JSON.stringify(path)}, () => console.log("up"))`;
    const child = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
    await once(child.stdout, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(existsSync(path)).toBe(true);
    const feed = new Feed();
    feed.stop.abort();
    expect(await shareFeed(optionsFor(key), effects, feed.read)).toMatchObject({ produced: 0 });
    expect(feed.reads).toHaveLength(1);
  });
});

it("keeps feeds apart that differ, and names them in a path that is short enough", () => {
  const key = freshKey();
  const paths = [
    key,
    { ...key, topic: "other" },
    { ...key, address: "http://127.0.0.1:2" },
    { ...key, paths: ["/repos/o/r/events"] },
    { ...key, brokers: ["127.0.0.1:9093"] },
  ].map(feedSocketPath);
  expect(new Set(paths).size).toBe(5);
  expect(Math.max(...paths.map((path) => path.length))).toBeLessThan(100);
});
