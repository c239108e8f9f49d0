import { describe, expect, it } from "vitest";
import { eventKey } from "../../../src/lib/events/event";
import type { Answer } from "../../../src/lib/github/answer";
import type { PageRequest } from "../../../src/lib/github/api-client";
import { type FeedOptions, feedsOf } from "../../../src/lib/github/feeds";
import type { PollerOptions } from "../../../src/lib/github/poller";
import { feedWatcher } from "../../../src/lib/github/watcher";
import { SimulatedApi } from "../../../src/local/simulator/api";
import { firehoseDefaults } from "../../../src/local/simulator/options";
import { simulatedNetwork } from "../support/simulated-network";
import { VirtualTime } from "../support/virtual-time";

const address = "https://api.example.org";

interface Watched {
  asked: (PageRequest & { atMs: number })[];
  keys: string[];
  log: string[];
}

/** Watches feeds until a moment. */
async function watch(
  feeds: FeedOptions,
  untilMs: number,
  answer: (request: PageRequest, nowMs: number) => Answer,
  options: Partial<PollerOptions> = {},
): Promise<Watched> {
  const time = new VirtualTime(0);
  const asked: Watched["asked"] = [];
  const log: string[] = [];
  const write = (message: string): void => void log.push(message);
  const stop = new AbortController();
  const source = feedWatcher({
    name: "github",
    address,
    unreachableHint: "check it",
    feeds: feedsOf(feeds),
    random: () => 0.5,
    connect: () =>
      Promise.resolve((request) => {
        asked.push({ ...request, atMs: time.nowMs });
        return Promise.resolve(answer(request, time.nowMs));
      }),
    ...options,
  });
  const keys: string[] = [];
  const logger = { debug: () => undefined, info: write, warn: write };
  for await (const batch of source.batches(time.effects({ signal: stop.signal, logger }))) {
    keys.push(...batch.events.map(eventKey));
    expect(batch.stats.coverage).toBeNull();
    if (time.nowMs >= untilMs) stop.abort();
  }
  return { asked, keys, log };
}

/** A feed that had so many events by now, the newest first. */
function page(count: number, { page: number, etag, path }: PageRequest): Answer {
  const tag = `"${path} ${count}"`;
  const headers = { "x-poll-interval": "60", etag: tag };
  if (etag === tag) return { status: 304, headers, text: "" };
  const newest = count - (number - 1) * 100;
  const ids = Array.from({ length: Math.max(0, Math.min(100, newest)) }, (_, age) => newest - age);
  const events = ids.map((id) => ({
    id: String(id),
    type: "PushEvent",
    actor: { id: 1, login: "octo" },
    repo: { id: 2, name: path },
    payload: {},
    created_at: "2026-01-31T23:59:59Z",
  }));
  return { status: 200, headers, text: JSON.stringify(events) };
}

describe("feedWatcher", () => {
  it("reads a window once, then only as many pages as are new, no sooner than asked", async () => {
    const counts = [350, 350, 360, 480];
    const { asked, keys, log } = await watch({ repos: ["o/r"] }, 180_000, (request, nowMs) =>
      page(counts[Math.floor(nowMs / 60_000)] ?? 480, request),
    );
    expect(asked.map(({ page: number, atMs }) => [atMs / 1000, number])).toEqual([
      [0, 1],
      [0, 2],
      [0, 3],
      [60, 1],
      [120, 1],
      [180, 1],
      [180, 2],
    ]);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).toHaveLength(300 + 10 + 120);
    expect(log).toEqual([]);
  });

  it("takes turns, and says where events of one feed were missed", async () => {
    const feeds = { repos: ["o/busy", "o/calm"], orgs: ["o"] };
    const { asked, log } = await watch(feeds, 120_000, (request, nowMs) =>
      page(request.path.includes("busy") ? 1000 + nowMs / 100 : 5, request),
    );
    expect(asked.map(({ path }) => path).filter((path) => path.includes("calm"))).toHaveLength(3);
    expect(log).toHaveLength(2);
    expect(log[0]).toMatch(/repository o\/busy: events were missed/);
  });

  it("polls a busy feed more often at the pace budget, so that nothing is missed", async () => {
    const busy = (request: PageRequest, nowMs: number): Answer =>
      page(1000 + Math.floor(nowMs / 1000) * 20, request);
    const budget = await watch({ orgs: ["o"] }, 600_000, busy, { pace: "budget" });
    const polite = await watch({ orgs: ["o"] }, 600_000, busy);
    expect(polite.log).toHaveLength(10);
    expect(budget.log.length).toBeLessThan(5);
    expect(budget.keys.length).toBeGreaterThan(10_000);
  });

  it("ends at the start for what does not exist, by its name", async () => {
    const missing: Answer = { status: 404, headers: {}, text: '{"message":"Not Found"}' };
    await expect(watch({ repos: ["o/gone"] }, 0, () => missing)).rejects.toMatchObject({
      code: "GITHUB",
      message: `${address} has no repository o/gone`,
      hint: /--repo/,
    });
  });

  it("warns once of what disappears later, and finds it again", async () => {
    const { log } = await watch({ users: ["u"] }, 3_600_000, (request, nowMs) =>
      nowMs > 100_000 && nowMs < 2_000_000
        ? { status: 404, headers: {}, text: "" }
        : page(5, request),
    );
    expect(log).toEqual(["user u is not there any more", "user u is there again"]);
  });

  it("ends after each feed was read once where that was asked", async () => {
    const { asked } = await watch({ repos: ["o/a", "o/b"] }, 1e9, (request) => page(5, request), {
      once: true,
    });
    expect(asked.map(({ path }) => path)).toEqual(["/repos/o/a/events", "/repos/o/b/events"]);
  });

  it("reads a repository of the simulated API, each event once", async () => {
    const time = new VirtualTime();
    const api = new SimulatedApi({ ...firehoseDefaults, rate: 120 }, time.nowMs);
    const first = JSON.parse(
      api.answer({ method: "GET", path: "/events", headers: {} }, time.nowMs).body,
    ) as { repo: { name: string } }[];
    const repo = first[0]?.repo.name ?? "";
    const stop = new AbortController();
    const source = feedWatcher({
      name: "simulator",
      address,
      unreachableHint: "",
      feeds: feedsOf({ repos: [repo] }),
      connect: () => Promise.resolve(simulatedNetwork(api, { minMs: 20, maxMs: 40 })),
    });
    const keys: string[] = [];
    for await (const { events } of source.batches(time.effects({ signal: stop.signal }))) {
      for (const event of events) {
        expect(event.repo.name).toBe(repo);
        keys.push(eventKey(event));
      }
      if (time.nowMs > api.startMs + 600_000) stop.abort();
    }
    expect(keys.length).toBeGreaterThan(3);
    expect(new Set(keys).size).toBe(keys.length);
    expect(api.violations).toEqual([]);
    expect(api.requests.earlyPolls).toBe(0);
  });
});
