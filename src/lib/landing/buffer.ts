import type { RotationSettings } from "../config/settings";
import { Chunk } from "./chunk";
import type { Compressor } from "./compressor";
import type { LineReader } from "./landed-topic";
import { oneLine } from "./line";
import type { Holding, MemoryBudget } from "./memory-budget";

/** A record as it comes from Kafka. */
export interface IncomingRecord {
  offset: bigint;
  timestampMs: number;
  key: Buffer | null;
  value: Buffer | null;
}

/** A record that cannot be read. */
export interface UnreadableRecord {
  offset: bigint;
  reason: string;
  key: Buffer | null;
  value: Buffer | null;
}

/** Why an object was closed and written. */
export type RotationReason = "count" | "bytes" | "age" | "memory" | "caught-up" | "stop";

/** What a buffer is made with. */
export interface BufferContext {
  partition: number;
  /** Reads a message of the topic: its id, or what is wrong with it. */
  read: LineReader;
  budget: MemoryBudget;
  compressor: Compressor;
}

/** The first record, from which the object's key follows. */
export interface FirstOfBuffer {
  offset: bigint;
  timestampMs: number;
  /** The message's id; empty where it cannot be read. */
  id: string;
}

/**
 * The records of one partition that go to one object, in the order of their offsets: gzip members,
 * compressed as they fill while more is read, and one chunk that is still open.
 */
export class PartitionBuffer {
  readonly unreadable: UnreadableRecord[] = [];
  /** Lines by the type of their messages. */
  readonly types = new Map<string, number>();
  first: FirstOfBuffer | undefined;
  last = -1n;
  /** Bytes of the messages, before compression. */
  bytes = 0;
  private count = 0;
  private sinceMs = 0;
  private chunk: Chunk | undefined;
  private members: Promise<Buffer>[] = [];
  private readonly holdings = new Set<Holding>();

  constructor(private readonly context: BufferContext) {}

  /** Records, those that cannot be read among them. */
  get length(): number {
    return this.count;
  }

  /** Lines of the object. */
  get lines(): number {
    return this.count - this.unreadable.length;
  }

  /** Bytes in memory. */
  get heldBytes(): number {
    let bytes = 0;
    for (const holding of this.holdings) bytes += holding.bytes;
    return bytes;
  }

  add(record: IncomingRecord, nowMs: number): void {
    const { offset, timestampMs, value } = record;
    const { message, reason } = this.context.read(value);
    if (this.first === undefined) {
      this.first = { offset, timestampMs, id: message?.id ?? "" };
      this.sinceMs = nowMs;
    }
    this.last = offset;
    this.count += 1;
    this.bytes += value?.length ?? 0;
    if (value === null || message === undefined) {
      this.keepUnreadable(record, reason ?? "the message has no value");
      return;
    }
    this.types.set(message.type, (this.types.get(message.type) ?? 0) + 1);
    this.chunk ??= this.openChunk();
    this.chunk.append(oneLine(value, message.hasPlace), this.context.partition, offset);
    if (this.chunk.isFull) this.closeChunk();
  }

  /** Why the buffer is to be written now, if it is. */
  rotation(limits: RotationSettings, nowMs: number): RotationReason | undefined {
    if (this.count === 0) return undefined;
    if (this.count >= limits.maxMessages) return "count";
    if (this.bytes >= limits.maxBytes) return "bytes";
    return nowMs - this.sinceMs >= limits.maxAgeMs ? "age" : undefined;
  }

  /** The object's content; nothing may be added any more. */
  async body(): Promise<Buffer> {
    if (this.lines === 0) this.chunk = this.openChunk();
    if (this.chunk !== undefined) this.closeChunk();
    const members = await Promise.all(this.members);
    const whole = members.length === 1 ? members[0] : undefined;
    const body = whole ?? Buffer.concat(members);
    if (whole === undefined) {
      this.members = [];
      this.release();
      this.hold(body.length);
    }
    return body;
  }

  /** Gives back its memory; what is in it is gone. */
  release(): void {
    this.members = [];
    this.chunk = undefined;
    for (const holding of this.holdings) holding.release();
    this.holdings.clear();
  }

  private keepUnreadable({ offset, key, value }: IncomingRecord, reason: string): void {
    this.hold((key?.length ?? 0) + (value?.length ?? 0));
    // Copies: a slice would keep the whole answer of the broker.
    const copy = (bytes: Buffer | null): Buffer | null =>
      bytes === null ? null : Buffer.from(bytes);
    this.unreadable.push({ offset, reason, key: copy(key), value: copy(value) });
  }

  private openChunk(): Chunk {
    const chunk = new Chunk(this.context.budget);
    this.holdings.add(chunk.holding);
    return chunk;
  }

  private closeChunk(): void {
    const { chunk } = this;
    if (chunk === undefined) return;
    this.chunk = undefined;
    const member = this.context.compressor.compress(chunk.content()).then((bytes) => {
      chunk.holding.resize(bytes.length);
      return bytes;
    });
    // Told to whoever asks for the body.
    member.catch(() => undefined);
    this.members.push(member);
  }

  private hold(bytes: number): void {
    this.holdings.add(this.context.budget.hold(bytes));
  }
}
