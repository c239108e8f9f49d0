/**
 * Dead letters listed and replayed on a real cluster; the replay killed with −9 at each of its steps.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { Message } from "kafkajs";
import { describe, expect, it } from "vitest";
import { installationDir } from "../../src/lib/config/sources";
import type { Settings } from "../../src/lib/config/settings";
import { consume } from "../../src/lib/consume";
import { listLetters } from "../../src/lib/dead-letters/list";
import { replayLetters } from "../../src/lib/dead-letters/replay";
import { systemEffects } from "../../src/lib/effects";
import { createKafka } from "../../src/lib/kafka/client";
import { GroupLock } from "../../src/lib/kafka/group-lock";
import { fetchRanges, readLog } from "../../src/lib/kafka/read-log";
import { ensureTopic } from "../../src/lib/kafka/topic";
import {
  eventLine,
  freshSettings,
  placesInLog,
  placesOf,
  readRaw,
  sendPlain,
  withPlainAdmin,
} from "./stream-support";

const effects = systemEffects();
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

let made: Promise<unknown> = Promise.resolve();

/** Settings whose topics are there and empty; topics are made one after another. */
async function emptyTopics(): Promise<Settings> {
  const settings = freshSettings("letters");
  made = made.then(() => ensureTopic(settings, effects));
  await made;
  return settings;
}

/** Writes letters as a consumer would that could not read them. */
async function storeLetters(settings: Settings, messages: Message[]): Promise<void> {
  const topic = `${settings.kafka.topic}.dead-letter`;
  await sendPlain({ ...settings, kafka: { ...settings.kafka, topic } }, messages);
}

/** A message that today's parser reads, with bytes that would not survive being written anew. */
function messageValue(id: number): string {
  return ` {"id": "${id}", "event_type": "PushEvent", "repo": "o/r", "user": "o", "repo_id": 1,
    "user_id": 1, "org": null, "timestamp": "2026-01-31T23:59:59Z", "source": "file",
    "ingested_at": "2026-01-31T23:59:59Z", "payload": {"big": 12345678901234567890}}`;
}

function letterOf(
  settings: Settings,
  id: number,
  value: string | null,
  more: Partial<Message> = {},
): Message {
  const partition = id % 3;
  const { topic } = settings.kafka;
  const place = { topic, partition: String(partition), offset: String(1000 + id) };
  return { key: "k", value, partition, headers: { reason: "too new", ...place }, ...more };
}

interface Stored {
  partition: number;
  key: Buffer | null;
  value: Buffer | null;
  letter: string | undefined;
}

async function readEvents(settings: Settings): Promise<Stored[]> {
  const { topic } = settings.kafka;
  const found: Stored[] = [];
  const ranges = await fetchRanges(settings, effects, topic);
  await readLog(settings, effects, topic, ranges, ({ key, value, headers }, partition) => {
    found.push({ partition, key, value, letter: headers?.["letter"]?.toString() });
  });
  return found;
}

describe("dead-letters list", () => {
  it("shows what a consumer could not read, each once, the latest last", async () => {
    const settings = await emptyTopics();
    await sendPlain(settings, [
      { key: "a", value: "nonsense", partition: 1 },
      { key: "b", value: null, partition: 1 },
    ]);
    expect(await consume(settings, {}, effects)).toMatchObject({ dead_letters: 2, lag: 0 });
    const [twice] = [letterOf(settings, 7, "x")];
    await storeLetters(settings, [twice, twice]);
    const list = await listLetters(settings, {}, effects);
    expect(list.total).toBe(3);
    expect(list.letters.map(({ reason, found }) => [reason, found])).toEqual([
      [
        expect.stringMatching(/not JSON/),
        { kind: "topic", topic: settings.kafka.topic, partition: 1, offset: "0" },
      ],
      [
        "the message has no value",
        { kind: "topic", topic: settings.kafka.topic, partition: 1, offset: "1" },
      ],
      ["too new", expect.anything()],
    ]);
    expect((await listLetters(settings, { reason: "TOO new" }, effects)).total).toBe(1);
    expect((await listLetters(settings, { limit: 1 }, effects)).letters).toHaveLength(1);
    expect((await listLetters(settings, { sinceMs: 1 }, effects)).total).toBe(0);
  });

  it("is empty where there is no such topic", async () => {
    const settings = freshSettings("letters");
    expect(await listLetters(settings, {}, effects)).toMatchObject({ total: 0, letters: [] });
    expect(await replayLetters(settings, {}, effects)).toMatchObject({ letters: 0 });
  });
});

describe("dead-letters replay", () => {
  it("writes back what is readable now, bytes as they were, and only once", async () => {
    const settings = await emptyTopics();
    const key = Buffer.from([0xff, 0x00, 0xfe]);
    const twice = letterOf(settings, 1, messageValue(1), { key });
    await storeLetters(settings, [
      twice,
      letterOf(settings, 2, "nonsense"),
      { value: eventLine(3), partition: 0, headers: { reason: "r", origin: "a.jsonl:3" } },
      {
        value: eventLine(4).replace("PushEvent", "WatchEvent"),
        ...{ partition: 0, headers: { reason: "r", origin: "a.jsonl:4" } },
      },
      twice,
    ]);
    const counts = { letters: 4, still_unreadable: 1, skipped: 1, in_doubt: 0 };
    const first = { ...counts, replayed: 2, already_replayed: 0 };
    expect(await replayLetters(settings, { dryRun: true }, effects)).toEqual(first);
    expect(await readEvents(settings)).toEqual([]);
    expect(await replayLetters(settings, {}, effects)).toEqual(first);
    const stored = await readEvents(settings);
    expect(stored).toHaveLength(2);
    expect(stored).toContainEqual({
      ...{ partition: 1, key, value: Buffer.from(messageValue(1)) },
      letter: expect.any(String) as string,
    });
    const event = stored.find(({ key: found }) => found?.toString() === "octo/repo-3");
    expect(JSON.parse(String(event?.value))).toMatchObject({ id: "3", source: "file" });

    // Again, and after a crash has stored it once more.
    await storeLetters(settings, [twice]);
    const second = { ...counts, replayed: 0, already_replayed: 2 };
    expect(await replayLetters(settings, {}, effects)).toEqual(second);
    expect(await readEvents(settings)).toHaveLength(2);
    expect(await listLetters(settings, {}, effects)).toMatchObject({ total: 4, replayed: 2 });

    // What was replayed is landed like any other message.
    expect(await consume(settings, {}, effects)).toMatchObject({ messages: 2, lag: 0 });
    expect(placesOf(await readRaw(settings))).toEqual(await placesInLog(settings));
  });

  it("takes only those that are asked for", async () => {
    const settings = await emptyTopics();
    const { topic } = settings.kafka;
    await storeLetters(
      settings,
      [0, 3, 6].map((id) => letterOf(settings, id, messageValue(id))),
    );
    await storeLetters(settings, [
      letterOf(settings, 1, messageValue(1), {
        headers: { reason: "Other", topic, partition: "1", offset: "1" },
      }),
    ]);
    const replayed = async (options: Parameters<typeof replayLetters>[1]): Promise<number> =>
      (await replayLetters(settings, { ...options, dryRun: true }, effects)).replayed;
    expect(await replayed({ reason: "other" })).toBe(1);
    expect(await replayed({ partition: 0 })).toBe(3);
    expect(await replayed({ partition: 0, fromOffset: 2n })).toBe(1);
    await expect(replayed({ fromOffset: 2n })).rejects.toMatchObject({ code: "USAGE" });
    await expect(replayed({ partition: 9 })).rejects.toMatchObject({ code: "USAGE" });
  });

  // Side by side: most of their time they wait until a killed run has lost the lock.
  it.concurrent(
    "replays each letter once, wherever it is killed",
    { timeout: 120_000 },
    async () => {
      const settings = await emptyTopics();
      // More than a batch.
      await storeLetters(
        settings,
        Array.from({ length: 700 }, (_, id) => letterOf(settings, id, messageValue(id))),
      );
      const killedAt = async (state: string): Promise<number> => {
        await replayKilledAt(settings, state);
        return (await readEvents(settings)).length;
      };
      // Marked, not sent; sent, not marked as done; and again with what the first had left.
      expect(await killedAt("intended")).toBe(0);
      expect(await killedAt("stored")).toBe(500);
      expect(await killedAt("stored")).toBe(700);
      const summary = await replayLetters(settings, {}, effects);
      expect(summary).toMatchObject({ letters: 700, replayed: 0, already_replayed: 700 });
      const ids = (await readEvents(settings)).map(({ letter }) => letter);
      expect(ids).toHaveLength(700);
      expect(new Set(ids).size).toBe(700);
      expect(await replayLetters(settings, {}, effects)).toMatchObject({ already_replayed: 700 });
    },
  );

  it.concurrent(
    "waits for who holds the lock, and is told where somebody else has taken it",
    async () => {
      const settings = await emptyTopics();
      await storeLetters(
        settings,
        Array.from({ length: 60 }, (_, id) => letterOf(settings, id, messageValue(id))),
      );
      const topic = `${settings.kafka.topic}.dead-letter`;
      const group = `${topic}-replay`;
      const lock = await GroupLock.take(settings, effects, group, topic);
      const replay = replayLetters(settings, {}, effects);
      await pause(3000);
      expect(await readEvents(settings)).toEqual([]);
      lock.check();
      await lock.release();
      expect(await replay).toMatchObject({ replayed: 60 });

      const held = await GroupLock.take(settings, effects, group, topic);
      held.check();
      const intruder = (await createKafka(settings, effects)).consumer({ groupId: group });
      await intruder.connect();
      await intruder.subscribe({ topic });
      await intruder.run({ eachBatch: () => Promise.resolve() });
      let lost: unknown;
      for (let attempt = 0; attempt < 40 && lost === undefined; attempt += 1) {
        await pause(250);
        try {
          held.check();
        } catch (error) {
          lost = error;
        }
      }
      await intruder.disconnect();
      await held.release();
      expect(lost).toMatchObject({
        code: "KAFKA",
        message: expect.stringMatching(/joined/) as string,
      });
    },
  );

  it.concurrent("does not send again what may have been sent, where the log was cut", async () => {
    const settings = await emptyTopics();
    const { topic } = settings.kafka;
    await storeLetters(settings, [letterOf(settings, 0, messageValue(0))]);
    await replayKilledAt(settings, "intended");
    await sendPlain(settings, [{ value: messageValue(8), partition: 0 }]);
    await withPlainAdmin(settings, async (admin) => {
      // Its deletion wants to have heard of the topic.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "1" }] });
    });
    expect(await replayLetters(settings, {}, effects)).toMatchObject({ replayed: 0, in_doubt: 1 });
    expect(await readEvents(settings)).toEqual([]);
  });
});

/** Runs a replay in a process that kills itself with −9 as soon as it says it has come so far. */
async function replayKilledAt(settings: Settings, state: string): Promise<void> {
  const script = `
    const { replayLetters } = require("./dist/lib/dead-letters/replay");
    const { loadSettings } = require("./dist/lib/config/load");
    const { silentLogger, systemEffects } = require("./dist/lib/effects");
    const logger = { ...silentLogger, debug(message, fields) {
      if (message === "replay" && fields.state === ${JSON.stringify(state)}) process.kill(process.pid, "SIGKILL");
    } };
    replayLetters(loadSettings(), {}, systemEffects({ logger }));
  `;
  const child = spawn(process.execPath, ["-e", script], {
    cwd: installationDir,
    env: { ...process.env, DATASET: settings.dataset },
    stdio: "inherit",
  });
  expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
}
