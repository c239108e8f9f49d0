/**
 * Captures a simulated firehose and compares with what really happened. By default over HTTP, on the
 * real clock, unscaled; with --virtual in virtual time, where a month passes in minutes.
 *
 *   npm run soak:capture -- --for 60s
 *   npm run soak:capture -- --for 10m --rate 260 --tokens 2
 *   npm run soak:capture -- --virtual --for 720h --pace polite
 */
import { parseArgs } from "node:util";
import { parseDurationMs } from "../src/lib/duration";
import { type Effects, systemEffects } from "../src/lib/effects";
import { eventKey } from "../src/lib/events/event";
import { type AskPage, createApiClient } from "../src/lib/github/api-client";
import { CoverageRecords } from "../src/lib/github/coverage-records";
import { apiPoller } from "../src/lib/github/poller";
import { SeenEvents } from "../src/lib/kafka/seen-events";
import { SimulatedApi } from "../src/local/simulator/api";
import { parseFaults } from "../src/local/simulator/faults";
import { type ApiOptions, firehoseDefaults } from "../src/local/simulator/options";
import { startSimulator } from "../src/local/simulator/server";
import { simulatedNetwork } from "../tests/lib/support/simulated-network";
import { VirtualTime } from "../tests/lib/support/virtual-time";

interface World {
  api: SimulatedApi;
  address: string;
  effects: Effects;
  connect: () => Promise<AskPage>;
  close: () => Promise<void>;
}

const { values } = parseArgs({
  options: {
    for: { type: "string", default: "10m" },
    rate: { type: "string", default: "120" },
    tokens: { type: "string", default: "1" },
    pace: { type: "string", default: "budget" },
    "quota-share": { type: "string", default: "1" },
    faults: { type: "string" },
    virtual: { type: "boolean", default: false },
  },
});

async function openWorld(options: ApiOptions, stop: AbortSignal): Promise<World> {
  if (!values.virtual) {
    const now = (): number => new Date().getTime();
    const simulator = await startSimulator({ ...options, port: 0, now });
    const { address, api } = simulator;
    const effects = systemEffects({ signal: stop });
    return {
      api,
      address,
      effects,
      connect: () => createApiClient(address),
      close: () => simulator.close(),
    };
  }
  const time = new VirtualTime();
  const api = new SimulatedApi(options, time.nowMs);
  const network = simulatedNetwork(api, { minMs: 50, maxMs: 300 });
  return {
    api,
    address: "http://simulated",
    effects: time.effects({ signal: stop }),
    // The clock keeps every sleep for the tests.
    connect: () => Promise.resolve((...asked) => ((time.sleeps.length = 0), network(...asked))),
    close: () => Promise.resolve(),
  };
}

async function soak(): Promise<boolean> {
  const forMs = parseDurationMs(values.for, "--for");
  const tokens = Array.from({ length: Number(values.tokens) }, (_, index) => `soak-token-${index}`);
  const stop = new AbortController();
  const world = await openWorld(
    {
      ...firehoseDefaults,
      rate: Number(values.rate),
      faults: values.faults === undefined ? undefined : parseFaults(values.faults),
      grace: { inFlightMs: 300, earlyMs: 5 },
    },
    stop.signal,
  );
  const { api, address, connect, effects } = world;
  const logger = { debug: () => undefined, info: print, warn: print };
  const source = apiPoller({
    name: "simulator",
    address,
    unreachableHint: "",
    connect,
    tokens,
    pace: values.pace === "polite" ? "polite" : "budget",
    quotaShare: Number(values["quota-share"]),
  });
  // As in `produce`: what is stored is what the memory does not know.
  const seen = new SeenEvents();
  const records = new CoverageRecords({ runId: "soak", source: "simulator", api: address });
  // A month's keys would not fit: then only the poller's own figures are told.
  const compares = forMs <= 6 * 3_600_000;
  const stored = new Set<string>();
  let [produced, doubles, polls, written, firstMs, saidMs] = [0, 0, 0, 0, 0, 0];
  let coverage: number | null = null;
  const startMs = effects.now();
  for await (const batch of source.batches({ ...effects, logger })) {
    const nowMs = effects.now();
    if (polls === 0) firstMs = nowMs;
    polls += 1;
    for (const event of batch.events) {
      const key = eventKey(event);
      if (!seen.add(key)) continue;
      produced += 1;
      records.capture(event.type, Date.parse(event.created_at));
      if (compares && stored.size === stored.add(key).size) doubles += 1;
    }
    for (const missed of batch.missed ?? []) records.miss(missed);
    if (polls % 60 === 0) written += records.take(nowMs).length;
    ({ coverage } = batch.stats);
    if (nowMs - saidMs >= forMs / 10) {
      saidMs = nowMs;
      const heapMb = (process.memoryUsage().heapUsed / 1e6).toFixed(0);
      print(
        `${((nowMs - startMs) / 1000).toFixed(0)} s: ${polls} polls, ${produced} events, ` +
          `coverage ${percent(coverage)}, heap ${heapMb} MB, memory of ${seen.size} keys`,
      );
    }
    if (nowMs - startMs >= forMs) stop.abort();
  }
  const endMs = effects.now();
  await world.close();
  const summary: Record<string, unknown> = {
    ...values,
    polls,
    produced,
    coverage_records: written + records.take(endMs).length,
    said: percent(coverage),
    requests: api.requests,
    used: Object.values(api.clientCounts).map(({ peakUsed }) => peakUsed),
    violations: api.violations.length,
    rss_mb: Math.round(process.memoryUsage().rss / 1e6),
  };
  let good = api.violations.length === 0 && doubles === 0;
  if (compares) {
    let [there, captured] = [0, 0];
    // What shows while the last poll is under way cannot be seen any more.
    for (const key of api.feed.keys(firstMs, endMs - 500)) {
      there += 1;
      if (stored.has(key)) captured += 1;
    }
    Object.assign(summary, { doubles, captured: percent(captured / there) });
    good &&= Math.abs((coverage ?? 0) - captured / there) < 0.03;
  }
  process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  return good;
}

function percent(share: number | null): string {
  return share === null ? "unknown" : `${(share * 100).toFixed(2)} %`;
}

function print(message: string): void {
  process.stderr.write(`${message}\n`);
}

soak().then(
  (good) => {
    process.exitCode = good ? 0 : 1;
  },
  (error: unknown) => {
    process.stderr.write(`soak: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
