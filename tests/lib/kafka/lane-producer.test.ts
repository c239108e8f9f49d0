import { describe, expect, it } from "vitest";
import { WorkbenchError } from "../../../src/lib/errors";
import { LaneProducer, type LaneTarget } from "../../../src/lib/kafka/lane-producer";
import type { OutgoingRecord } from "../../../src/lib/kafka/producer";
import type { EncodedRecords } from "../../../src/lib/kafka/record-batch";
import { silentMetrics } from "../../../src/lib/metrics/definitions";
import { VirtualTime } from "../support/virtual-time";

const target: LaneTarget = {
  kafka: { brokers: ["127.0.0.1:9092"] },
  topic: "github-events",
  partitions: 3,
  choosePartition: (key) => Number(key) % 3,
};

function record(key: number, value = "x"): OutgoingRecord {
  return { key: String(key), value, timestampMs: 1_790_000_000_000 };
}

type Send = (partition: number, records: EncodedRecords) => Promise<"stored" | "too-large">;

function producerWith(send: Send, overrides: Partial<LaneTarget> = {}): LaneProducer {
  const sender = { send, close: () => Promise.resolve() };
  return new LaneProducer({ ...target, ...overrides }, sender, new VirtualTime().effects());
}

/** Lets everything that can go on go on. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));
const stored: Send = () => Promise.resolve("stored");
const megabyte = "x".repeat(1_000_000);

describe("a producer whose broker does not answer", () => {
  it("holds a bounded number of bytes, and lets the source wait", async () => {
    let answer: (() => void)[] = [];
    const producer = producerWith(
      () => new Promise((resolve) => answer.push(() => resolve("stored"))),
    );
    let taken = 0;
    const source = (async () => {
      // Three bytes a character: the bound is in bytes.
      for (; taken < 40; taken += 1) await producer.add(record(taken, "鍵".repeat(333_333)));
    })();
    await settle();
    expect(taken).toBe(16);
    while (taken < 40) {
      const waiting = answer;
      answer = [];
      for (const go of waiting) go();
      await settle();
    }
    await source;
    const flushed = producer.flush();
    while (producer.stored < 40) {
      for (const go of answer) go();
      await settle();
    }
    await flushed;
    expect(producer.stored).toBe(40);
  });

  it("lets a waiting add fail once a send has failed, and says what is not stored", async () => {
    let fail: (error: Error) => void = () => undefined;
    const gone = new Promise<"stored">((_, reject) => (fail = reject));
    const producer = producerWith((partition) =>
      partition === 0 ? gone : Promise.resolve("stored"),
    );
    for (let key = 0; key < 3; key += 1) await producer.add(record(key, megabyte));
    await settle();
    for (let index = 0; index < 15; index += 1) await producer.add(record(0, megabyte));
    const waiting = producer.add(record(1));
    waiting.catch(() => undefined);
    await settle();
    fail(
      new WorkbenchError("KAFKA", "cannot reach Kafka at x", { retryable: true, hint: "start it" }),
    );
    await expect(waiting).rejects.toMatchObject({
      code: "KAFKA",
      message: "cannot reach Kafka at x; 16 messages are not known to be stored",
      hint: "start it",
      retryable: true,
      context: { unstored: 16 },
    });
    await expect(producer.flush()).rejects.toThrow("16 messages are not known");
    await expect(producer.add(record(2))).rejects.toThrow("cannot reach Kafka");
    expect(producer.stored).toBe(2);
    await producer.close();
  });
});

describe("a record that the topic does not take for its size", () => {
  /** A topic that takes so many bytes a batch. */
  function limited(maxBytes: number, sent: EncodedRecords[]): Send {
    return (_, records) => {
      if (records.bytes.length > maxBytes) return Promise.resolve("too-large");
      sent.push(records);
      return Promise.resolve("stored");
    };
  }

  it("is handed on, and those around it are stored in order", async () => {
    const sent: EncodedRecords[] = [];
    const refused: [unknown, string][] = [];
    const producer = producerWith(limited(5000, sent), {
      tooLarge: async ({ key }, reason) => {
        await Promise.resolve();
        refused.push([key, reason]);
      },
    });
    for (let index = 0; index < 20; index += 1) {
      const value = index === 13 ? "y".repeat(6000) : `${index}`.padStart(2, "0").repeat(400);
      await producer.add(record(index * 3, value));
    }
    await producer.flush();
    expect(refused).toEqual([
      [
        "39",
        expect.stringMatching(/^larger than the max.message.bytes of github-events: 60\d\d b/),
      ],
    ]);
    const text = Buffer.concat(sent.map(({ bytes }) => bytes)).toString("latin1");
    const order = [...text.matchAll(/(\d\d)\1{99}/g)].map(([, index]) => Number(index));
    expect(order.filter((index, at) => order.indexOf(index) === at)).toEqual(
      Array.from({ length: 20 }, (_, index) => index).filter((index) => index !== 13),
    );
    expect([producer.stored, producer.refused]).toEqual([19, 1]);
  });

  it("ends the producer with an error that names it, where nobody takes it", async () => {
    const producer = producerWith(limited(5000, []));
    await producer.add(record(7, "y".repeat(6000)));
    await expect(producer.flush()).rejects.toMatchObject({
      message: expect.stringMatching(
        /message with key 7 is larger than.*1 message is not known/,
      ) as string,
      hint: expect.stringContaining("raise max.message.bytes of github-events") as string,
    });
  });
});

describe("a producer", () => {
  it("sends a key's records to its partition, and a named partition modulo their number", async () => {
    const sent: [number, number][] = [];
    const producer = producerWith((partition, { count }) => {
      sent.push([partition, count]);
      return Promise.resolve("stored");
    });
    await producer.add(record(4));
    await producer.add({ ...record(0), partition: 5 });
    await producer.add({ ...record(0), key: null });
    await producer.close();
    expect(sent).toEqual([
      [1, 1],
      [2, 1],
      [0, 1],
    ]);
  });

  it("tells the metrics what is stored, what waits and how long a send took", async () => {
    const told: unknown[][] = [];
    const note = (...call: unknown[]): void => void told.push(call);
    const effects = new VirtualTime().effects({
      metrics: { ...silentMetrics, add: note, set: note, observe: note },
    });
    const sender = {
      send: async (...call: Parameters<Send>) => {
        await effects.sleep(250);
        return stored(...call);
      },
      close: () => Promise.resolve(),
    };
    const producer = new LaneProducer(target, sender, effects);
    await producer.add(record(0));
    await producer.add(record(0));
    await producer.flush();
    const labels = { topic: "github-events" };
    expect(told).toEqual([
      ["workbench_messages_stored_total", labels, 2],
      ["workbench_producer_send_seconds", labels, 0.25],
      ["workbench_producer_buffered_bytes", labels, 0],
    ]);
  });
});
