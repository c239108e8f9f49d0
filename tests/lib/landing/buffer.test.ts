import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type IncomingRecord, PartitionBuffer } from "../../../src/lib/landing/buffer";
import { chunkBytes } from "../../../src/lib/landing/chunk";
import { Compressor } from "../../../src/lib/landing/compressor";
import { readEvent } from "../../../src/lib/landing/landed-topic";
import { MemoryBudget } from "../../../src/lib/landing/memory-budget";
import { messageJson } from "./fake-log";

const limits = { maxMessages: 3, maxBytes: 10_000, maxAgeMs: 1000 };

function newBuffer(partition = 0, budget = new MemoryBudget(1e9)): PartitionBuffer {
  return new PartitionBuffer({ partition, read: readEvent, budget, compressor: new Compressor() });
}

function record(offset: bigint, value: string | Buffer | null): IncomingRecord {
  return {
    offset,
    timestampMs: 5,
    key: null,
    value: value === null ? null : Buffer.from(value),
  };
}

async function contentOf(buffer: PartitionBuffer): Promise<string> {
  return gunzipSync(await buffer.body()).toString();
}

function lineOf(value: string | Buffer): Promise<string> {
  const buffer = newBuffer(2);
  buffer.add(record(7n, value), 0);
  return contentOf(buffer);
}

describe("PartitionBuffer", () => {
  it("is due by count, by bytes and by age of its first record, whichever comes first", () => {
    const buffer = newBuffer();
    expect(buffer.rotation(limits, 1e9)).toBeUndefined();
    buffer.add(record(1n, messageJson(1)), 100);
    expect(buffer.rotation(limits, 1099)).toBeUndefined();
    expect(buffer.rotation(limits, 1100)).toBe("age");
    buffer.add(record(2n, messageJson(2, "x".repeat(10_000))), 150);
    expect(buffer.rotation(limits, 200)).toBe("bytes");
    buffer.add(record(3n, messageJson(3)), 150);
    expect(buffer.rotation(limits, 200)).toBe("count");
    expect([buffer.length, buffer.lines, buffer.first, buffer.last]).toEqual([
      3,
      3,
      { offset: 1n, timestampMs: 5, id: "1" },
      3n,
    ]);
  });

  it("adds the place to the message's bytes and changes nothing else", async () => {
    const json = messageJson(1, "ü 😀 \u2028").replace(
      '"payload":{',
      '"payload": {"n":12345678901234567890,"_offset":5,',
    );
    expect(await lineOf(json)).toBe(`${json.slice(0, -1)},"_partition":2,"_offset":7}\n`);
  });

  it("puts a message on one line that was written over several, numbers untouched", async () => {
    const json = messageJson(1).replace(
      '"payload":{',
      '"payload":\r\n{\n"n":12345678901234567890,',
    );
    const line = await lineOf(`\n ${json}\n`);
    const flat = json.replaceAll(/[\r\n]/g, " ");
    expect(line).toBe(`${flat.slice(0, -1)},"_partition":2,"_offset":7}\n`);
  });

  it("takes out a place of the message's own", async () => {
    const message = { ...(JSON.parse(messageJson(1)) as object), _offset: 99, _partition: 98 };
    const line = await lineOf(JSON.stringify(message, null, 2));
    expect(line.match(/"_offset"/g)).toHaveLength(1);
    expect(JSON.parse(line)).toEqual({ ...message, _partition: 2, _offset: 7 });
  });

  it("replaces what is no UTF-8, as every reader of text would", async () => {
    const json = Buffer.from(messageJson(1, "a?b"));
    json[json.indexOf("?")] = 0xff;
    expect(await lineOf(json)).toContain('{"text":"a\ufffdb"}');
  });

  it("keeps what cannot be read, with the reason and its bytes", async () => {
    const buffer = newBuffer();
    const key = Buffer.from([0xff, 0x00]);
    buffer.add({ ...record(1n, "nonsense"), key }, 0);
    buffer.add(record(2n, null), 0);
    expect(buffer.unreadable).toEqual([
      {
        offset: 1n,
        reason: expect.stringMatching(/^not JSON/) as string,
        key,
        value: Buffer.from("nonsense"),
      },
      { offset: 2n, reason: "the message has no value", key: null, value: null },
    ]);
    expect(await contentOf(buffer)).toBe("");
    expect([buffer.length, buffer.lines]).toEqual([2, 0]);
  });

  it("is one gzip file, however many chunks it was compressed in", async () => {
    const buffer = newBuffer();
    const text = "x".repeat(chunkBytes / 5);
    for (let id = 0; id < 23; id += 1) buffer.add(record(BigInt(id), messageJson(id, text)), 0);
    const body = await buffer.body();
    const members = body.toString("latin1").split("\x1f\x8b\x08\x00").length - 1;
    expect(members).toBe(5);
    const ids = gunzipSync(body)
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { id: string }).id);
    expect(ids).toEqual(Array.from({ length: 23 }, (_, id) => String(id)));
  });

  it("holds little more than the compressed bytes and one open chunk, and gives all back", async () => {
    const budget = new MemoryBudget(1e9);
    const buffer = newBuffer(0, budget);
    const text = "x".repeat(50_000);
    for (let id = 0; id < 200; id += 1) buffer.add(record(BigInt(id), messageJson(id, text)), 0);
    expect(buffer.bytes).toBeGreaterThan(10_000_000);
    // The chunks that were full are compressed beside.
    await expect.poll(() => budget.bytes).toBeLessThan(2 * chunkBytes);
    expect(buffer.heldBytes).toBe(budget.bytes);
    const body = await buffer.body();
    expect(budget.bytes).toBe(body.length);
    buffer.release();
    expect(budget.bytes).toBe(0);
  });

  it("gives its memory back where it is dropped while it is compressed", async () => {
    const budget = new MemoryBudget(1e9);
    const buffer = newBuffer(0, budget);
    buffer.add(record(1n, messageJson(1, "x".repeat(chunkBytes))), 0);
    const body = buffer.body();
    buffer.release();
    await body;
    buffer.release();
    expect(budget.bytes).toBe(0);
  });

  it("gives the bytes of any messages, in their order", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: "grapheme", maxLength: 40 }), { minLength: 1, maxLength: 20 }),
        async (texts) => {
          const buffer = newBuffer(4);
          const messages = texts.map((text, id) => messageJson(id, text));
          messages.forEach((json, offset) => buffer.add(record(BigInt(offset), json), 0));
          const expected = messages.map(
            (json, offset) => `${json.slice(0, -1)},"_partition":4,"_offset":${offset}}\n`,
          );
          expect(await contentOf(buffer)).toBe(expected.join(""));
        },
      ),
      { numRuns: 50 },
    );
  });
});
