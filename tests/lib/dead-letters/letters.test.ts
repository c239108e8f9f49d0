import type { KafkaMessage } from "kafkajs";
import { describe, expect, it } from "vitest";
import { loadSettings } from "../../../src/lib/config/load";
import { type Letter, readLetter } from "../../../src/lib/dead-letters/letter";
import { MarkBook, markRecord, readMark } from "../../../src/lib/dead-letters/marks";
import { generalize, ReasonCounts } from "../../../src/lib/dead-letters/reasons";
import { rereadLetter } from "../../../src/lib/dead-letters/reread";
import { landedTopics } from "../../../src/lib/landing/landed-topic";

function record(value: string | null, headers: Record<string, string>, offset = "7"): KafkaMessage {
  return {
    ...{ key: null, value: value === null ? null : Buffer.from(value), offset, attributes: 0 },
    timestamp: "1000",
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]),
    ),
  };
}

function letter(value: string | null, headers: Record<string, string>): Letter {
  return readLetter(record(value, { reason: "r", ...headers }), 0);
}

const inTopic = { topic: "github-events", partition: "3", offset: "42" };
const event = {
  ...{ id: "1", type: "PushEvent", actor: { id: 1, login: "o" }, repo: { id: 2, name: "o/r" } },
  ...{ payload: {}, created_at: "2026-01-31T23:59:59Z" },
};

describe("what makes a letter one and the same", () => {
  const { id } = letter("x", inTopic);
  it.each([
    ["stored twice", "x", inTopic, true],
    ["of another offset", "x", { ...inTopic, offset: "43" }, false],
    ["of a topic made anew", "y", inTopic, false],
  ])("%s", (_, value, headers, same) => {
    expect(letter(value, headers).id === id).toBe(same);
  });

  it("is the line of a file, but not the page of an API", () => {
    const of = (origin: string): string => letter("x", { origin }).id;
    expect(of("a.jsonl:1")).not.toBe(of("a.jsonl:2"));
    expect(of("https://h/events?page=1")).toBe(of("https://h/events?page=3"));
  });
});

describe("rereadLetter", () => {
  const options = {
    topics: landedTopics(loadSettings({ env: {}, cwd: "/" }), "g"),
    keeps: (type: string) => type === "PushEvent",
    nowMs: 0,
  };

  it("takes the bytes of a message as they are, to the partition they came from", () => {
    const message = { event_type: "PushEvent", repo: "o/r", user: "o", repo_id: 2, user_id: 1 };
    const value = ` ${JSON.stringify({
      ...{ id: "1", ...message, timestamp: "2026-01-31T23:59:59Z", source: "file", payload: {} },
      ...{ ingested_at: "2026-01-31T23:59:59Z", later: 12345678901234567890n.toString() },
    })}`;
    expect(rereadLetter(letter(value, inTopic), options)).toEqual({
      ...{ kind: "readable", topic: "github-events", key: null, partition: 3, headers: {} },
      value: Buffer.from(value),
    });
  });

  it("makes the message of a source's event as produce does", () => {
    const headers = { origin: "https://h/events?page=1", source: "github", api: "https://h" };
    expect(rereadLetter(letter(JSON.stringify(event), headers), options)).toMatchObject({
      ...{ kind: "readable", topic: "github-events", key: "o/r", headers: { api: "https://h" } },
      value: expect.stringMatching(/"source":"github"/) as string,
    });
    const other = { ...event, type: "WatchEvent" };
    expect(rereadLetter(letter(JSON.stringify(other), headers), options)).toEqual({
      kind: "skipped",
    });
  });

  it.each([
    ["nonsense", inTopic, /not JSON/],
    [null, inTopic, /no value/],
    ["{}", { ...inTopic, topic: "payments" }, /no topic of this dataset/],
    ["{}", { origin: "a.jsonl:1" }, /actor is missing/],
  ])("leaves %j where it is", (value, headers, reason) => {
    expect(rereadLetter(letter(value, headers), options)).toMatchObject({
      kind: "unreadable",
      reason: expect.stringMatching(reason) as string,
    });
  });
});

describe("marks", () => {
  it("are read as they were written, and a letter is none", () => {
    const mark = { kind: "intended", letters: ["a"], ends: { t: { "0": "12" } } } as const;
    const { value, headers } = markRecord(mark, 2, 5);
    expect(readMark(record(String(value), { ...headers }))).toEqual(mark);
    expect(readMark(record("x", inTopic))).toBeUndefined();
  });

  it("leave in doubt what was to be sent and not said to be stored, since the first time", () => {
    const book = new MarkBook();
    const ends = (offset: string): Record<string, Record<string, string>> => ({
      t: { "0": offset },
    });
    book.note({ kind: "intended", letters: ["a", "b"], ends: ends("1") }, 10n);
    book.note({ kind: "intended", letters: ["b", "c"], ends: ends("9") }, 11n);
    book.note({ kind: "replayed", letters: ["a"] }, 12n);
    expect([...book.doubtful]).toEqual([
      ["b", ends("1")],
      ["c", ends("9")],
    ]);
    expect(book.replayed.get("a")).toBe(12n);
  });
});

describe("reasons", () => {
  it("are counted without what they quote, and their number is bounded", () => {
    expect(generalize(`not JSON: Unexpected token 'o', "no\\"n" at position 12`)).toBe(
      `not JSON: Unexpected token '…', "…" at position N`,
    );
    const counts = new ReasonCounts();
    for (let index = 0; index < 5000; index += 1) {
      counts.add(`word${"x".repeat(index % 1500)}!`, index);
    }
    const list = counts.list();
    expect(list.length).toBeLessThanOrEqual(1001);
    expect(list.reduce((sum, { letters }) => sum + letters, 0)).toBe(5000);
  });
});
