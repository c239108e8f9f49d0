import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemEffects } from "../../../src/lib/effects";
import type { GitHubEvent } from "../../../src/lib/events/event";
import { fileSource } from "../../../src/lib/github/file-source";
import type { UnreadableEvent } from "../../../src/lib/github/source";

let dir = "";
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "file-source-"));
});
afterEach(() => rmSync(dir, { recursive: true }));

function line(id: number, text = ""): string {
  return JSON.stringify({
    id: String(id),
    type: "PushEvent",
    actor: { id: 1, login: "demo-ada" },
    repo: { id: 2, name: "demo-owner/parser" },
    payload: { text },
    created_at: "2026-01-31T23:59:59Z",
  });
}

function lines(count: number): string {
  return Array.from({ length: count }, (_, id) => `${line(id, "x".repeat(id % 50))}\n`).join("");
}

function write(name: string, content: string | Buffer): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  return path;
}

async function read(
  ...paths: string[]
): Promise<{ events: GitHubEvent[]; unreadable: UnreadableEvent[]; fractions: number[] }> {
  const source = fileSource(paths);
  const effects = systemEffects();
  await source.check?.(effects);
  const events: GitHubEvent[] = [];
  const unreadable: UnreadableEvent[] = [];
  const fractions: number[] = [];
  for await (const batch of source.batches(effects)) {
    events.push(...batch.events);
    unreadable.push(...batch.unreadable);
    fractions.push(batch.stats.fraction ?? -1);
  }
  return { events, unreadable, fractions };
}

describe("fileSource", () => {
  it("reads plain and compressed files, whatever their names, in order", async () => {
    const { events, fractions } = await read(
      write("plain.gz", lines(1200)),
      write("packed.json", gzipSync(lines(700))),
    );
    expect(events).toHaveLength(1900);
    expect(events.slice(0, 3).map(({ id }) => id)).toEqual(["0", "1", "2"]);
    expect(events[1200]?.id).toBe("0");
    expect(fractions.at(-1)).toBe(1);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
  });

  it("reads a compressed file of several parts, and a last line without an end", async () => {
    const parts = Buffer.concat([gzipSync(`${line(1)}\n`), gzipSync(line(2))]);
    expect((await read(write("a.gz", parts))).events.map(({ id }) => id)).toEqual(["1", "2"]);
  });

  it("takes only \\n for a line's end, and passes over empty lines and a byte order mark", async () => {
    const odd = `\uFEFF${line(1, "a\u2028b\u2029c")}\r\n\n  \n${line(2)}\n`;
    const { events, unreadable } = await read(write("odd.jsonl", odd));
    expect(events.map(({ id }) => id)).toEqual(["1", "2"]);
    expect(events[0]?.payload["text"]).toBe("a\u2028b\u2029c");
    expect(unreadable).toEqual([]);
  });

  it("keeps a bad line inside a good file, with its place and the reason", async () => {
    const path = write("bad.jsonl", `${line(1)}\nnonsense\n{"id":"3"}\n${line(4)}\n`);
    const { events, unreadable } = await read(path);
    expect(events.map(({ id }) => id)).toEqual(["1", "4"]);
    expect(unreadable.map(({ raw, origin }) => [raw, origin])).toEqual([
      ["nonsense", `${path}:2`],
      ['{"id":"3"}', `${path}:3`],
    ]);
    expect(unreadable[0]?.reason).toMatch(/^not JSON: /);
  });

  it.each([
    ["cut off", () => gzipSync(lines(2000)).subarray(0, 2000), /is cut off: its gzip data ends/],
    ["cut off in its last bytes", () => gzipSync(lines(50)).subarray(0, -3), /is cut off/],
    [
      "damaged",
      () => {
        const bytes = gzipSync(lines(2000));
        bytes.fill(0, 1000, 1100);
        return bytes;
      },
      /is damaged|is cut off/,
    ],
    ["cut off, and not compressed", () => lines(9).slice(0, -20), /is cut off in line 9/],
    ["no JSON", () => "hello\nworld\n", /line 1: not JSON/],
    ["binary", () => Buffer.from([0, 1, 2, 3, 255]), /line 1: not JSON/],
    ["an array", () => `[${line(1)}]\n`, /line 1: not a GitHub event: it is an array/],
    ["other JSON", () => '{"a":1}\n', /line 1: not a GitHub event: .* is missing/],
    ["empty", () => "", /is empty/],
    ["empty, compressed", () => gzipSync(""), /is empty/],
  ])("refuses a file that is %s before it reads any", async (_name, content, message) => {
    const good = write("good.jsonl", lines(3));
    const bad = write("bad.jsonl", content());
    await expect(read(good, bad)).rejects.toMatchObject({ code: "BAD_INPUT" });
    await expect(read(good, bad)).rejects.toThrow(message);
    await expect(read(good, bad)).rejects.toThrow(bad);
  });

  it("refuses what is no file", async () => {
    mkdirSync(join(dir, "folder"));
    await expect(read(join(dir, "folder"))).rejects.toMatchObject({
      code: "BAD_INPUT",
      message: `${join(dir, "folder")} is a folder`,
    });
    await expect(read(join(dir, "none"))).rejects.toMatchObject({
      code: "BAD_INPUT",
      message: `${join(dir, "none")}: there is no such file`,
    });
    expect(() => fileSource([])).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  it("stops when it is told to", async () => {
    const stop = new AbortController();
    let events = 0;
    for await (const batch of fileSource([write("a.jsonl", lines(5000))]).batches(
      systemEffects({ signal: stop.signal }),
    )) {
      events += batch.events.length;
      stop.abort();
    }
    expect(events).toBe(500);
  });
});
