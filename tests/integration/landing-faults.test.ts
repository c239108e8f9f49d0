/**
 * What may happen while the consumer runs: S3 goes away, the topic is made anew, its log is cut, the
 * process is told to stop. LANDING_S3_AWAY_SECONDS=120 is the long form of the first.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, connect, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { RotationSettings, Settings } from "../../src/lib/config/settings";
import { installationDir } from "../../src/lib/config/sources";
import { consume, type ConsumeSummary } from "../../src/lib/consume";
import { type Effects, systemEffects } from "../../src/lib/effects";
import { fetchCommitted } from "../../src/lib/kafka/group-offsets";
import { type Metrics, silentMetrics } from "../../src/lib/metrics/definitions";
import { produce } from "../../src/lib/produce";
import {
  eventFile,
  freshSettings,
  placesInLog,
  placesOf,
  readRaw,
  withPlainAdmin,
} from "./stream-support";

const awaySeconds = Number(process.env["LANDING_S3_AWAY_SECONDS"] ?? 8);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const often: RotationSettings = { maxMessages: 200, maxBytes: 1e9, maxAgeMs: 500 };

/** A door before the S3 endpoint that can be shut: connections are reset, new ones too. */
class Door {
  private readonly sockets = new Set<Socket>();
  isShut = false;

  private constructor(
    private readonly server: Server,
    readonly address: string,
  ) {}

  static async before(endpoint: string): Promise<Door> {
    const { hostname, port } = new URL(endpoint);
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const door = new Door(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on("connection", (socket) => {
      door.keep(socket);
      if (door.isShut) {
        socket.resetAndDestroy();
        return;
      }
      const behind = connect(Number(port), hostname);
      door.keep(behind);
      socket.pipe(behind).pipe(socket);
      socket.on("close", () => behind.destroy());
      behind.on("close", () => socket.destroy());
    });
    return door;
  }

  shut(): void {
    this.isShut = true;
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  close(): void {
    this.shut();
    this.server.close();
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => this.sockets.delete(socket));
  }
}

/** A consumer that goes on, in this process, with what it told. */
class Running {
  readonly stop = new AbortController();
  readonly states: string[] = [];
  readonly highest: Record<string, number> = {};
  readonly totals: Record<string, number> = {};
  readonly done: Promise<ConsumeSummary>;

  constructor(settings: Settings) {
    this.done = consume(settings, { until: "forever" }, this.effects());
    // Looked at in the end.
    this.done.catch(() => undefined);
    running.push(this);
  }

  private effects(): Effects {
    const note = (message: string, fields?: Readonly<Record<string, unknown>>): void => {
      if (message === "writer") this.states.push(String(fields?.["state"]));
    };
    const metrics: Metrics = {
      ...silentMetrics,
      add: (name, _labels, by = 1) => (this.totals[name] = (this.totals[name] ?? 0) + by),
      set: (name, _labels, value) =>
        (this.highest[name] = Math.max(this.highest[name] ?? 0, value)),
    };
    const quiet = (): void => undefined;
    return systemEffects({
      signal: this.stop.signal,
      metrics,
      logger: { debug: note, info: quiet, warn: quiet },
    });
  }
}

function produceEvents(settings: Settings, count: number, from: number): Promise<unknown> {
  const files = [eventFile(count, from)];
  return produce(settings, { source: "file", files }, systemEffects());
}

const doors: Door[] = [];
const running: Running[] = [];
afterEach(async () => {
  for (const { stop } of running) stop.abort();
  for (const door of doors.splice(0)) door.close();
  await Promise.allSettled(running.splice(0).map(({ done }) => done));
});

/** Settings whose S3 is behind a door. */
async function behindDoor(rotation: RotationSettings): Promise<{ settings: Settings; door: Door }> {
  const settings = freshSettings("fault", { rotation });
  const door = await Door.before(settings.aws.endpointUrl ?? "");
  doors.push(door);
  return { settings: { ...settings, aws: { ...settings.aws, endpointUrl: door.address } }, door };
}

async function objectCount(settings: Settings): Promise<number> {
  return (await readRaw(settings)).length;
}

describe("S3 away", () => {
  it(`for ${awaySeconds} s: it holds no more than its limits, goes on, and loses nothing`, async () => {
    const { settings, door } = await behindDoor(often);
    await produceEvents(settings, 600, 0);
    const consumer = new Running(settings);
    await expect.poll(() => objectCount(settings), { timeout: 30_000 }).toBeGreaterThan(0);
    door.shut();
    await produceEvents(settings, 3000, 600);
    await pause(awaySeconds * 1000);
    // Two buffers a partition, and no more, however much there is to read.
    expect(consumer.highest["workbench_consumer_paused_partitions"]).toBe(3);
    expect(consumer.highest["workbench_consumer_buffered_bytes"]).toBeLessThan(2_000_000);
    door.isShut = false;
    const all = await placesInLog(settings);
    await expect
      .poll(async () => placesOf(await readRaw(settings)).length, {
        timeout: 60_000,
        interval: 500,
      })
      .toBe(all.length);
    consumer.stop.abort();
    expect((await consumer.done).lag).toBe(0);
    expect(placesOf(await readRaw(settings))).toEqual(all);
    expect(consumer.totals["workbench_s3_retries_total"]).toBeGreaterThan(0);
    // Its heartbeats went on: it was given its partitions once.
    expect(consumer.totals["workbench_rebalances_total"]).toBe(1);
  });

  it("is no reason not to stop: what is not written is left for the next", async () => {
    const { settings, door } = await behindDoor({ ...often, maxAgeMs: 60_000, maxMessages: 1e6 });
    await produceEvents(settings, 100, 0);
    const consumer = new Running(settings);
    await expect.poll(() => consumer.states, { timeout: 60_000 }).toContain("buffering");
    door.shut();
    const before = Date.now();
    consumer.stop.abort();
    expect(await consumer.done).toMatchObject({ messages: 0, lag: 100 });
    expect(Date.now() - before).toBeLessThan(22_000);
    door.isShut = false;
    expect(await consume(settings, {}, systemEffects())).toMatchObject({ messages: 100, lag: 0 });
    expect(placesOf(await readRaw(settings))).toEqual(await placesInLog(settings));
  });
});

describe("while it runs", () => {
  it("stops where the topic is made anew, and overwrites nothing", async () => {
    const settings = freshSettings("fault", { rotation: often });
    const { topic } = settings.kafka;
    await produceEvents(settings, 300, 0);
    const consumer = new Running(settings);
    await expect
      .poll(async () => placesOf(await readRaw(settings)).length, { timeout: 30_000 })
      .toBe(300);
    const before = await readRaw(settings);
    await withPlainAdmin(settings, (admin) => admin.deleteTopics({ topics: [topic] }));
    await pause(300);
    await produceEvents(settings, 30, 500);
    await expect(consumer.done).rejects.toMatchObject({
      code: "TOPIC_MISMATCH",
      message: expect.stringMatching(/made anew|was deleted/) as string,
      hint: expect.stringMatching(/DATASET/) as string,
    });
    expect(await readRaw(settings)).toEqual(before);
    // And says so again, whoever starts it again.
    await expect(consume(settings, {}, systemEffects())).rejects.toMatchObject({
      code: "TOPIC_MISMATCH",
    });
    expect(await readRaw(settings)).toEqual(before);
  });

  it("stops where the log is cut ahead of it, and still writes what it had read", async () => {
    const { settings, door } = await behindDoor({ ...often, maxAgeMs: 1000 });
    const { topic, group } = settings.kafka;
    await produceEvents(settings, 300, 0);
    const consumer = new Running(settings);
    await expect
      .poll(async () => placesOf(await readRaw(settings)).length, { timeout: 30_000 })
      .toBe(300);
    // It reads two buffers a partition and waits; what comes after is cut away.
    door.shut();
    await produceEvents(settings, 3000, 300);
    await expect
      .poll(() => consumer.highest["workbench_consumer_paused_partitions"], { timeout: 20_000 })
      .toBe(3);
    const ends = await withPlainAdmin(settings, async (admin) => {
      const offsets = await admin.fetchTopicOffsets(topic);
      const partitions = offsets.map(({ partition, high }) => ({ partition, offset: high }));
      await admin.deleteTopicRecords({ topic, partitions });
      return partitions;
    });
    await produceEvents(settings, 60, 4000);
    door.isShut = false;
    await expect(consumer.done).rejects.toMatchObject({
      code: "TOPIC_MISMATCH",
      message: expect.stringMatching(/were deleted before they were landed/) as string,
      hint: expect.stringMatching(/DATASET/) as string,
    });
    const objects = await readRaw(settings);
    const landed = placesOf(objects);
    expect(new Set(landed).size).toBe(landed.length);
    // What it had read, and nothing beyond the cut.
    expect(landed.length).toBeGreaterThan(300);
    for (const { partition, offset } of ends) {
      const offsets = objects
        .flatMap(({ lines }) => lines)
        .filter((line) => line._partition === partition)
        .map((line) => line._offset)
        .sort((a, b) => a - b);
      expect(offsets).toEqual(offsets.map((_, index) => index));
      expect(offsets.length).toBeLessThan(Number(offset));
    }
    // The client's own reset is taken back: the group stands where the objects end.
    const committed = await fetchCommitted(settings, systemEffects(), `${group}-s3`);
    for (const [partition, offset] of committed) {
      expect(landed.filter((place) => place.startsWith(`${partition}:`)).length).toBe(
        Number(offset),
      );
    }
  });

  it("ends within seconds of SIGTERM under load, all it had read written", async () => {
    const settings = freshSettings("fault");
    await produceEvents(settings, 20_000, 0);
    const child = spawn(
      process.execPath,
      [join(installationDir, "scripts", "workbench"), "consume", "--until", "forever", "--json"],
      {
        env: { ...process.env, DATASET: settings.dataset, WORKBENCH_DEBUG: "1" },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    let log = "";
    let out = "";
    child.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    const exit = once(child, "exit");
    await expect.poll(() => log, { timeout: 60_000 }).toMatch(/writer .*state=buffering/);
    const before = Date.now();
    child.kill("SIGTERM");
    expect(await exit).toEqual([0, null]);
    expect(Date.now() - before).toBeLessThan(10_000);
    const { messages, lag } = JSON.parse(out) as ConsumeSummary;
    expect(messages).toBeGreaterThan(0);
    expect(messages + lag).toBe(20_000);
    expect(await consume(settings, {}, systemEffects())).toMatchObject({ lag: 0 });
    expect(placesOf(await readRaw(settings))).toEqual(await placesInLog(settings));
  });
});
