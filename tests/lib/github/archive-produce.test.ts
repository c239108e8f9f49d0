import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { formatProduce, register } from "../../../src/cli/commands/produce";
import { loadSettings } from "../../../src/lib/config/load";
import type { Settings } from "../../../src/lib/config/settings";
import type { Effects } from "../../../src/lib/effects";
import type { EventMessage } from "../../../src/lib/events/message";
import type { OutgoingRecord, RecordProducer } from "../../../src/lib/kafka/producer";
import { produce, type ProduceOptions, type ProduceSummary } from "../../../src/lib/produce";
import { hourLines, quickEffects } from "./archive-support";

/** What Kafka would hold: records are stored when flushed, and not before. */
const kafka = vi.hoisted(() => ({
  topics: new Map<string, OutgoingRecord[]>(),
  flushes: 0,
  failAtFlush: Infinity,
}));

vi.mock("../../../src/lib/kafka/producer", () => ({
  createProducer: (
    _settings: unknown,
    _effects: unknown,
    topic = "github-events",
  ): Promise<RecordProducer> => {
    const stored = kafka.topics.get(topic) ?? [];
    kafka.topics.set(topic, stored);
    let buffered: OutgoingRecord[] = [];
    let count = 0;
    const flush = async (): Promise<void> => {
      await new Promise((resolve) => setImmediate(resolve));
      if (buffered.length === 0) return;
      kafka.flushes += 1;
      if (kafka.flushes >= kafka.failAtFlush) throw new Error("the broker has gone");
      stored.push(...buffered);
      count += buffered.length;
      buffered = [];
    };
    return Promise.resolve({
      add: (record) => {
        buffered.push(record);
        return Promise.resolve();
      },
      flush,
      get stored() {
        return count;
      },
      refused: 0,
      close: () => Promise.resolve(),
    });
  },
}));
vi.mock("../../../src/lib/kafka/topic", async (original) => ({
  ...(await original<object>()),
  ensureTopic: () => Promise.resolve(),
  fetchTopicIdentity: () =>
    Promise.resolve({ clusterId: "c", topic: "github-events", topicId: "0a" }),
}));

let home = "";
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "archive-produce-"));
  mkdirSync(join(home, "hours"));
  kafka.topics.clear();
  kafka.flushes = 0;
  kafka.failAtFlush = Infinity;
});
afterEach(() => rmSync(home, { recursive: true }));

function write(name: string, content: string): void {
  writeFileSync(join(home, "hours", `${name}.json.gz`), gzipSync(content));
}

function settings(): Settings {
  return loadSettings({
    env: { WORKBENCH_HOME: home, GHARCHIVE_URL: join(home, "hours") },
    cwd: home,
  });
}

function run(options: ProduceOptions, overrides: Partial<Effects> = {}): Promise<ProduceSummary> {
  const { effects } = quickEffects(overrides);
  return produce(settings(), { source: "archive", ...options }, effects);
}

function messages(): EventMessage[] {
  return (kafka.topics.get("github-events") ?? []).map(
    ({ value }) => JSON.parse(String(value)) as EventMessage,
  );
}

function idsOf(hour: string): number {
  return messages().filter(({ id }) => id.startsWith(`${hour}-`)).length;
}

describe("produce --source archive", () => {
  it("stores the messages of every hour, and names the archive as their source", async () => {
    write("2026-01-31-22", `${hourLines("a", 700, ["PushEvent", "WatchEvent"])}nonsense\n`);
    write("2026-01-31-23", hourLines("b", 3));
    const summary = await run({ from: "2026-01-31T22", to: "2026-02-01T00" });
    expect(summary).toEqual({
      events: 704,
      produced: 353,
      duplicates: 0,
      skipped: 351,
      requests: 0,
      not_modified: 0,
      coverage: null,
      coverage_by_type: {},
      hours: {
        done: 2,
        skipped_done: 0,
        missing: ["2026-02-01T00"],
        damaged: [],
        nearly_empty: ["2026-01-31T22", "2026-01-31T23"],
        left: 0,
      },
    });
    expect(new Set(messages().map(({ source }) => source))).toEqual(new Set(["archive"]));
    const [letter] = kafka.topics.get("github-events.dead-letter") ?? [];
    expect(letter).toMatchObject({
      value: "nonsense",
      headers: { origin: "2026-01-31-22.json.gz:701" },
    });
    expect(formatProduce(summary)).toBe(
      "353 messages produced of 704 events, 0 duplicates left out, 351 skipped, 2 hours done, 1 missing",
    );
  });

  it("goes on with the hours left after a crash; only what is stored counts as done", async () => {
    for (const hour of [1, 2, 3]) write(`2026-01-31-${hour}`, hourLines(`h${hour}`, 600));
    const range = { from: "2026-01-31T01", to: "2026-01-31T03" };
    kafka.failAtFlush = 2;
    await expect(run(range)).rejects.toThrow("the broker has gone");
    expect(messages()).toHaveLength(600);
    kafka.failAtFlush = Infinity;
    const summary = await run(range);
    expect(summary.hours).toMatchObject({ done: 2, skipped_done: 1, left: 0 });
    expect(["h1", "h2", "h3"].map(idsOf)).toEqual([600, 600, 600]);
    expect((await run(range)).hours).toMatchObject({ done: 0, skipped_done: 3 });
    expect((await run({ ...range, types: "all" })).hours).toMatchObject({ done: 3 });
    expect((await run({ ...range, again: true })).hours).toMatchObject({ done: 3 });
  });

  it.each<[string, ProduceOptions, number, object]>([
    ["within an hour", { events: 700 }, 700, { done: 1, left: 2 }],
    ["one event before an hour's end", { events: 1199 }, 1199, { done: 1, left: 2 }],
    ["at an hour's end", { events: 1200 }, 1200, { done: 2, left: 1 }],
    ["beyond the last", { events: 2000 }, 1800, { done: 3, left: 0 }],
  ])("stopped %s, leaves what is not whole to the next run", async (_n, bound, stored, hours) => {
    for (const hour of [1, 2, 3]) write(`2026-01-31-${hour}`, hourLines(`h${hour}`, 600));
    const range = { from: "2026-01-31T01", to: "2026-01-31T03" };
    const first = await run({ ...range, ...bound });
    expect(first.produced).toBe(stored);
    expect(first.hours).toMatchObject({ ...hours, skipped_done: 0 });
    const second = await run(range);
    expect(second.hours?.skipped_done).toBe(first.hours?.done);
    for (const hour of ["h1", "h2", "h3"]) expect(idsOf(hour)).toBeGreaterThanOrEqual(600);
  });

  it("stopped by time or by Ctrl-C, leaves the rest to the next run", async () => {
    for (const hour of [1, 2, 3]) write(`2026-01-31-${hour}`, hourLines(`h${hour}`, 600));
    const range = { from: "2026-01-31T01", to: "2026-01-31T03" };
    const timeIsUp = { sleep: () => Promise.resolve() };
    const first = await run({ ...range, forMs: 1 }, timeIsUp);
    expect(first.hours).toMatchObject({ done: 0, left: 3 });
    const stop = new AbortController();
    const second = await run(range, {
      signal: stop.signal,
      progress: ({ state }) => {
        if (state.startsWith("2026-01-31T02, hour 2 of 3")) stop.abort();
      },
    });
    expect(second.hours).toMatchObject({ done: 1, left: 2 });
    expect((await run(range)).hours).toMatchObject({ done: 2, skipped_done: 1, left: 0 });
  });

  it("counts an hour as not done where a bound leaves out only what is unreadable", async () => {
    write("2026-01-31-1", `${hourLines("a", 5)}nonsense\n`);
    const summary = await run({ from: "2026-01-31T01", events: 5 });
    expect(summary).toMatchObject({ produced: 5, hours: { done: 0, left: 1 } });
    await run({ from: "2026-01-31T01" });
    expect(kafka.topics.get("github-events.dead-letter")).toHaveLength(1);
  });

  it.each([
    ["whole", 1, 0],
    ["missing", 2, 0],
    ["damaged", 3, 1],
  ])("makes the command's exit code for an hour that is %s", async (name, hour, expected) => {
    write("2026-01-31-1", hourLines("a", 5));
    writeFileSync(join(home, "hours", "2026-01-31-3.json.gz"), "<html>");
    let printed = "";
    const program = new Command();
    register(program, {
      settings: () => settings(),
      run: async (_options, action, print) => {
        printed = print(await action(quickEffects().effects)) ?? "";
      },
      write: () => Promise.resolve(),
    });
    const before = process.exitCode;
    try {
      process.exitCode = 0;
      const flags = ["--source", "archive", "--from", `2026-01-31T0${hour}`, "--again"];
      await program.parseAsync(["node", "workbench", "produce", ...flags]);
      expect(process.exitCode).toBe(expected);
      expect(printed).toMatch(hour === 1 ? /1 hours done$/ : new RegExp(`, 1 ${name}$`));
    } finally {
      process.exitCode = before;
    }
  });

  it.each<[string, ProduceOptions]>([
    ["no hour", {}],
    ["an hour before 2015", { from: "2014-12-31T23" }],
    ["an hour to come", { from: "2026-06-01T00" }],
    ["hours for another source", { source: "github", from: "2026-01-31T22" }],
  ])("refuses %s before anything is stored", async (_name, options) => {
    await expect(run(options)).rejects.toMatchObject({ code: "USAGE" });
    expect(kafka.topics.size).toBe(0);
  });

  const data = resolve(process.env["WORKBENCH_TEST_DATA"] ?? "../shared/data");
  const real = ["gh-events-2016-07-07.jsonl.gz", "gh-events-2021-07-21.jsonl.gz"].map((name) =>
    join(data, name),
  );
  const isThere = real.every((path) => existsSync(path));
  if (!isThere) console.warn("no files of real events (WORKBENCH_TEST_DATA): not tested");

  it.skipIf(!isThere)("reads real events of 2016 and 2021, hour by hour", async () => {
    const byHour = new Map<string, string[]>();
    for (const path of real) {
      for (const line of gunzipSync(readFileSync(path)).toString().trimEnd().split("\n")) {
        const { created_at } = JSON.parse(line) as { created_at: string };
        const hour = created_at.slice(0, 13);
        byHour.set(hour, [...(byHour.get(hour) ?? []), line]);
      }
    }
    for (const [hour, lines] of byHour) {
      const [day = "", ofDay] = hour.split("T");
      write(`${day}-${Number(ofDay)}`, `${lines.join("\n")}\n`);
    }
    const old = await run({ from: "2016-07-07T00", types: "all" });
    expect(old).toMatchObject({ events: 2000, produced: 2000, skipped: 0, hours: { done: 1 } });
    const newer = await run({ from: "2021-07-21", types: "all" });
    expect(newer).toMatchObject({ events: 800, produced: 800, skipped: 0 });
    expect(newer.hours).toMatchObject({ done: byHour.size - 1, damaged: [], left: 0 });
    expect(newer.hours?.missing).toHaveLength(24 - (byHour.size - 1));
    const byType: Record<string, number> = {};
    for (const { event_type } of messages()) byType[event_type] = (byType[event_type] ?? 0) + 1;
    expect(byType).toMatchObject({
      PushEvent: 1137 + 425,
      PullRequestEvent: 116 + 64,
      IssuesEvent: 73 + 21,
      ForkEvent: 58 + 19,
    });
    expect(Object.values(byType).reduce((sum, count) => sum + count, 0)).toBe(2800);
  });
});
