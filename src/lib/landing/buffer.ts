import type { RotationSettings } from "../config/settings";
import type { LineReader } from "./landed-topic";

/** A record as it comes from Kafka. */
export interface IncomingRecord {
  offset: bigint;
  timestampMs: number;
  key: Buffer | null;
  value: Buffer | null;
}

/** A record in the buffer: a line of the object to be, or a letter for the dead-letter topic. */
export interface BufferedRecord {
  offset: bigint;
  timestampMs: number;
  /** The message's id; empty where it cannot be read. */
  id: string;
  line?: string;
  unreadable?: { reason: string; key: Buffer | null; value: Buffer | null };
}

/** Why an object was closed and written. */
export type RotationReason = "count" | "bytes" | "age" | "caught-up" | "stop";

/** The records of one partition that wait to be written, in the order of their offsets. */
export class PartitionBuffer {
  private records: BufferedRecord[] = [];
  private sizeBytes = 0;
  private sinceMs = 0;

  /** @param read - reads a message of the topic, and tells its id or what is wrong with it */
  constructor(private readonly read: LineReader) {}

  get length(): number {
    return this.records.length;
  }

  get bytes(): number {
    return this.sizeBytes;
  }

  add(partition: number, record: IncomingRecord, nowMs: number): void {
    if (this.records.length === 0) this.sinceMs = nowMs;
    this.records.push(toBuffered(partition, record, this.read));
    this.sizeBytes += record.value?.length ?? 0;
  }

  /** Why the buffer is to be written now, if it is. */
  rotation(limits: RotationSettings, nowMs: number): RotationReason | undefined {
    if (this.records.length === 0) return undefined;
    if (this.records.length >= limits.maxMessages) return "count";
    if (this.sizeBytes >= limits.maxBytes) return "bytes";
    return nowMs - this.sinceMs >= limits.maxAgeMs ? "age" : undefined;
  }

  /** Drops the records up to and including an offset. */
  dropThrough(offset: bigint): void {
    if ((this.records[0]?.offset ?? offset + 1n) > offset) return;
    this.records = this.records.filter((record) => record.offset > offset);
    this.sizeBytes = this.records.reduce((sum, { line }) => sum + (line?.length ?? 0), 0);
  }

  /** Takes all records out. */
  seal(): BufferedRecord[] {
    const { records } = this;
    this.records = [];
    this.sizeBytes = 0;
    return records;
  }
}

function toBuffered(partition: number, record: IncomingRecord, read: LineReader): BufferedRecord {
  const { offset, timestampMs, key, value } = record;
  const found = read(value);
  if (value === null || found.id === undefined) {
    const reason = found.reason ?? "the message has no value";
    return { offset, timestampMs, id: "", unreadable: { reason, key, value } };
  }
  return {
    offset,
    timestampMs,
    id: found.id,
    line: toLine(value.toString(), partition, offset),
  };
}

/** The message with its place in the log, on one line. */
function toLine(json: string, partition: number, offset: bigint): string {
  const text = json.trim();
  const place = `"_partition":${partition},"_offset":${offset}}`;
  // As it stands, since reading and writing it again would round long numbers; unless another
  // client wrote it over several lines, or with a place of its own.
  if (!/[\r\n]/.test(text) && !text.includes('"_partition"') && !text.includes('"_offset"')) {
    return `${text.slice(0, -1)},${place}`;
  }
  const fields = Object.entries(JSON.parse(text) as object).filter(
    ([name]) => name !== "_partition" && name !== "_offset",
  );
  return `${JSON.stringify(Object.fromEntries(fields)).slice(0, -1)},${place}`;
}
