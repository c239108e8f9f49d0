/**
 * The live windows over a real topic, against a count of all its messages by another reader.
 * Real events where their files are, and what a simulated firehose shows while the windows run.
 */
import { expect, it } from "vitest";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";
import type { EventMessage } from "../../src/lib/events/message";
import { parseMessage } from "../../src/lib/events/parse-message";
import type { WindowUpdate } from "../../src/lib/live/update";
import { type WatchOptions, type WatchStats, watchAggregates } from "../../src/lib/live/watch";
import { produce } from "../../src/lib/produce";
import { recount, UpsertedTables } from "../lib/live/recount";
import { message } from "../lib/live/streams";
import {
  freshSettings,
  readTopic,
  realEventFiles,
  sendPlain,
  withPlainAdmin,
  startSlowFirehose,
} from "./stream-support";

const minute = 60_000;

interface Running {
  store: UpsertedTables;
  updates: WindowUpdate[];
  /** The stats once a condition holds of them. */
  until: (holds: (stats: WatchStats) => boolean) => Promise<WatchStats>;
  /** Stops it, and tells how long that took. */
  stop: () => Promise<{ stats: WatchStats; tookMs: number }>;
}

function watch(settings: Settings, options: Partial<WatchOptions> = {}): Running {
  const controller = new AbortController();
  const store = new UpsertedTables();
  const updates: WindowUpdate[] = [];
  let latest: WatchStats | undefined;
  let failure: unknown;
  const over = watchAggregates(
    settings,
    {
      refreshMs: 100,
      onUpdate: (update) => {
        store.take(update);
        updates.push(update);
      },
      onRefresh: (stats) => {
        latest = stats;
      },
      ...options,
    },
    systemEffects({ signal: controller.signal }),
  );
  over.catch((error: unknown) => (failure = error));
  return {
    store,
    updates,
    async until(holds) {
      const endMs = Date.now() + 60_000;
      for (;;) {
        if (failure !== undefined) throw failure as Error;
        if (latest !== undefined && holds(latest)) return latest;
        if (Date.now() > endMs) throw new Error(`still ${JSON.stringify(latest)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async stop() {
      const startedMs = Date.now();
      controller.abort();
      const stats = await over;
      return { stats, tookMs: Date.now() - startedMs };
    },
  };
}

async function messagesIn(settings: Settings): Promise<EventMessage[]> {
  const records = await readTopic(settings, settings.kafka.topic);
  return records.flatMap(({ value }) => parseMessage(value).message ?? []);
}

async function send(settings: Settings, messages: readonly EventMessage[]): Promise<void> {
  for (let from = 0; from < messages.length; from += 100) {
    const part = messages.slice(from, from + 100);
    await sendPlain(
      settings,
      part.map((one) => ({ key: one.repo, value: JSON.stringify(one) })),
    );
  }
}

/** Messages of as many events, a second each, of ten repositories. */
function made(count: number, fromMs: number, firstId = 0): EventMessage[] {
  return Array.from({ length: count }, (_, index) =>
    message({
      id: String(firstId + index),
      repo: `octo/repo-${index % 10}`,
      user: `user-${index % 7}`,
      atMs: Math.floor(fromMs / 1000 + index) * 1000,
      payload: index % 3 === 0 ? {} : { size: index % 5 },
    }),
  );
}

it("has what a count of the whole topic has, real and simulated events, doubles and all", async () => {
  const settings = freshSettings("live");
  const simulator = await startSlowFirehose();
  const files = realEventFiles();
  if (files.length === 0) console.warn("no files of real events: simulated ones alone");
  const effects = systemEffects();
  if (files.length > 0) {
    await produce(settings, { source: "file", files, types: "all" }, effects);
  } else {
    await send(settings, made(100, Date.UTC(2021, 0, 1)));
  }
  // The simulator shows events up to six hours after they happened.
  const running = watch(settings, { from: "earliest", horizon: "7h" });
  await running.until(({ messages }) => messages > 0);
  // Into the same topic all the same: its events are of now, the files' are years old.
  const simulated = { ...settings, dataset: "demolive", simulatorUrl: simulator.address };
  await produce(simulated, { source: "simulator", types: "all", forMs: 8000 }, effects);
  await simulator.close();
  const captured = await messagesIn(settings);
  const doubles = captured.filter(({ source }) => source === "simulator").slice(0, 300);
  await send(settings, doubles);
  await sendPlain(settings, [{ key: "octo/repo", value: "not JSON" }]);
  const total = captured.length + doubles.length + 1;
  const { unreadable } = await running.until(({ messages }) => messages >= total);
  const { stats, tookMs } = await running.stop();
  expect(tookMs).toBeLessThan(1000);
  expect(unreadable).toBe(1);
  const truth = recount(await messagesIn(settings), minute);
  expect(running.store.tables).toEqual(truth);
  expect(stats).toMatchObject({ messages: total, too_late: 0, future: 0, overflow: 0, missed: 0 });
  expect(stats.events + stats.duplicates).toBe(total - 1);
  expect(doubles.length).toBeGreaterThan(100);
  expect(stats.duplicates).toBeGreaterThanOrEqual(doubles.length);
  if (files.length > 0) expect(stats.windows_closed).toBeGreaterThan(0);
  expect(running.updates.every(({ partial }) => !partial)).toBe(true);
});

it("goes on at its own place when the group is made anew, and leaves no offsets behind", async () => {
  const settings = freshSettings("demolive");
  const running = watch(settings, { from: "earliest" });
  const now = Date.now() - 5 * minute;
  await running.until(() => true);
  await send(settings, made(200, now));
  await running.until(({ messages }) => messages === 200);
  const group = await liveGroup(settings);
  const { Kafka, logLevel } = await import("kafkajs");
  const intruder = new Kafka({
    brokers: [...settings.kafka.brokers],
    logLevel: logLevel.NOTHING,
  }).consumer({ groupId: group });
  await intruder.connect();
  await intruder.subscribe({ topic: settings.kafka.topic });
  const joined = new Promise((resolve) => intruder.on("consumer.group_join", resolve));
  await intruder.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
  await joined;
  await send(settings, made(200, now, 200));
  await intruder.disconnect();
  const stats = await running.until(({ messages }) => messages >= 400);
  await send(settings, made(1, now, 400));
  await running.until(({ messages }) => messages > 400);
  const offsets = await withPlainAdmin(settings, (admin) =>
    admin.fetchOffsets({ groupId: group, topics: [settings.kafka.topic] }),
  );
  expect(offsets.flatMap(({ partitions }) => partitions.map(({ offset }) => offset))).toEqual([
    "-1",
    "-1",
    "-1",
  ]);
  await running.stop();
  expect(stats).toMatchObject({ repeated: 0, duplicates: 0, events: 400 });
  expect(running.store.tables).toEqual(recount(await messagesIn(settings), minute));
});

it("begins now, or some time back, and says which windows it saw only in part", async () => {
  const settings = freshSettings("demolive");
  const nowMs = Date.now();
  await watchOnce(settings);
  await sendPlain(
    settings,
    made(60, nowMs - 3 * minute).map((one, index) => ({
      key: one.repo,
      value: JSON.stringify(one),
      timestamp: String(nowMs - 3 * minute + index * 1000),
    })),
  );
  const fromNow = watch(settings);
  const back = watch(settings, { from: "150s" });
  await back.until(({ messages }) => messages >= 20);
  await fromNow.until(() => true);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  await send(settings, made(10, nowMs, 1000));
  await fromNow.until(({ messages }) => messages >= 10);
  const seen = await fromNow.stop();
  expect(seen.stats.messages).toBe(10);
  await back.until(({ messages }) => messages >= 30);
  const { stats } = await back.stop();
  expect(stats.messages).toBeGreaterThanOrEqual(30);
  expect(stats.messages).toBeLessThanOrEqual(41);
  const startMs = nowMs - 150_000;
  for (const [bucket, { partial }] of back.store.latest) {
    // The reading began some moments after the clock was read here.
    if (Math.abs(Date.parse(bucket) - startMs) > 5000) {
      expect(partial, bucket).toBe(Date.parse(bucket) < startMs);
    }
  }
});

/** A hundred minutes of one repository, an event each six seconds, `bytes` of payload in each. */
function hundredMinutes(repo: string, bytes: number, firstId: number): EventMessage[] {
  return Array.from({ length: 1000 }, (_, index) =>
    message({
      id: String(firstId + index),
      repo,
      atMs: Date.UTC(2026, 0, 1) + index * 6000,
      payload: { size: 1, text: "x".repeat(bytes) },
    }),
  );
}

it("lets no partition run away from a slower one, so that few windows are kept", async () => {
  const settings = freshSettings("demolive");
  await watchOnce(settings);
  // Of the one a fetch brings twenty minutes, of the other five; each is a partition.
  const [swift, slow] = await reposApart(settings);
  await send(settings, hundredMinutes(swift, 1000, 0));
  await send(settings, hundredMinutes(slow, 4500, 1000));
  let kept = 0;
  const running = watch(settings, {
    from: "earliest",
    horizon: "20s",
    rules: { aheadMs: minute },
    onRefresh: (stats) => {
      kept = Math.max(kept, stats.windows_kept);
    },
    refreshMs: 5,
  });
  await untilTold(running.store, 2000);
  await running.stop();
  expect(running.store.tables).toEqual(recount(await messagesIn(settings), minute));
  expect(kept).toBeLessThan(45);
});

it("reads no further than a slow consumer can take, and stops beside one that hangs", async () => {
  const fresh = freshSettings("demolive");
  // One partition, which nothing else holds up: each batch closes windows at once.
  const settings = { ...fresh, kafka: { ...fresh.kafka, partitions: 1 } };
  await watchOnce(settings);
  await send(settings, hundredMinutes("octo/repo", 1500, 0));
  const store = new UpsertedTables();
  let held = false;
  let readWhileHeld: number | undefined;
  const running = watch(settings, {
    from: "earliest",
    horizon: "20s",
    onUpdate: async (update) => {
      if (update.state === "closed" && !held) {
        held = true;
        await new Promise((resolve) => setTimeout(resolve, 3000));
      }
      store.take(update);
    },
    onRefresh: (stats) => {
      if (stats.windows_closed > 0) readWhileHeld ??= stats.messages;
    },
  });
  await untilTold(store, 1000);
  expect(held).toBe(true);
  await running.stop();
  expect(store.tables).toEqual(recount(await messagesIn(settings), minute));
  // In three seconds all the thousand could have been read.
  expect(readWhileHeld).toBeLessThan(700);

  const hanging = watch(settings, {
    from: "earliest",
    onUpdate: () => new Promise(() => undefined),
  });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  const { tookMs } = await Promise.race([
    hanging.stop(),
    new Promise<{ tookMs: number }>((resolve) =>
      setTimeout(() => resolve({ tookMs: Infinity }), 5000),
    ),
  ]);
  expect(tookMs).toBeLessThan(1000);
});

/** Once a consumer has been told of so many events. */
async function untilTold(store: UpsertedTables, events: number): Promise<void> {
  const endMs = Date.now() + 50_000;
  const told = (): number => [...store.latest.values()].reduce((sum, one) => sum + one.events, 0);
  while (told() < events) {
    if (Date.now() > endMs) throw new Error(`told of ${told()} events`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Two repositories whose messages go to different partitions. */
async function reposApart(settings: Settings): Promise<[string, string]> {
  const names = Array.from({ length: 8 }, (_, index) => `octo/apart-${index}`);
  const probe = {
    ...settings,
    kafka: { ...settings.kafka, topic: `${settings.kafka.topic}-probe` },
  };
  await watchOnce(probe);
  await sendPlain(
    probe,
    names.map((key) => ({ key, value: key })),
  );
  const placed = await readTopic(probe, probe.kafka.topic);
  const first = placed[0];
  const other = placed.find(({ partition }) => partition !== first?.partition);
  return [first?.value ?? "", other?.value ?? ""];
}

/** Makes the topic, as the first watch of it does. */
async function watchOnce(settings: Settings): Promise<void> {
  const running = watch(settings);
  await running.until(() => true);
  await running.stop();
}

async function liveGroup(settings: Settings): Promise<string> {
  const { groups } = await withPlainAdmin(settings, (admin) => admin.listGroups());
  const live = groups
    .map(({ groupId }) => groupId)
    .filter((id) => id.startsWith("workbench-live-"));
  const { groups: described } = await withPlainAdmin(settings, (admin) =>
    admin.describeGroups(live),
  );
  const active = described.filter(({ members }) => members.length > 0);
  expect(active).toHaveLength(1);
  return active[0]?.groupId ?? "";
}
