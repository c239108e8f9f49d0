import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { IncomingRecord } from "../../../src/lib/landing/buffer";
import { type Logger, silentLogger } from "../../../src/lib/effects";
import { WorkbenchError } from "../../../src/lib/errors";
import { readEvent } from "../../../src/lib/landing/landed-topic";
import { type LandedCounts, PartitionWriter } from "../../../src/lib/landing/partition-writer";
import { landingResources } from "../../../src/lib/landing/resources";
import { VirtualTime } from "../support/virtual-time";
import { makeLog, MemoryDeadLetters, MemoryStore } from "./fake-log";

const length = 24;

/** One partition with all that stands around it. */
class Bench {
  readonly store = new MemoryStore();
  readonly letters = new MemoryDeadLetters();
  readonly time = new VirtualTime();
  readonly landed: LandedCounts[] = [];
  readonly failures: unknown[] = [];
  readonly states: string[] = [];
  readonly seeks: bigint[] = [];
  readonly resources = landingResources(this.store, this.letters.asDeadLetters);
  readonly lettersSent = new Map<number, bigint>();
  committed = 0n;
  commitWorks = true;
  /** What a look at the topic finds. */
  look: () => Promise<void> = () => Promise.resolve();

  readonly log: IncomingRecord[];

  constructor(
    unreadable: ReadonlySet<number> = new Set(),
    readonly maxMessages = 1000,
  ) {
    this.log = makeLog(length, unreadable);
  }

  writer(maxMessages = this.maxMessages): PartitionWriter {
    const logger: Logger = {
      ...silentLogger,
      debug: (message, fields) => {
        if (message === "writer") this.states.push(String(fields?.["state"]));
      },
    };
    return new PartitionWriter(
      {
        topic: "t",
        partition: 0,
        prefix: "t/",
        read: readEvent,
        limits: { maxMessages, maxBytes: 1e9, maxAgeMs: 1000 },
        resources: this.resources,
        lettersSent: this.lettersSent,
        effects: this.time.effects({ logger }),
        runId: `run-${Math.random()}`,
        checkTopic: () => this.look(),
        commit: (offset) => {
          if (!this.commitWorks) return Promise.reject(new Error("the group is rebalancing"));
          this.committed = offset;
          return Promise.resolve();
        },
        seek: (offset) => this.seeks.push(offset),
        landed: (counts) => this.landed.push(counts),
        ready: () => undefined,
        failed: (error) => this.failures.push(error),
      },
      this.committed,
    );
  }

  /** Hands records over, from the writer's own place on. */
  feed(writer: PartitionWriter, count: number): void {
    const from = Number(writer.nextOffset);
    for (const record of this.log.slice(from, from + count)) writer.take(record);
  }

  /** The offsets of each object, by its content; checks it against its name and metadata. */
  objects(): number[][] {
    return [...this.store.objects.values()].map(({ key, body, metadata }) => {
      const lines = gunzipSync(body).toString().split("\n").slice(0, -1);
      const offsets = lines.map((line) => (JSON.parse(line) as { _offset: number })._offset);
      const first = Number(metadata["first-offset"]);
      const stamp = new Date(this.log[first]?.timestampMs ?? 0).toISOString();
      expect(key).toBe(
        `t/ingest_date=${stamp.slice(0, 10)}/ingest_hour=${stamp.slice(11, 13)}/t+0+${String(first).padStart(20, "0")}.jsonl.gz`,
      );
      expect(offsets.every((offset) => offset >= first)).toBe(true);
      expect(offsets.every((offset) => offset <= Number(metadata["last-offset"]))).toBe(true);
      expect(lines).toHaveLength(Number(metadata["messages"]));
      return offsets;
    });
  }
}

describe("PartitionWriter", () => {
  it("writes one object of all it was given, then commits what comes after", async () => {
    const bench = new Bench();
    const writer = bench.writer();
    bench.feed(writer, 10);
    expect(bench.store.objects.size).toBe(0);
    await writer.drain("stop");
    expect(bench.objects()).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
    expect(bench.committed).toBe(10n);
    expect(bench.landed).toMatchObject([
      { messages: 10, objects: 1, deadLetters: 0, adopted: 0, reason: "stop" },
    ]);
    expect(bench.landed[0]?.types).toEqual(new Map([["PushEvent", 10]]));
  });

  it("rotates by count by itself, and takes no more than two buffers while S3 is slow", () => {
    const bench = new Bench(new Set(), 4);
    bench.store.plan = () => "never";
    const writer = bench.writer();
    const taken = bench.log.map((record) => writer.take(record));
    expect(taken.indexOf(false)).toBe(8);
    expect(writer.nextOffset).toBe(8n);
  });

  it("writes a record at rest once it is old enough", async () => {
    const bench = new Bench();
    const writer = bench.writer();
    bench.feed(writer, 1);
    bench.time.nowMs += 999;
    writer.rotateIfDue();
    expect(writer.isIdle).toBe(false);
    expect(bench.store.objects.size).toBe(0);
    bench.time.nowMs += 1;
    writer.rotateIfDue();
    await writer.flush("age");
    expect(bench.objects()).toEqual([[0]]);
    expect(bench.landed[0]?.reason).toBe("age");
  });

  it("sends what cannot be read to the dead letters, and commits past it", async () => {
    const bench = new Bench(new Set([0, 2, 4]));
    const writer = bench.writer();
    bench.feed(writer, 5);
    await writer.drain("stop");
    expect(bench.objects()).toEqual([[1, 3]]);
    expect(bench.letters.letters.map(({ headers }) => headers["offset"])).toEqual(["0", "2", "4"]);
    expect(bench.letters.letters[0]).toMatchObject({
      partition: 0,
      headers: { topic: "t", partition: "0", reason: expect.stringMatching(/^not JSON/) as string },
    });
    expect(bench.committed).toBe(5n);
  });

  it("adopts what a crash left uploaded and not committed, and goes on after it", async () => {
    const bench = new Bench();
    bench.commitWorks = false;
    const before = bench.writer();
    bench.feed(before, 10);
    await before.flush("stop");
    expect(before.state).toBe("uploaded");
    before.retire();
    bench.commitWorks = true;
    const after = bench.writer();
    bench.feed(after, 15);
    await after.drain("stop");
    // What was read after it is dropped, and read again from there.
    expect(bench.seeks).toEqual([10n]);
    expect(after.nextOffset).toBe(10n);
    bench.feed(after, 5);
    await after.drain("stop");
    expect(bench.objects()).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      [10, 11, 12, 13, 14],
    ]);
    expect(bench.committed).toBe(15n);
    expect(bench.landed.reduce((sum, { messages }) => sum + messages, 0)).toBe(15);
  });

  it("drops from what it has read since what an adopted object reaches into", async () => {
    const bench = new Bench();
    const before = bench.writer();
    bench.feed(before, 10);
    await before.drain("stop");
    bench.committed = 0n;
    const after = bench.writer(4);
    bench.feed(after, 6); // 0-3 go up and meet 0-9; 4 and 5 wait
    await after.drain("stop");
    bench.feed(after, 3);
    await after.drain("stop");
    expect(bench.objects()).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      [10, 11, 12],
    ]);
  });

  it("claims offsets that cannot be read too, against an owner that wakes up late", async () => {
    const bench = new Bench(new Set([0]));
    const late = bench.writer();
    bench.feed(late, 4);
    const owner = bench.writer();
    bench.feed(owner, 1);
    await owner.drain("stop");
    bench.feed(owner, 3);
    await owner.drain("stop");
    await late.drain("stop");
    expect(bench.objects()).toEqual([[], [1, 2, 3]]);
  });

  it("sends a letter once, though part of the records is written in a second object", async () => {
    const bench = new Bench(new Set([8]));
    const before = bench.writer();
    bench.feed(before, 5);
    await before.drain("stop");
    bench.committed = 0n;
    const after = bench.writer();
    bench.feed(after, 10);
    await after.drain("stop");
    bench.feed(after, 5);
    await after.drain("stop");
    expect(bench.objects()).toEqual([
      [0, 1, 2, 3, 4],
      [5, 6, 7, 9],
    ]);
    expect(bench.letters.letters).toHaveLength(1);
  });

  it("stops before an object that begins with another message", async () => {
    const bench = new Bench();
    const before = bench.writer();
    bench.feed(before, 3);
    await before.drain("stop");
    bench.committed = 0n;
    const other = { ...bench.log[0], value: Buffer.from(String(bench.log[9]?.value)) };
    const after = bench.writer();
    after.take({ offset: 0n, timestampMs: other.timestampMs ?? 0, key: null, value: other.value });
    await expect(after.drain("stop")).rejects.toMatchObject({ code: "TOPIC_MISMATCH" });
    expect(bench.objects()).toEqual([[0, 1, 2]]);
  });

  it("commits nothing once the partition is another's", async () => {
    const bench = new Bench();
    const writer = bench.writer();
    bench.feed(writer, 5);
    const upload = writer.flush("age");
    writer.retire();
    await upload;
    expect(bench.committed).toBe(0n);
  });

  it("names its states, one line a change", async () => {
    const bench = new Bench(new Set(), 5);
    const writer = bench.writer();
    bench.feed(writer, 7);
    await writer.settled();
    expect(bench.states).toEqual(["buffering", "uploading", "uploaded", "idle", "buffering"]);
    writer.retire();
    expect(bench.states.slice(5)).toEqual(["retired"]);
  });

  it("commits again by itself what could not be committed", async () => {
    const bench = new Bench();
    bench.commitWorks = false;
    const writer = bench.writer();
    bench.feed(writer, 5);
    await writer.flush("age");
    expect([writer.state, writer.isIdle, bench.committed]).toEqual(["uploaded", false, 0n]);
    bench.commitWorks = true;
    writer.rotateIfDue();
    await writer.settled();
    expect([writer.state, writer.isIdle, bench.committed]).toEqual(["idle", true, 5n]);
    expect(bench.store.objects.size).toBe(1);
  });

  it("looks at the topic before every attempt, the repeated one too", async () => {
    const bench = new Bench();
    bench.store.plan = () => "again";
    let looks = 0;
    bench.look = () => {
      looks += 1;
      // Made anew between the first attempt, which timed out, and the second.
      return looks < 2
        ? Promise.resolve()
        : Promise.reject(new WorkbenchError("TOPIC_MISMATCH", "made anew"));
    };
    const writer = bench.writer();
    bench.feed(writer, 5);
    await expect(writer.drain("stop")).rejects.toMatchObject({ code: "TOPIC_MISMATCH" });
    expect(bench.store.objects.size).toBe(0);
    expect(bench.committed).toBe(0n);
  });

  it("does not put, once retired, what it was about to", async () => {
    const bench = new Bench();
    const writer = bench.writer();
    bench.look = () => {
      writer.retire();
      return Promise.resolve();
    };
    bench.feed(writer, 5);
    await writer.flush("age");
    expect(bench.store.objects.size).toBe(0);
    expect(bench.failures).toEqual([]);
  });

  it("gives up an upload that hangs once the partition is another's, and its memory", async () => {
    const bench = new Bench();
    bench.store.plan = () => "never";
    const writer = bench.writer();
    bench.feed(writer, 5);
    const upload = writer.flush("age");
    await expect.poll(() => writer.state).toBe("uploading");
    expect(bench.resources.budget.bytes).toBeGreaterThan(0);
    writer.retire();
    await upload;
    expect(bench.resources.budget.bytes).toBe(0);
    expect(bench.failures).toEqual([]);
  });

  it("takes nothing while the memory of all partitions together is used up", async () => {
    const bench = new Bench();
    const writer = bench.writer();
    const others = bench.resources.budget.hold(bench.resources.budget.limitBytes);
    expect(writer.take(bench.log[0] as IncomingRecord)).toBe(false);
    expect(writer.nextOffset).toBe(0n);
    others.release();
    expect(writer.take(bench.log[0] as IncomingRecord)).toBe(true);
    await writer.drain("stop");
    expect(bench.objects()).toEqual([[0]]);
  });

  it("sends letters again where it is not known whether they are stored", async () => {
    const bench = new Bench(new Set([1]));
    bench.letters.failures = 2;
    const writer = bench.writer();
    bench.feed(writer, 3);
    await writer.drain("stop");
    expect(bench.letters.letters.map(({ headers }) => headers["offset"])).toEqual(["1", "1", "1"]);
    expect(bench.objects()).toEqual([[0, 2]]);
    expect(bench.committed).toBe(3n);
  });

  it("stores letters before the object, so that who adopts it can rely on them", async () => {
    const bench = new Bench(new Set([1]));
    bench.letters.failures = 99;
    const writer = bench.writer();
    bench.feed(writer, 3);
    await expect(writer.drain("stop")).rejects.toMatchObject({ code: "KAFKA" });
    expect(bench.store.objects.size).toBe(0);
  });

  it(
    "loses nothing and doubles nothing, whatever crashes and whoever writes late",
    { timeout: 60_000 },
    async () => {
      const step = fc.oneof(
        fc.record({
          do: fc.constant("feed" as const),
          who: fc.nat(1),
          count: fc.integer({ min: 1, max: 8 }),
        }),
        fc.record({
          do: fc.constant("flush" as const),
          who: fc.nat(1),
          fate: fc.constantFrom("ok", "hidden", "late", "never", "again"),
        }),
        fc.record({ do: fc.constant("crash" as const), who: fc.nat(1) }),
        fc.record({ do: fc.constant("retire" as const), who: fc.nat(1) }),
        fc.record({ do: fc.constant("late" as const) }),
        fc.record({ do: fc.constant("commits" as const), work: fc.boolean() }),
      );
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 40 }),
          fc.uniqueArray(fc.nat(length - 1), { maxLength: 4 }),
          fc.integer({ min: 2, max: 9 }),
          async (steps, unreadable, maxMessages) => {
            const bench = new Bench(new Set(unreadable), maxMessages);
            const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
            // Two writers at once: the second is the owner that was paused and wakes up stale.
            const writers = [bench.writer(), bench.writer()];
            for (const action of steps) {
              if (action.do === "late") bench.store.settleLate();
              else if (action.do === "commits") bench.commitWorks = action.work;
              else {
                const writer = writers[action.who] ?? bench.writer();
                if (action.do === "feed") bench.feed(writer, action.count);
                else if (action.do === "crash") writers[action.who] = bench.writer();
                else if (action.do === "retire") {
                  writer.retire();
                  writers[action.who] = bench.writer();
                } else {
                  let isMet = writer.isUploading;
                  bench.store.plan = () => {
                    isMet = true;
                    return action.fate;
                  };
                  void writer.flush("age").catch((error: unknown) => bench.failures.push(error));
                  // Compressed on the thread pool, which takes its time.
                  while (!isMet && writer.isUploading) await settle();
                  await settle();
                }
              }
              bench.store.plan = () => "ok";
            }
            // All is well again: one owner reads to the end.
            bench.commitWorks = true;
            bench.store.settleLate();
            for (const writer of writers) writer.retire();
            const owner = bench.writer();
            while (owner.nextOffset < BigInt(length)) {
              bench.feed(owner, length);
              await owner.drain("stop");
            }
            await owner.drain("stop");
            const landed = bench
              .objects()
              .flat()
              .sort((a, b) => a - b);
            const readable = bench.log
              .map((_, index) => index)
              .filter((index) => !unreadable.includes(index));
            expect(landed).toEqual(readable);
            const letters = new Set(
              bench.letters.letters.map(({ headers }) => Number(headers["offset"])),
            );
            expect([...letters].sort((a, b) => a - b)).toEqual(
              [...unreadable].sort((a, b) => a - b),
            );
            expect(bench.committed).toBe(BigInt(length));
            expect(bench.failures).toEqual([]);
          },
        ),
        { numRuns: 150 },
      );
    },
  );
});
