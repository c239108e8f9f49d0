import { describe, expect, it } from "vitest";
import { eventKey } from "../../../src/lib/events/event";
import { apiPoller, type PollerOptions } from "../../../src/lib/github/poller";
import { SimulatedApi } from "../../../src/local/simulator/api";
import type { Violation } from "../../../src/local/simulator/exchange";
import { parseFaults } from "../../../src/local/simulator/faults";
import { type ApiOptions, firehoseDefaults } from "../../../src/local/simulator/options";
import { Random } from "../../../src/local/simulator/random";
import { type Latency, simulatedNetwork } from "../support/simulated-network";
import { VirtualTime } from "../support/virtual-time";

interface Captured {
  /** Of the events that showed while it was polling, the share that was seen. */
  share: number;
  byType: Map<string, number>;
  /** What the poller says of it. */
  said: number;
  saidByType: Readonly<Record<string, number>>;
  violations: readonly Violation[];
  peakUsed: readonly number[];
  requestsPerHour: number;
  earlyPolls: number;
  log: string[];
}

const tokens = ["token-of-one-user", "token-of-another"];

/** Polls a simulated firehose for some virtual minutes. */
async function capture(
  minutes: number,
  api: Partial<ApiOptions>,
  poller: Partial<PollerOptions>,
  latency: Latency = { minMs: 40, maxMs: 60 },
): Promise<Captured> {
  const time = new VirtualTime();
  const startMs = time.nowMs;
  const grace = { inFlightMs: latency.maxMs, earlyMs: 0 };
  const simulated = new SimulatedApi({ ...firehoseDefaults, grace, ...api }, startMs);
  const random = new Random(3);
  const stop = new AbortController();
  const log: string[] = [];
  const write = (message: string): void => void log.push(message);
  const source = apiPoller({
    name: "github",
    address: "http://simulated",
    unreachableHint: "",
    connect: () => Promise.resolve(simulatedNetwork(simulated, latency)),
    random: () => random.next(),
    ...poller,
  });
  const seen = new Set<string>();
  const logger = { debug: () => undefined, info: write, warn: write };
  let firstMs: number | undefined;
  let said: number | null = null;
  let saidByType: Readonly<Record<string, number>> = {};
  for await (const batch of source.batches(time.effects({ signal: stop.signal, logger }))) {
    firstMs ??= time.nowMs;
    for (const event of batch.events) seen.add(eventKey(event));
    said = batch.stats.coverage;
    saidByType = batch.stats.coverageByType ?? {};
    if (time.nowMs >= startMs + minutes * 60_000) stop.abort();
  }
  const counts = new Map<string, { there: number; seen: number }>();
  // What shows after the last poll's request is sent cannot have been seen.
  for (const key of simulated.feed.keys(firstMs ?? startMs, time.nowMs - latency.maxMs)) {
    for (const type of ["all", key.slice(0, key.indexOf(":"))]) {
      const count = counts.get(type) ?? { there: 0, seen: 0 };
      count.there += 1;
      if (seen.has(key)) count.seen += 1;
      counts.set(type, count);
    }
  }
  const byType = new Map([...counts].map(([type, count]) => [type, count.seen / count.there]));
  return {
    share: byType.get("all") ?? 0,
    byType,
    said: said ?? Number.NaN,
    saidByType,
    violations: simulated.violations,
    peakUsed: Object.values(simulated.clientCounts).map(({ peakUsed }) => peakUsed),
    requestsPerHour: (simulated.requests.total * 3_600_000) / (time.nowMs - startMs),
    earlyPolls: simulated.requests.earlyPolls,
    log,
  };
}

describe("capture of a simulated firehose", () => {
  it("sees 99 % at 120 events a second with one token, within its limit", async () => {
    const one = { pace: "budget", tokens: tokens.slice(0, 1), quotaShare: 1 } as const;
    const result = await capture(10, { rate: 120 }, one);
    expect(result.share).toBeGreaterThan(0.99);
    expect(Math.abs(result.said - result.share)).toBeLessThan(0.01);
    expect(result.violations).toEqual([]);
    expect(result.requestsPerHour).toBeLessThan(5030);
  });

  it("sees 99 % at 260 events a second with two tokens", async () => {
    const two = { pace: "budget", tokens, quotaShare: 1 } as const;
    const result = await capture(2, { rate: 260 }, two, { minMs: 50, maxMs: 50 });
    expect(result.share).toBeGreaterThan(0.99);
    expect(result.violations).toEqual([]);
    expect(result.requestsPerHour).toBeLessThan(10_250);
  });

  it("sees all where there is budget to spare, and does not spend it all", async () => {
    const latency = { minMs: 50, maxMs: 300 };
    const result = await capture(2, { rate: 120 }, { pace: "budget", tokens }, latency);
    expect(result.share).toBeGreaterThan(0.999);
    expect(result.said).toBeGreaterThan(0.999);
    expect(result.requestsPerHour).toBeLessThan(7000);
  });

  it.each([
    ["steady", { minMs: 50, maxMs: 50 }],
    ["jittery", { minMs: 50, maxMs: 300 }],
  ])(
    "tells its share within three points where one token is too little (%s)",
    async (_, latency) => {
      const one = { pace: "budget", tokens: tokens.slice(0, 1) } as const;
      const result = await capture(4, { rate: 260 }, one, latency);
      expect(result.share).toBeGreaterThan(0.39);
      expect(Math.abs(result.said - result.share)).toBeLessThan(0.03);
      for (const type of ["PushEvent", "CreateEvent", "PullRequestEvent"]) {
        const truth = result.byType.get(type) ?? 0;
        expect(Math.abs((result.saidByType[type] ?? 0) - truth)).toBeLessThan(0.05);
      }
      expect(result.requestsPerHour).toBeLessThan(4100);
    },
  );

  it("sees 98 % with two tokens and a fault in every fifth answer, and asks nothing too early", async () => {
    const faults = parseFaults("5:500,html,cut,reset,secondary=2");
    const two = { pace: "budget", tokens, quotaShare: 1 } as const;
    const result = await capture(5, { rate: 120, faults }, two, { minMs: 20, maxMs: 20 });
    expect(result.share).toBeGreaterThan(0.98);
    expect(Math.abs(result.said - result.share)).toBeLessThan(0.03);
    expect(result.violations).toEqual([]);
  });

  it("is honest at the pace polite, obeys X-Poll-Interval, and says once what it misses", async () => {
    const result = await capture(60, { rate: 120 }, { tokens: tokens.slice(0, 1) });
    expect(result.share).toBeGreaterThan(0.03);
    expect(Math.abs(result.said - result.share)).toBeLessThan(0.01);
    expect(result.earlyPolls).toBe(0);
    expect(result.violations).toEqual([]);
    const told = result.log.filter((line) => line.includes("--pace budget"));
    expect(told).toEqual([expect.stringMatching(/about [34]\.\d % .* about 9\d %/)]);
  });

  it.each(["polite", "budget"] as const)("fits the limit without a token (%s)", async (pace) => {
    const result = await capture(100, { rate: 120 }, { pace });
    expect(Math.max(...result.peakUsed)).toBeLessThanOrEqual(48);
    expect(result.violations).toEqual([]);
    expect(Math.abs(result.said - result.share)).toBeLessThan(0.01);
  });
});
