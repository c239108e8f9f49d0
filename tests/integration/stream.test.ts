import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Settings } from "../../src/lib/config/settings";
import { consume } from "../../src/lib/consume";
import { systemEffects } from "../../src/lib/effects";
import type { CoverageMessage, SideKind } from "../../src/lib/events/side-message";
import { landedTopics } from "../../src/lib/landing/landed-topic";
import { produce, type ProduceSummary } from "../../src/lib/produce";
import { tail } from "../../src/lib/tail";
import { simulatorDefaults, startSimulator } from "../../src/local/simulator/server";
import {
  eventFile,
  eventLine,
  freshSettings,
  placesInLog,
  placesOf,
  readRaw,
  readTopic,
  realEventFiles,
  sendPlain,
  withPlainAdmin,
} from "./stream-support";

const effects = systemEffects();

function coverageMessage(seq: number): CoverageMessage {
  return {
    run_id: "r1",
    seq,
    minute: "2026-11-24T10:00:00Z",
    event_type: "PushEvent",
    captured: 40,
    estimated: 41.5,
    source: "github",
    api: "https://api.github.com",
    recorded_at: "2026-11-24T10:01:00.500Z",
  };
}

function produceFile(settings: Settings, ...files: string[]): Promise<ProduceSummary> {
  return produce(settings, { source: "file", files }, effects);
}

const realFiles = realEventFiles();
if (realFiles.length === 0) {
  console.warn("no files of real events (WORKBENCH_TEST_DATA): their counts are not tested");
}

describe("real events", () => {
  it.skipIf(realFiles.length === 0)("are in the raw objects, each once", async () => {
    const settings = freshSettings();
    expect(await produceFile(settings, ...realFiles)).toEqual({
      events: 2800,
      produced: 1913,
      duplicates: 0,
      skipped: 887,
      requests: 0,
      not_modified: 0,
      coverage: null,
      coverage_by_type: {},
    });
    expect(await consume(settings, {}, effects)).toEqual({
      messages: 1913,
      objects: 3,
      dead_letters: 0,
      lag: 0,
    });
    const objects = await readRaw(settings);
    expect(placesOf(objects)).toEqual(await placesInLog(settings));
    const byType: Record<string, number> = {};
    for (const line of objects.flatMap(({ lines }) => lines)) {
      const type = String(line["event_type"]);
      byType[type] = (byType[type] ?? 0) + 1;
    }
    expect(byType).toEqual({
      PushEvent: 1562,
      PullRequestEvent: 180,
      IssuesEvent: 94,
      ForkEvent: 77,
    });
  });
});

describe("consume", () => {
  it("adds nothing the second time, and only what is new the third", async () => {
    const settings = freshSettings();
    await produceFile(settings, eventFile(300));
    await consume(settings, {}, effects);
    const before = await readRaw(settings);
    expect(await consume(settings, {}, effects)).toEqual({
      messages: 0,
      objects: 0,
      dead_letters: 0,
      lag: 0,
    });
    expect(await readRaw(settings)).toEqual(before);
    await produceFile(settings, eventFile(200, 300));
    expect(await consume(settings, {}, effects)).toMatchObject({ messages: 200, lag: 0 });
    const after = await readRaw(settings);
    expect(after).toEqual(expect.arrayContaining(before));
    expect(placesOf(after)).toEqual(await placesInLog(settings));
  });

  it("rotates by count", async () => {
    const settings = freshSettings("stream", {
      rotation: { maxMessages: 100, maxBytes: 1e9, maxAgeMs: 60_000 },
    });
    await produceFile(settings, eventFile(1000));
    await consume(settings, {}, effects);
    const objects = await readRaw(settings);
    expect(Math.max(...objects.map(({ lines }) => lines.length))).toBe(100);
    expect(placesOf(objects)).toEqual(await placesInLog(settings));
  });

  it("adopts what a crash left uploaded and not committed", async () => {
    const settings = freshSettings();
    await produceFile(settings, eventFile(300));
    await consume(settings, {}, effects);
    const before = await readRaw(settings);
    // As if the process had died after the uploads: no offset was committed.
    await withPlainAdmin(settings, (admin) =>
      admin.deleteGroups([`${settings.kafka.group}-s3`]).then(() => undefined),
    );
    await produceFile(settings, eventFile(100, 300));
    expect(await consume(settings, {}, effects)).toMatchObject({ messages: 100, lag: 0 });
    const after = await readRaw(settings);
    expect(after).toEqual(expect.arrayContaining(before));
    expect(placesOf(after)).toEqual(await placesInLog(settings));
  });

  it("sends what cannot be read to the dead letters, with the reason and the place", async () => {
    const settings = freshSettings();
    await produceFile(settings, eventFile(20));
    await sendPlain(settings, [
      // A key that is no text stays as it is.
      { key: Buffer.from([0xff, 0x00, 0x80]), value: "nonsense", partition: 1 },
      { key: "b", value: null, partition: 1 },
      { key: "c", value: '{"id":"1"}', partition: 2 },
    ]);
    expect(await consume(settings, {}, effects)).toMatchObject({
      messages: 20,
      dead_letters: 3,
      lag: 0,
    });
    const letters = await readTopic(settings, `${settings.kafka.topic}.dead-letter`);
    expect(letters.map(({ value }) => value).sort()).toEqual(["", "nonsense", '{"id":"1"}']);
    expect(letters.find(({ value }) => value === "nonsense")?.key?.toString("hex")).toBe("ff0080");
    for (const { headers, partition } of letters) {
      expect(headers["partition"]).toBe(String(partition));
      expect(headers["topic"]).toBe(settings.kafka.topic);
      expect(headers["reason"]).toMatch(/not JSON|no value|event_type is missing/);
    }
    const dead = letters.map(
      ({ headers }) => `${headers["partition"] ?? ""}:${headers["offset"] ?? ""}`,
    );
    const landed = placesOf(await readRaw(settings));
    expect([...landed, ...dead].sort()).toEqual(await placesInLog(settings));
  });

  it("writes a partition at rest once its one message is old enough, and stops cleanly", async () => {
    const settings = freshSettings("stream", {
      rotation: { maxMessages: 1e6, maxBytes: 1e9, maxAgeMs: 1000 },
    });
    await produceFile(settings, eventFile(1));
    const stop = new AbortController();
    const running = consume(settings, { until: "forever" }, systemEffects({ signal: stop.signal }));
    await expect.poll(async () => (await readRaw(settings)).length, { timeout: 20_000 }).toBe(1);
    await produceFile(settings, eventFile(5, 10));
    await new Promise((resolve) => setTimeout(resolve, 700));
    stop.abort();
    const summary = await running;
    expect(summary.lag).toBe(0);
    expect(summary.messages).toBe(6);
    expect(placesOf(await readRaw(settings))).toEqual(await placesInLog(settings));
  });

  it("shares the partitions with another member of the group", async () => {
    const settings = freshSettings("stream", {
      rotation: { maxMessages: 50, maxBytes: 1e9, maxAgeMs: 500 },
    });
    await produceFile(settings, eventFile(600));
    const stop = new AbortController();
    const forever = systemEffects({ signal: stop.signal });
    const first = consume(settings, { until: "forever" }, forever);
    await expect
      .poll(async () => (await readRaw(settings)).length, { timeout: 30_000 })
      .toBeGreaterThan(0);
    const second = consume(settings, { until: "forever" }, forever);
    await produceFile(settings, eventFile(600, 600));
    const third = await consume(settings, { until: "caught-up" }, effects);
    stop.abort();
    const summaries = [await first, await second, third];
    expect(summaries.reduce((sum, { messages }) => sum + messages, 0)).toBe(1200);
    expect(placesOf(await readRaw(settings))).toEqual(await placesInLog(settings));
  });

  it("lands the topics beside it alike, each by a group of its own", async () => {
    const settings = freshSettings();
    await produceFile(settings, eventFile(10));
    const side = (kind: SideKind): Settings => {
      const [, ...others] = landedTopics(settings, "");
      return others.find((topic) => topic.kind === kind)?.settings ?? settings;
    };
    const coverage = side("coverage");
    await withPlainAdmin(settings, (admin) =>
      admin
        .createTopics({ topics: [{ topic: coverage.kafka.topic, numPartitions: 1 }] })
        .then(() => undefined),
    );
    await sendPlain(coverage, [
      { value: JSON.stringify(coverageMessage(1)) },
      { value: "nonsense" },
      { value: JSON.stringify(coverageMessage(2)) },
    ]);
    const events = { messages: 10, objects: 3, dead_letters: 0, lag: 0 };
    expect(await consume(settings, {}, effects)).toEqual({
      ...events,
      side: { coverage: { messages: 2, objects: 1, dead_letters: 1, lag: 0 } },
    });
    const [object] = await readRaw(coverage);
    expect(object?.lines).toEqual([
      { ...coverageMessage(1), _partition: 0, _offset: 0 },
      { ...coverageMessage(2), _partition: 0, _offset: 2 },
    ]);
    const [letter] = await readTopic(settings, `${settings.kafka.topic}.dead-letter`);
    expect(letter).toMatchObject({
      value: "nonsense",
      headers: { topic: coverage.kafka.topic, offset: "1" },
    });
    // Nothing new among the events: what is new beside them is landed all the same.
    await sendPlain(coverage, [{ value: JSON.stringify(coverageMessage(3)) }]);
    expect((await consume(settings, {}, effects)).side?.coverage).toMatchObject({ messages: 1 });
  });

  it("takes up a topic beside it that comes into being while it runs", async () => {
    const settings = freshSettings("stream", {
      rotation: { maxMessages: 1e6, maxBytes: 1e9, maxAgeMs: 500 },
    });
    await produceFile(settings, eventFile(1));
    const stop = new AbortController();
    const running = consume(settings, { until: "forever" }, systemEffects({ signal: stop.signal }));
    const [, coverage] = landedTopics(settings, "");
    if (coverage === undefined) throw new Error("no coverage");
    await expect.poll(async () => (await readRaw(settings)).length, { timeout: 20_000 }).toBe(1);
    await withPlainAdmin(settings, (admin) =>
      admin
        .createTopics({ topics: [{ topic: coverage.settings.kafka.topic, numPartitions: 1 }] })
        .then(() => undefined),
    );
    await sendPlain(coverage.settings, [{ value: JSON.stringify(coverageMessage(1)) }]);
    await expect
      .poll(async () => (await readRaw(coverage.settings)).length, { timeout: 40_000 })
      .toBe(1);
    stop.abort();
    expect((await running).side?.coverage).toMatchObject({ messages: 1, lag: 0 });
  });

  it("stops where the topic was made anew, and overwrites nothing", async () => {
    const settings = freshSettings();
    const { topic } = settings.kafka;
    await produceFile(settings, eventFile(100));
    await consume(settings, {}, effects);
    const before = await readRaw(settings);
    await withPlainAdmin(settings, (admin) => admin.deleteTopics({ topics: [topic] }));
    await produceFile(settings, eventFile(200, 500));
    await expect(consume(settings, {}, effects)).rejects.toMatchObject({
      code: "TOPIC_MISMATCH",
      message: expect.stringMatching(/was made anew/) as string,
      hint: expect.stringMatching(/DATASET/) as string,
    });
    expect(await readRaw(settings)).toEqual(before);
  });

  it("stops where the log was cut before it was landed", async () => {
    const settings = freshSettings();
    const { topic } = settings.kafka;
    await produceFile(settings, eventFile(100));
    await consume(settings, {}, effects);
    await produceFile(settings, eventFile(100, 100));
    const before = await readRaw(settings);
    await withPlainAdmin(settings, async (admin) => {
      const offsets = await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({
        topic,
        partitions: offsets.map(({ partition, high }) => ({ partition, offset: high })),
      });
    });
    await produceFile(settings, eventFile(100, 200));
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await expect(consume(settings, {}, effects)).rejects.toMatchObject({
        code: "TOPIC_MISMATCH",
        message: expect.stringMatching(/were deleted before they were landed/) as string,
      });
    }
    expect(await readRaw(settings)).toEqual(before);
  });

  it("names a bucket that is missing, and a cluster that cannot be reached", async () => {
    const settings = freshSettings();
    await produceFile(settings, eventFile(3));
    const elsewhere = { ...settings, raw: { ...settings.raw, bucket: "no-such-bucket-here" } };
    await expect(consume(elsewhere, {}, effects)).rejects.toMatchObject({
      code: "S3",
      message: "the bucket no-such-bucket-here does not exist",
    });
    const away = { ...settings, kafka: { ...settings.kafka, brokers: ["127.0.0.1:1"] } };
    await expect(consume(away, {}, effects)).rejects.toMatchObject({
      code: "KAFKA",
      hint: "start it: npx workbench up",
    });
  });
});

describe("produce", () => {
  it("touches nothing where a file is cut off, missing or not JSON", async () => {
    const settings = freshSettings();
    const dir = mkdtempSync(join(tmpdir(), "stream-"));
    const good = eventFile(10);
    const cut = join(dir, "cut.jsonl.gz");
    writeFileSync(cut, gzipSync(readFileSync(eventFile(2000))).subarray(0, 3000));
    const text = join(dir, "text.jsonl");
    writeFileSync(text, "hello\n");
    for (const bad of [cut, text, join(dir, "none.jsonl")]) {
      await expect(produceFile(settings, good, bad)).rejects.toMatchObject({ code: "BAD_INPUT" });
    }
    const topics = await withPlainAdmin(settings, (admin) => admin.listTopics());
    expect(topics).not.toContain(settings.kafka.topic);
  });

  it("keeps a bad line of a good file in the dead-letter topic", async () => {
    const settings = freshSettings();
    const path = join(mkdtempSync(join(tmpdir(), "stream-")), "one-bad.jsonl");
    writeFileSync(path, `${eventLine(1)}\nnonsense\n${eventLine(2)}\n`);
    expect(await produceFile(settings, path)).toMatchObject({ events: 3, produced: 2, skipped: 1 });
    const letters = await readTopic(settings, `${settings.kafka.topic}.dead-letter`);
    expect(letters).toHaveLength(1);
    expect(letters[0]).toMatchObject({ value: "nonsense", headers: { origin: `${path}:2` } });
  });

  it("keys each message by its repository, so that its events stay in order", async () => {
    const settings = freshSettings();
    await produceFile(settings, eventFile(500));
    const records = await readTopic(settings, settings.kafka.topic);
    const places = new Map<unknown, Set<number>>();
    for (const { value, partition } of records) {
      const { repo } = JSON.parse(value) as { repo: string };
      places.set(repo, (places.get(repo) ?? new Set()).add(partition));
    }
    expect([...places.values()].every((partitions) => partitions.size === 1)).toBe(true);
    expect(new Set(records.map(({ partition }) => partition)).size).toBe(3);
  });

  it("refuses to mix invented and real events", async () => {
    await expect(
      produce(freshSettings("github"), { source: "simulator" }, effects),
    ).rejects.toMatchObject({ code: "USAGE" });
    await expect(produceFile(freshSettings("demo"), eventFile(1))).rejects.toMatchObject({
      code: "USAGE",
    });
  });

  it("polls the simulator, stops in time, and leaves out what is in the topic already", async () => {
    const simulator = await startSimulator({
      ...simulatorDefaults,
      // So few that a start on a busy machine still finds some of those it has seen.
      rate: 60,
      port: 0,
      now: () => new Date().getTime(),
    });
    try {
      const settings = { ...freshSettings("demo"), simulatorUrl: simulator.address };
      const first = await produce(settings, { forMs: 3500, types: "all" }, effects);
      expect(first.produced).toBeGreaterThan(300);
      expect(first.events).toBe(first.produced + first.duplicates + first.skipped);
      expect(first.coverage).toBeGreaterThan(0.3);
      const second = await produce(settings, { once: true, types: "all" }, effects);
      expect(second.requests).toBe(3);
      // What slides from one page to the next meanwhile is in both, and counts once.
      expect(second.events).toBeGreaterThan(100);
      expect(second.events).toBeLessThanOrEqual(300);
      expect(second.duplicates).toBeGreaterThan(0);
      const stop = new AbortController();
      setTimeout(() => stop.abort(), 1500);
      const third = await produce(settings, {}, systemEffects({ signal: stop.signal }));
      const few = await produce(settings, { events: 7, types: "all" }, effects);
      expect(few.produced).toBe(7);
      const records = await readTopic(settings, settings.kafka.topic);
      expect(records).toHaveLength(first.produced + second.produced + third.produced + 7);
      const keys = records.map(({ value }) => {
        const { event_type, id, source } = JSON.parse(value) as Record<string, string>;
        expect(source).toBe("simulator");
        return `${event_type ?? ""}:${id ?? ""}`;
      });
      expect(new Set(keys).size).toBe(records.length);
    } finally {
      await simulator.close();
    }
  });

  it("says how to start the simulator where it does not run", async () => {
    const gone = await startSimulator({ ...simulatorDefaults, port: 0, now: () => 0 });
    await gone.close();
    const settings = { ...freshSettings("demo"), simulatorUrl: gone.address };
    await expect(produce(settings, { once: true }, effects)).rejects.toMatchObject({
      code: "GITHUB",
      hint: "start the simulator: npx workbench up",
    });
  });
});

describe("tail", () => {
  it("shows messages from the beginning, of the types asked for, and commits nothing", async () => {
    const settings = freshSettings();
    await produceFile(settings, eventFile(30));
    await sendPlain(settings, [{ key: "a", value: "nonsense", partition: 0 }]);
    const stop = new AbortController();
    const seen: string[] = [];
    const running = tail(
      settings,
      {
        from: "earliest",
        types: ["PushEvent"],
        onMessage: ({ id }) => {
          seen.push(id);
        },
      },
      systemEffects({ signal: stop.signal }),
    );
    await expect.poll(() => seen.length, { timeout: 20_000 }).toBe(30);
    await new Promise((resolve) => setTimeout(resolve, 500));
    stop.abort();
    expect(await running).toEqual({ messages: 30, unreadable: 1 });
    expect(await consume(settings, {}, effects)).toMatchObject({ messages: 30, dead_letters: 1 });
  });
});
