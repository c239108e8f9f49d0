import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Effects, systemEffects } from "../../../src/lib/effects";
import { readHourRange } from "../../../src/lib/github/archive-hour";
import { archivePlace } from "../../../src/lib/github/archive-place";
import { openArchiveProgress } from "../../../src/lib/github/archive-progress";
import { archiveSource } from "../../../src/lib/github/archive-source";
import type { HourReport, SourceStats } from "../../../src/lib/github/source";
import {
  goodHour,
  half,
  hangUp,
  type HourAnswer,
  hourLines,
  HourServer,
  quickEffects,
  status,
  whole,
} from "./archive-support";

const key = { clusterId: "c", topic: "github-events", topicId: null, archive: "" };
let home = "";
let server: HourServer | undefined;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "archive-source-"));
});
afterEach(async () => {
  await server?.stop();
  server = undefined;
  rmSync(home, { recursive: true });
});

async function serve(files: Record<string, HourAnswer | HourAnswer[]>): Promise<string> {
  const lists = Object.entries(files).map(([name, answers]) => [name, [answers].flat()]);
  server = await new HourServer(Object.fromEntries(lists) as Record<string, HourAnswer[]>).start();
  return server.address;
}

interface Reading {
  ids: string[];
  unreadable: { raw: string; origin: string }[];
  hours: HourReport | undefined;
  stats: SourceStats[];
  waits: number[];
  warnings: string[];
  states: string[];
}

/** Reads hours from an address and stores each batch at once. */
async function read(
  address: string,
  from: string,
  to?: string,
  { again = false, ...overrides }: Partial<Effects> & { again?: boolean } = {},
): Promise<Reading> {
  const { effects, ...told } = quickEffects(overrides);
  const place = archivePlace(address);
  const source = archiveSource({
    place,
    range: readHourRange(from, to),
    again,
    openProgress: () =>
      openArchiveProgress(home, { ...key, archive: place.address }, "all", effects),
  });
  await source.check?.(effects);
  const reading: Reading = { ids: [], unreadable: [], hours: undefined, stats: [], ...told };
  for await (const batch of source.batches(effects)) {
    reading.ids.push(...batch.events.map(({ id }) => id));
    reading.unreadable.push(...batch.unreadable.map(({ raw, origin }) => ({ raw, origin })));
    reading.stats.push(batch.stats);
    await batch.stored?.();
  }
  reading.hours = source.hours?.();
  return reading;
}

function ids(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${name}-${index}`);
}

const noHours: HourReport = {
  done: 0,
  skipped_done: 0,
  missing: [],
  damaged: [],
  nearly_empty: [],
  left: 0,
};

describe("archiveSource over HTTP", () => {
  it("reads hours in order, over midnight, each event once", async () => {
    const address = await serve({
      "2026-01-31-9": goodHour("x", 1),
      "2026-01-31-22": goodHour("a", 1700),
      "2026-01-31-23": goodHour("b", 3),
      "2026-02-01-0": goodHour("c", 800),
    });
    const { ids: read1, hours, stats } = await read(address, "2026-01-31T22", "2026-02-01T00");
    expect(read1).toEqual([...ids("a", 1700), ...ids("b", 3), ...ids("c", 800)]);
    expect(server?.asked).toEqual(["2026-01-31-22", "2026-01-31-23", "2026-02-01-0"]);
    expect(hours).toMatchObject({ done: 3, missing: [], damaged: [], left: 0 });
    const fractions = stats.map(({ fraction }) => fraction ?? -1);
    expect(fractions).toEqual([...fractions].sort((a, b) => a - b));
    expect(fractions.at(-1)).toBe(1);
    expect(stats.at(-1)).toMatchObject({
      requests: 3,
      coverage: null,
      state: "2026-02-01T00, hour 3 of 3",
      figures: { MB: expect.stringMatching(/^\d+\.\d of \d+\.\d$/) as string },
    });
  });

  it("asks for an hour before ten without a leading zero, and keeps an address's query", async () => {
    const seen: string[] = [];
    const answer: HourAnswer = (response, request) => {
      seen.push(request.url ?? "");
      expect(request.headers["accept-encoding"]).toBe("identity");
      goodHour("a", 1)(response, request);
    };
    const address = await serve({ "2015-01-01-5.json.gz?key=secret": answer });
    await read(`${address}?key=secret`, "2015-01-01T05");
    expect(seen).toEqual(["/mirror/2015-01-01-5.json.gz?key=secret"]);
  });

  it("goes on with the hours that are not done; again reads them all", async () => {
    const address = await serve({
      "2026-01-31-1": goodHour("a", 3),
      "2026-01-31-2": [status(404), goodHour("b", 3)],
      "2026-01-31-3": goodHour("c", 3),
    });
    const first = await read(address, "2026-01-31T01", "2026-01-31T03");
    expect(first.ids).toEqual([...ids("a", 3), ...ids("c", 3)]);
    expect(first.hours).toMatchObject({ done: 2, missing: ["2026-01-31T02"] });
    const second = await read(address, "2026-01-31T01", "2026-01-31T03");
    expect(second.ids).toEqual(ids("b", 3));
    expect(second.hours).toMatchObject({ done: 1, skipped_done: 2, missing: [] });
    const third = await read(address, "2026-01-31T01", "2026-01-31T03", { again: true });
    expect(third.ids).toHaveLength(9);
    expect(third.hours).toMatchObject({ done: 3, skipped_done: 0 });
  });

  it("reports missing hours, and whether they may still come", async () => {
    const address = await serve({});
    const now = (): number => Date.UTC(2026, 0, 31, 23, 10);
    const { hours, warnings, stats } = await read(address, "2026-01-31T12", "2026-01-31T22", {
      now,
    });
    expect(hours?.missing).toHaveLength(11);
    expect(hours).toMatchObject({ done: 0, damaged: [], left: 0 });
    expect(stats.at(-1)?.requests).toBe(11);
    expect(warnings[0]).toMatch(/has no 2026-01-31-12\.json\.gz$/);
    expect(warnings[10]).toMatch(/has no 2026-01-31-22\.json\.gz yet: it may come within hours$/);
  });

  it("ends where a week has no file at all: the address is another", async () => {
    const address = await serve({});
    await expect(read(address, "2026-01-01", "2026-01-31")).rejects.toMatchObject({
      code: "GITHUB",
      message: `${address.slice(0, -1)} has none of the first 168 hours`,
    });
  });

  const big = gzipSync(hourLines("a", 4000));
  it.each<[string, HourAnswer[], number]>([
    ["an error of the server", [status(500), status(502), goodHour("a", 4000)], 2],
    ["a connection that breaks at once", [hangUp, whole(big)], 1],
    ["a download that breaks midway", [half(big, "reset"), half(big, "reset"), whole(big)], 2],
    ["a download that stalls", [half(big, "stall"), whole(big)], 1],
    ["HTML instead of a file", [whole(Buffer.from("<html>busy</html>")), whole(big)], 1],
    ["a file cut off", [whole(big.subarray(0, big.length / 2)), whole(big)], 1],
    ["a file that is empty", [whole(Buffer.alloc(0)), whole(big)], 1],
  ])("begins again after %s, and yields each event once", async (_name, answers, waits) => {
    const address = await serve({ "2026-01-31-22": answers });
    const reading = await read(address, "2026-01-31T22");
    expect(reading.ids).toEqual(ids("a", 4000));
    expect(reading.unreadable).toEqual([]);
    expect(reading.hours).toEqual({ ...noHours, done: 1 });
    expect(reading.stats.at(-1)?.requests).toBe(answers.length);
    expect(reading.waits).toHaveLength(waits);
    reading.waits.forEach((ms, index) => {
      expect(ms).toBeGreaterThanOrEqual(500 * 2 ** index);
      expect(ms).toBeLessThanOrEqual(1000 * 2 ** index);
    });
  });

  it("yields all again where the file has changed between two downloads", async () => {
    const other = gzipSync(hourLines("b", 4000));
    const address = await serve({
      "2026-01-31-22": [half(big, "reset", { etag: '"1"' }), whole(other, { etag: '"2"' })],
    });
    const { ids: got } = await read(address, "2026-01-31T22");
    expect(got.filter((id) => id.startsWith("b-"))).toEqual(ids("b", 4000));
    expect(got.some((id) => id.startsWith("a-"))).toBe(true);
  });

  it("waits as long as it is told, however often, and counts no failure", async () => {
    const busy = status(429, { "retry-after": "3" });
    const address = await serve({
      "2026-01-31-22": [...Array.from({ length: 9 }, () => busy), hangUp, goodHour("a", 3)],
      "2026-01-31-23": [status(503, { "retry-after": "9" }), goodHour("b", 3)],
    });
    const { ids: got, waits, states } = await read(address, "2026-01-31T22", "2026-01-31T23");
    expect(got).toHaveLength(6);
    expect(waits.filter((ms) => ms > 1000)).toEqual([
      ...Array.from({ length: 9 }, () => 3000),
      9000,
    ]);
    expect(states).toContain("2026-01-31T22: the archive asked to wait (429): waiting 3 s");
  });

  it.each<[string, HourAnswer, number, RegExp]>([
    ["HTML", whole(Buffer.from("\n<html>")), 3, /HTML or XML instead of gzip/],
    ["cut off", whole(big.subarray(0, big.length / 2)), 3, /gzip data ends too early/],
    ["no events", whole(gzipSync("hello\nworld\n")), 3, /first 2 lines is an event; not JSON/],
    ["empty", whole(Buffer.alloc(0)), 3, /the file is empty/],
    ["cut off in a line", whole(gzipSync(hourLines("a", 9).slice(0, -9))), 3, /cut off in line 9/],
    ["never whole", half(big, "reset"), 8, /the connection failed: /],
    ["failing", status(500), 8, /the answer was 500/],
  ])("gives up an hour that is %s, and goes on", async (_name, answer, attempts, reason) => {
    const address = await serve({ "2026-01-31-22": answer, "2026-01-31-23": goodHour("b", 5) });
    const { ids: got, hours, warnings } = await read(address, "2026-01-31T22", "2026-01-31T23");
    expect(got.filter((id) => id.startsWith("b-"))).toHaveLength(5);
    expect(hours).toMatchObject({ done: 1, missing: [], left: 0 });
    expect(hours?.damaged).toEqual([
      { hour: "2026-01-31T22", reason: expect.stringMatching(reason) as string },
    ]);
    expect(warnings[0]).toMatch(/^2026-01-31-22\.json\.gz is damaged: /);
    expect(server?.asked.filter((name) => name === "2026-01-31-22")).toHaveLength(attempts);
    const next = await read(address, "2026-01-31T22", "2026-01-31T23");
    expect(next.hours).toMatchObject({ done: 0, skipped_done: 1 });
    expect(next.hours?.damaged).toHaveLength(1);
  });

  it("keeps what it could read of a damaged hour, once", async () => {
    const address = await serve({ "2026-01-31-22": whole(big.subarray(0, big.length / 2)) });
    const { ids: got } = await read(address, "2026-01-31T22");
    expect(got.length).toBeGreaterThan(1000);
    expect(got).toEqual(ids("a", got.length));
  });

  it("keeps lines that are no events, the first of them too, with their places", async () => {
    const text = `nonsense\n${hourLines("a", 2)}\n{"id":"3"}\n${hourLines("b", 1)}`;
    const address = await serve({ "2026-01-31-22": whole(gzipSync(text)) });
    const { ids: got, unreadable, hours } = await read(address, "2026-01-31T22");
    expect(got).toEqual(["a-0", "a-1", "b-0"]);
    expect(unreadable).toEqual([
      { raw: "nonsense", origin: "2026-01-31-22.json.gz:1" },
      { raw: '{"id":"3"}', origin: "2026-01-31-22.json.gz:5" },
    ]);
    expect(hours?.done).toBe(1);
  });

  it("notes an hour that is nearly empty, which is done all the same", async () => {
    const address = await serve({
      "2026-01-31-22": whole(gzipSync("")),
      "2026-01-31-23": whole(big),
    });
    const { hours, warnings } = await read(address, "2026-01-31T22", "2026-01-31T23");
    expect(hours).toMatchObject({ done: 2, nearly_empty: ["2026-01-31T22"] });
    expect(warnings).toEqual(["2026-01-31-22.json.gz is nearly empty"]);
  });

  it("ends where three hours in a row give nothing but failures", async () => {
    const down = Object.fromEntries(
      [1, 2, 3, 4].map((hour) => [`2026-01-31-${hour}`, status(503)]),
    );
    const address = await serve(down);
    await expect(read(address, "2026-01-31T01", "2026-01-31T04")).rejects.toMatchObject({
      code: "GITHUB",
      retryable: true,
      message: expect.stringMatching(
        /3 hours in a row, the last time, the answer was 503/,
      ) as string,
    });
    expect(server?.asked).not.toContain("2026-01-31-4");
  });

  it.each([401, 403])("ends at once where it is refused (%i)", async (code) => {
    const address = await serve({ "2026-01-31-22": status(code) });
    await expect(read(address, "2026-01-31T22")).rejects.toMatchObject({
      code: "GITHUB",
      retryable: false,
    });
    expect(server?.asked).toHaveLength(1);
  });

  it("ends at once where there is nothing at the address", async () => {
    const address = await serve({});
    await server?.stop();
    server = undefined;
    await expect(read(address, "2026-01-31T22")).rejects.toMatchObject({
      code: "GITHUB",
      message: expect.stringMatching(/^cannot reach http:.*: ECONNREFUSED$/) as string,
      hint: "check the network and GHARCHIVE_URL",
    });
  });

  it.each<[string, HourAnswer]>([
    ["a download that stalls", half(big, "stall")],
    ["a wait", status(429, { "retry-after": "100000" })],
  ])("stops quietly in the middle of %s; the hour is left", async (_name, answer) => {
    const address = await serve({ "2026-01-31-22": answer });
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 150);
    // Real waits, all longer than a test may take.
    const real = systemEffects();
    const reading = await read(address, "2026-01-31T22", "2026-01-31T23", {
      signal: stop.signal,
      sleep: (ms, signal) => real.sleep(ms, signal),
    });
    expect(reading.hours).toEqual({ ...noHours, left: 2 });
  });
});

describe("archiveSource, left in the middle of an hour", () => {
  it("waits for no more of it", async () => {
    const body = gzipSync(hourLines("a", 4000));
    const address = await serve({ "2026-01-31-22": half(body, "stall") });
    // Real waits: a silent connection is given up after a minute.
    const real = systemEffects();
    const { effects } = quickEffects({ sleep: (ms, signal) => real.sleep(ms, signal) });
    const source = archiveSource({
      place: archivePlace(address),
      range: readHourRange("2026-01-31T22"),
      again: false,
      openProgress: () => openArchiveProgress(home, key, "all", effects),
    });
    let events = 0;
    for await (const batch of source.batches(effects)) {
      events += batch.events.length;
      break;
    }
    expect(events).toBe(500);
  });
});

describe("archiveSource over a folder", () => {
  function write(name: string, content: Buffer): void {
    mkdirSync(join(home, "hours"), { recursive: true });
    writeFileSync(join(home, "hours", `${name}.json.gz`), content);
  }

  it.each<[string, (folder: string) => string]>([
    ["a path", (folder) => folder],
    ["a path with a slash", (folder) => `${folder}/`],
    ["a file:// address", (folder) => pathToFileURL(folder).href],
  ])("reads hours, compressed or not, from %s", async (_name, address) => {
    write("2026-01-31-8", gzipSync(hourLines("a", 600)));
    write("2026-01-31-10", Buffer.from(hourLines("b", 600)));
    const where = address(join(home, "hours"));
    const { ids: got, hours, stats } = await read(where, "2026-01-31T08", "2026-01-31T10");
    expect(got).toEqual([...ids("a", 600), ...ids("b", 600)]);
    expect(hours).toMatchObject({ done: 2, missing: ["2026-01-31T09"], damaged: [] });
    expect(stats.at(-1)).toMatchObject({ requests: 0, fraction: 1 });
  });

  it("tries a damaged file once, and goes on", async () => {
    write("2026-01-31-8", gzipSync(hourLines("a", 4000)).subarray(0, 50_000));
    mkdirSync(join(home, "hours", "2026-01-31-9.json.gz"));
    write("2026-01-31-10", gzipSync(hourLines("b", 1)));
    const { hours, waits } = await read(join(home, "hours"), "2026-01-31T08", "2026-01-31T10");
    expect(hours?.damaged).toEqual([
      { hour: "2026-01-31T08", reason: "its gzip data ends too early" },
      { hour: "2026-01-31T09", reason: expect.stringMatching(/EISDIR/) as string },
    ]);
    expect(hours?.done).toBe(1);
    expect(waits).toEqual([]);
  });

  it("refuses a folder that is none, and hours to come", async () => {
    write("2026-01-31-8", gzipSync(hourLines("a", 1)));
    const missing = join(home, "elsewhere");
    await expect(read(missing, "2026-01-31T08")).rejects.toMatchObject({
      code: "CONFIG",
      message: `GHARCHIVE_URL is ${missing}: there is no such folder`,
    });
    const file = join(home, "hours", "2026-01-31-8.json.gz");
    await expect(read(file, "2026-01-31T08")).rejects.toThrow(/it is no folder/);
    await expect(read(join(home, "hours"), "2026-06-01T00")).rejects.toMatchObject({
      code: "USAGE",
      message: "the hour 2026-06-01T00 has not ended yet",
    });
  });
});
