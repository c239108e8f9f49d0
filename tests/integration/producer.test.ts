/** The producer against a real broker: what it stores is read back by a plain client. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { systemEffects } from "../../src/lib/effects";
import { createProducer } from "../../src/lib/kafka/producer";
import { ensureTopic } from "../../src/lib/kafka/topic";
import { produce } from "../../src/lib/produce";
import { eventLine, freshSettings, placesInLog, readTopic } from "./stream-support";

const effects = systemEffects();

/** An event as a line of a file, that hardly compresses. */
function giantLine(id: number, bytes: number): string {
  const event = JSON.parse(eventLine(id)) as Record<string, unknown>;
  return JSON.stringify({ ...event, payload: { text: randomBytes(bytes / 2).toString("hex") } });
}

describe("the producer", () => {
  it("stores records as they are, in order, whatever is in them", async () => {
    const settings = freshSettings("producer");
    await ensureTopic(settings, effects);
    const producer = await createProducer(settings, effects);
    const values = Array.from(
      { length: 9000 },
      (_, index) => `${index}: „ключ“ 鍵 ${"x".repeat(500)}`,
    );
    for (const [index, value] of values.entries()) {
      await producer.add({
        key: `owner/name-${index % 40}`,
        value,
        timestampMs: 1_790_000_000_000 + index,
        headers: { api: "https://api.github.com", leer: "" },
      });
    }
    await producer.close();
    expect(producer.stored).toBe(9000);
    expect(await placesInLog(settings)).toHaveLength(9000);
    const found = await readTopic(settings, settings.kafka.topic);
    expect(found.map(({ value }) => value).sort()).toEqual([...values].sort());
    for (const partition of [0, 1, 2]) {
      const numbers = found
        .filter((record) => record.partition === partition)
        .map(({ value }) => parseInt(value));
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    }
    for (const { headers } of found.slice(0, 50)) {
      expect(headers).toEqual({ api: "https://api.github.com", leer: "" });
    }
  });

  it("puts an event that is too large for the topic into the dead letters, and goes on", async () => {
    const settings = freshSettings("producer");
    const path = join(mkdtempSync(join(tmpdir(), "producer-")), "events.jsonl");
    const giant = giantLine(50, 4_000_000);
    const lines = Array.from({ length: 100 }, (_, id) => (id === 50 ? giant : eventLine(id)));
    writeFileSync(path, `${lines.join("\n")}\n`);
    expect(await produce(settings, { source: "file", files: [path] }, effects)).toMatchObject({
      events: 100,
      produced: 99,
      skipped: 1,
    });
    const stored = await readTopic(settings, settings.kafka.topic);
    const ids = stored.map(({ value }) => Number((JSON.parse(value) as { id: string }).id));
    expect(ids.sort((a, b) => a - b)).toEqual(
      Array.from({ length: 100 }, (_, id) => id).filter((id) => id !== 50),
    );
    const letters = await readTopic(settings, `${settings.kafka.topic}.dead-letter`);
    expect(letters).toHaveLength(1);
    const [{ value, headers }] = letters as [(typeof letters)[number]];
    expect((JSON.parse(value) as { payload: object }).payload).toEqual(
      (JSON.parse(giant) as { payload: object }).payload,
    );
    expect(headers["reason"]).toMatch(/^larger than the max.message.bytes of producer.*-events: 4/);
  });

  it("names the topic's setting where nothing takes such a record", async () => {
    const settings = freshSettings("producer");
    await ensureTopic(settings, effects);
    const producer = await createProducer(settings, effects);
    await producer.add({
      key: "owner/giant",
      value: randomBytes(2_000_000).toString("hex"),
      timestampMs: 1_790_000_000_000,
    });
    await expect(producer.flush()).rejects.toMatchObject({
      code: "KAFKA",
      message: expect.stringMatching(
        /key owner\/giant is larger.*1 message is not known/,
      ) as string,
      hint: expect.stringContaining("raise max.message.bytes") as string,
    });
    await producer.close();
  });
});
