/**
 * S3 gone for a while under full load: the consumer holds no more than its bound, goes on by itself
 * when S3 is back, and has lost nothing. S3_AWAY_SECONDS=120 is the long form (npm run soak:s3-away).
 */
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Settings } from "../../src/lib/config/settings";
import { ConsumerProcess } from "./consumer-process";
import { type FaultProxy, startFaultProxy } from "./fault-proxy";
import { Load } from "./landing-load";
import {
  formatTable,
  landingSettings,
  Outlook,
  rawPath,
  reached,
  verifyLanding,
} from "./landing-support";

const awaySeconds = Number(process.env["S3_AWAY_SECONDS"] ?? 10);
const isLong = awaySeconds > 10;
/** The long form has to come to more than the consumer may hold: some 16 MB a second. */
const [messagesPerSecond, maxTextBytes] = isLong ? [2000, 16_000] : [1500, 2400];
/** Of what is sent meanwhile, at least; the texts are compressed to a half. */
const leastSentBytes = isLong ? 300_000_000 : 2_000_000;
/** There before S3 goes: the six origins, and in the short form a raw object. */
const leastObjects = isLong ? 6 : 7;
/** Resident, whatever S3 does: docs/topics/delivery.md says why. */
const boundMb = 512;

let settings: Settings;
let outlook: Outlook;
let load: Load;
let proxy: FaultProxy;
let consumer: ConsumerProcess | undefined;

beforeAll(async () => {
  settings = landingSettings("away", {
    maxMessages: 100_000,
    maxBytes: 64_000_000,
    // A buffer that is due holds its partition back; here memory is to be what does.
    maxAgeMs: isLong ? 60_000 : 1000,
  });
  outlook = await Outlook.open(settings);
  await outlook.makeTopics();
  load = await Load.connect(settings, {
    seed: 5,
    partitions: 6,
    messagesPerSecond,
    maxTextBytes,
    unreadable: 0.001,
  });
  proxy = await startFaultProxy(settings.aws.endpointUrl ?? "", rawPath(settings));
});
afterAll(async () => {
  consumer?.signal("SIGKILL");
  await load.stop();
  await proxy.close();
  await outlook.close();
});

function residentMb(pid: number): number {
  const found = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Math.round(Number(found?.[1] ?? 0) / 1024);
}

it(`outlives ${awaySeconds} s without S3`, { timeout: 1_200_000 }, async () => {
  const running = new ConsumerProcess("consumer", settings, proxy);
  consumer = running;
  const samples: { phase: string; mb: number }[] = [];
  let phase = "before";
  const sampler = setInterval(() => {
    if (!running.hasEnded) samples.push({ phase, mb: residentMb(running.pid) });
  }, 1000);
  try {
    load.start();
    expect(
      await reached(60_000, async () => (await outlook.noteObjects()) >= leastObjects),
      running.tail,
    ).toBe(true);
    const before = load.sentBytes;
    proxy.goAway();
    phase = "away";
    await sleep(awaySeconds * 1000);
    expect(running.hasEnded, running.tail).toBe(false);
    // The load went on: else there was nothing to be held back.
    const sentBytes = load.sentBytes - before;
    expect(sentBytes).toBeGreaterThan(leastSentBytes);
    const objects = await outlook.noteObjects();
    proxy.comeBack();
    phase = "after";
    const backMs = Date.now();
    expect(await reached(60_000, async () => (await outlook.noteObjects()) > objects)).toBe(true);
    const firstMs = Date.now() - backMs;
    await load.stop();
    const behind = await outlook.lag();
    expect(await reached(600_000, async () => (await outlook.lag()) === 0), running.tail).toBe(
      true,
    );
    process.stdout.write(
      `\nS3 away for ${awaySeconds} s: ${load.sent} messages, ${Math.round(sentBytes / 1e6)} MB meanwhile, first object after ${firstMs} ms, ` +
        `${behind} behind then, caught up after ${Date.now() - backMs} ms, ` +
        `${running.grep(/^landed .* reason=memory /).length} objects written for want of memory\n`,
    );
    running.signal("SIGTERM");
    expect(await running.endWithin(60_000), running.tail).toBe(0);
  } finally {
    clearInterval(sampler);
    process.stdout.write(`resident memory, in MB\n${formatTable(summarize(samples))}`);
  }
  const verdict = await verifyLanding(settings);
  process.stdout.write(`${JSON.stringify(verdict)}\n`);
  expect(verdict.problems, JSON.stringify(verdict.places, null, 1)).toEqual({});
  expect(verdict).toMatchObject({ records: load.sent, lag: 0 });
  expect(Math.max(...samples.map(({ mb }) => mb))).toBeLessThan(boundMb);
});

function summarize(
  samples: readonly { phase: string; mb: number }[],
): Record<string, string | number>[] {
  return ["before", "away", "after"].map((phase) => {
    const own = samples.filter((sample) => sample.phase === phase).map(({ mb }) => mb);
    return {
      phase,
      seconds: own.length,
      least: Math.min(Infinity, ...own),
      most: Math.max(...own),
      last: own.at(-1) ?? 0,
    };
  });
}
