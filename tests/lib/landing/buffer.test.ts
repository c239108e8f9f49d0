import { describe, expect, it } from "vitest";
import { type IncomingRecord, PartitionBuffer } from "../../../src/lib/landing/buffer";
import { readEvent } from "../../../src/lib/landing/landed-topic";
import { messageJson } from "./fake-log";

const limits = { maxMessages: 3, maxBytes: 10_000, maxAgeMs: 1000 };

function record(offset: bigint, value: string | null): IncomingRecord {
  return {
    offset,
    timestampMs: 5,
    key: null,
    value: value === null ? null : Buffer.from(value),
  };
}

function lineOf(value: string): string | undefined {
  const buffer = new PartitionBuffer(readEvent);
  buffer.add(2, record(7n, value), 0);
  return buffer.seal()[0]?.line;
}

describe("PartitionBuffer", () => {
  it("is written by count, by bytes and by age, whichever comes first", () => {
    const buffer = new PartitionBuffer(readEvent);
    expect(buffer.rotation(limits, 1e9)).toBeUndefined();
    buffer.add(0, record(1n, messageJson(1)), 100);
    expect(buffer.rotation(limits, 1099)).toBeUndefined();
    expect(buffer.rotation(limits, 1100)).toBe("age");
    buffer.add(0, record(2n, messageJson(2, "x".repeat(10_000))), 150);
    expect(buffer.rotation(limits, 200)).toBe("bytes");
    buffer.add(0, record(3n, messageJson(3)), 150);
    expect(buffer.rotation(limits, 200)).toBe("count");
    expect(buffer.seal()).toHaveLength(3);
    expect(buffer.rotation(limits, 1e9)).toBeUndefined();
    expect(buffer.bytes).toBe(0);
  });

  it("adds the place to the message and changes nothing else, long numbers included", () => {
    const json = messageJson(1).replace('"payload":{', '"payload":{"n":12345678901234567890,');
    const line = lineOf(json);
    expect(line).toContain("12345678901234567890");
    expect(JSON.parse(line ?? "")).toEqual({
      ...(JSON.parse(json) as object),
      _partition: 2,
      _offset: 7,
    });
  });

  it("puts a message on one line that was written over several, or with a place of its own", () => {
    const message = { ...(JSON.parse(messageJson(1)) as object), _offset: 99, _partition: 98 };
    const line = lineOf(JSON.stringify(message, null, 2));
    expect(line).not.toContain("\n");
    expect(line?.match(/"_offset"/g)).toHaveLength(1);
    expect(JSON.parse(line ?? "")).toMatchObject({ _partition: 2, _offset: 7 });
  });

  it("keeps what cannot be read, with the reason", () => {
    const buffer = new PartitionBuffer(readEvent);
    buffer.add(0, record(1n, "nonsense"), 0);
    buffer.add(0, record(2n, null), 0);
    const reasons = buffer.seal().map(({ unreadable, line }) => [line, unreadable?.reason]);
    expect(reasons).toEqual([
      [undefined, expect.stringMatching(/^not JSON/)],
      [undefined, "the message has no value"],
    ]);
  });
});
