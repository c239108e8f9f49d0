import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { OutgoingRecord } from "../../../src/lib/kafka/producer";
import {
  encodeBatch,
  encodeRecords,
  nextSequence,
  sizeOfRecord,
} from "../../../src/lib/kafka/record-batch";

/* eslint-disable @typescript-eslint/no-require-imports -- CommonJS, and without types */
const kafkajsRecord = require("kafkajs/src/protocol/recordBatch/record/v0") as (
  record: object,
) => object;
const { RecordBatch } = require("kafkajs/src/protocol/recordBatch/v0") as {
  RecordBatch: (batch: object) => Promise<{ buffer: Buffer }>;
};
const kafkajsLong = require("kafkajs/src/utils/long") as Record<
  "fromValue",
  (value: string) => object
>;
/* eslint-enable @typescript-eslint/no-require-imports */

const text = fc.string({ unit: "grapheme", maxLength: 300 });
const records = fc.array(
  fc.record({
    key: fc.option(text),
    value: fc.oneof(
      text,
      fc.constant(null),
      fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    ),
    timestampMs: fc.integer({ min: 1_700_000_000_000, max: 1_700_100_000_000 }),
    headers: fc.dictionary(text, text, { maxKeys: 3 }),
  }),
  { minLength: 1, maxLength: 40 },
);

/** The same batch as kafkajs' own producer writes it, without the length that is put before it. */
async function kafkajsBatch(list: readonly OutgoingRecord[], sequence: number): Promise<Buffer> {
  const times = list.map(({ timestampMs }) => timestampMs);
  const [first = 0] = times;
  const { buffer } = await RecordBatch({
    compression: 0,
    firstTimestamp: first,
    maxTimestamp: Math.max(...times),
    lastOffsetDelta: list.length - 1,
    partitionLeaderEpoch: -1,
    producerId: kafkajsLong.fromValue("77"),
    producerEpoch: 3,
    firstSequence: sequence,
    records: list.map(({ timestampMs, ...record }, offsetDelta) =>
      kafkajsRecord({ ...record, offsetDelta, timestampDelta: timestampMs - first }),
    ),
  });
  return buffer;
}

describe("encodeBatch", () => {
  it("writes, byte for byte, what kafkajs writes", async () => {
    await fc.assert(
      fc.asyncProperty(records, fc.nat(1e6), async (list, sequence) => {
        const size = list.reduce((sum, record) => sum + sizeOfRecord(record), 0);
        const encoded = encodeRecords(list, size);
        expect(encoded.count).toBe(list.length);
        expect(encoded.bytes.length).toBeLessThanOrEqual(size);
        const origin = { producerId: 77n, producerEpoch: 3, sequence };
        const batch = encodeBatch(encoded, encoded.bytes, 0, origin);
        expect(batch.equals(await kafkajsBatch(list, sequence))).toBe(true);
      }),
      { numRuns: 100 },
    );
  });
});

describe("sizeOfRecord", () => {
  it("counts bytes, not characters", () => {
    const record = { key: null, timestampMs: 0 };
    const plain = sizeOfRecord({ ...record, value: "x".repeat(1000) });
    expect(sizeOfRecord({ ...record, value: "ключ".repeat(250) })).toBe(plain + 1000);
    expect(sizeOfRecord({ ...record, value: "鍵".repeat(1000) })).toBe(plain + 2000);
  });
});

describe("nextSequence", () => {
  it("goes from 2³¹ − 1 to 0", () => {
    expect(nextSequence(10, 5)).toBe(15);
    expect(nextSequence(2 ** 31 - 5, 4)).toBe(2 ** 31 - 1);
    expect(nextSequence(2 ** 31 - 5, 7)).toBe(2);
  });
});
