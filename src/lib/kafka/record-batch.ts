import type { OutgoingRecord } from "./producer";

/** A record's share of a batch beside key, value and headers, at most. */
const recordOverhead = 40;
const headerBytes = 61;
/** From the start of the batch: what the checksum covers begins with the attributes. */
const [crcAt, attributesAt] = [17, 21];
const maxSequence = 2 ** 31;

/** Records in the form of the log, before compression. */
export interface EncodedRecords {
  bytes: Buffer;
  count: number;
  firstTimestampMs: number;
  maxTimestampMs: number;
}

/** The bytes a record takes before compression, at most. */
export function sizeOfRecord({ key, value, headers }: OutgoingRecord): number {
  let bytes = recordOverhead + byteLength(key) + byteLength(value);
  for (const name in headers) {
    bytes += 10 + Buffer.byteLength(name) + Buffer.byteLength(headers[name] ?? "");
  }
  return bytes;
}

/**
 * Writes records one after the other into one buffer, in the form of Kafka's message format 2.
 *
 * @param sizeBytes - the sum of their {@link sizeOfRecord}
 * @see https://kafka.apache.org/documentation/#record
 */
export function encodeRecords(
  records: readonly OutgoingRecord[],
  sizeBytes: number,
): EncodedRecords {
  const writer = new RecordWriter(sizeBytes);
  const firstTimestampMs = records[0]?.timestampMs ?? 0;
  let maxTimestampMs = firstTimestampMs;
  for (const [index, record] of records.entries()) {
    maxTimestampMs = Math.max(maxTimestampMs, record.timestampMs);
    writer.record(record, record.timestampMs - firstTimestampMs, index);
  }
  return { bytes: writer.written(), count: records.length, firstTimestampMs, maxTimestampMs };
}

/** Who writes a batch, and its place in the sequence of the partition. */
export interface BatchOrigin {
  producerId: bigint;
  producerEpoch: number;
  sequence: number;
}

/**
 * A batch as it lies in the log: header and records.
 *
 * @param body - the records, compressed with the codec
 * @param codec - the codec's number in the attributes: 0 none, 1 gzip
 */
export function encodeBatch(
  { count, firstTimestampMs, maxTimestampMs }: EncodedRecords,
  body: Buffer,
  codec: number,
  { producerId, producerEpoch, sequence }: BatchOrigin,
): Buffer {
  const batch = Buffer.allocUnsafe(headerBytes + body.length);
  batch.writeBigInt64BE(0n, 0); // the first offset is the broker's to give
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(-1, 12); // the leader's epoch, too
  batch.writeInt8(2, 16); // the message format
  batch.writeInt16BE(codec, attributesAt);
  batch.writeInt32BE(count - 1, 23);
  batch.writeBigInt64BE(BigInt(firstTimestampMs), 27);
  batch.writeBigInt64BE(BigInt(maxTimestampMs), 35);
  batch.writeBigInt64BE(producerId, 43);
  batch.writeInt16BE(producerEpoch, 51);
  batch.writeInt32BE(sequence, 53);
  batch.writeInt32BE(count, 57);
  body.copy(batch, headerBytes);
  batch.writeUInt32BE(crc32c(batch.subarray(attributesAt)), crcAt);
  return batch;
}

/** The sequence number that follows a batch; after 2³¹ − 1 comes 0, as in Kafka's own client. */
export function nextSequence(sequence: number, count: number): number {
  return (sequence + count) % maxSequence;
}

class RecordWriter {
  private readonly buffer: Buffer;
  private at = 0;

  constructor(sizeBytes: number) {
    this.buffer = Buffer.allocUnsafe(sizeBytes);
  }

  record(record: OutgoingRecord, timestampDelta: number, offsetDelta: number): void {
    const { key, value, headers } = record;
    const names = headers === undefined ? [] : Object.keys(headers);
    const keyBytes = lengthOf(key);
    const valueBytes = lengthOf(value);
    let body = 1 + sizeOfVarint(timestampDelta) + sizeOfVarint(offsetDelta);
    body += sizeOfVarint(keyBytes) + Math.max(0, keyBytes);
    body += sizeOfVarint(valueBytes) + Math.max(0, valueBytes) + sizeOfVarint(names.length);
    for (const name of names) {
      for (const text of [name, headers?.[name] ?? ""]) {
        const bytes = Buffer.byteLength(text);
        body += sizeOfVarint(bytes) + bytes;
      }
    }
    this.varint(body);
    this.buffer[this.at] = 0; // attributes: none
    this.at += 1;
    this.varint(timestampDelta);
    this.varint(offsetDelta);
    this.bytes(key, keyBytes);
    this.bytes(value, valueBytes);
    this.varint(names.length);
    for (const name of names) {
      for (const text of [name, headers?.[name] ?? ""]) this.bytes(text, Buffer.byteLength(text));
    }
  }

  written(): Buffer {
    return this.buffer.subarray(0, this.at);
  }

  private bytes(content: string | Buffer | null, length: number): void {
    this.varint(length);
    if (content === null) return;
    if (typeof content === "string") this.at += this.buffer.write(content, this.at, "utf8");
    else this.at += content.copy(this.buffer, this.at);
  }

  /** Zigzag, seven bits a byte; timestamps apart by more than 32 bits can tell need the division. */
  private varint(value: number): void {
    let rest = zigzag(value);
    while (rest > 127) {
      this.buffer[this.at] = (rest % 128) + 128;
      this.at += 1;
      rest = Math.floor(rest / 128);
    }
    this.buffer[this.at] = rest;
    this.at += 1;
  }
}

function zigzag(value: number): number {
  return value < 0 ? -value * 2 - 1 : value * 2;
}

function sizeOfVarint(value: number): number {
  let bytes = 1;
  for (let rest = zigzag(value); rest > 127; rest = Math.floor(rest / 128)) bytes += 1;
  return bytes;
}

/** −1 for null, as it is written. */
function lengthOf(content: string | Buffer | null): number {
  return content === null ? -1 : byteLength(content);
}

function byteLength(content: string | Buffer | null): number {
  if (content === null) return 0;
  return typeof content === "string" ? Buffer.byteLength(content) : content.length;
}

function crc32c(bytes: Buffer): number {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- CommonJS, and without types
  const checksum = require("kafkajs/src/protocol/recordBatch/crc32C") as (bytes: Buffer) => number;
  return checksum(bytes);
}
