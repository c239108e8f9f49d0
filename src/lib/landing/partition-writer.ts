import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Effects } from "../effects";
import type { RotationSettings } from "../config/settings";
import type { DeadLetters } from "../kafka/dead-letters";
import {
  type BufferedRecord,
  type IncomingRecord,
  PartitionBuffer,
  type RotationReason,
} from "./buffer";
import { adoptObject } from "./adopt";
import type { LineReader } from "./landed-topic";
import { objectKey } from "./object-key";
import type { ObjectMetadata, ObjectStore } from "./object-store";

const compress = promisify(gzip);

/** Where a writer stands with the records it took out of its buffer. */
export type WriterState =
  | "idle"
  /** The object is on its way; nobody knows yet whether it exists. */
  | "uploading"
  /** The object exists; the group's offset is not committed yet. */
  | "uploaded"
  /** Another member has the partition now: nothing more is written or committed. */
  | "retired";

/** What a writer needs of the world. */
export interface WriterContext {
  topic: string;
  partition: number;
  prefix: string;
  read: LineReader;
  limits: RotationSettings;
  store: ObjectStore;
  deadLetters: DeadLetters;
  effects: Effects;
  /** Names this run in the objects it makes. */
  runId: string;
  /** Throws TOPIC_MISMATCH unless the topic is still the one the records came from. */
  checkTopic(partition: number, lastOffset: bigint): Promise<void>;
  /** Commits the group's offset; rejects where the group has moved on. */
  commit(partition: number, offset: bigint): Promise<void>;
  /** Told of what was landed. */
  landed(counts: LandedCounts): void;
  /** Told that an upload has ended, and that more records can be taken. */
  ready(partition: number): void;
  /** Told of an upload that failed for good. */
  failed(error: unknown): void;
}

/** What one upload came to. */
export interface LandedCounts {
  messages: number;
  objects: number;
  deadLetters: number;
  reason: RotationReason;
}

/**
 * Writes the records of one partition to raw objects. An object is created once, under a key that
 * follows from its first record; where one is there already, whoever wrote it, it is adopted and
 * the writer goes on after its last offset. The offset is committed after the object exists.
 */
export class PartitionWriter {
  state: WriterState = "idle";
  private buffer: PartitionBuffer;
  private upload: Promise<void> | undefined;

  /**
   * @param nextOffset - the offset of the next record wanted
   */
  constructor(
    private readonly context: WriterContext,
    public nextOffset: bigint,
  ) {
    this.buffer = new PartitionBuffer(context.read);
  }

  /** Whether nothing waits and nothing is on its way. */
  get isIdle(): boolean {
    return this.buffer.length === 0 && this.upload === undefined;
  }

  /**
   * Takes a record, and starts an upload if one is due. Offsets before the next one wanted are
   * passed over.
   *
   * @returns false where it cannot take more before the upload under way has ended
   */
  take(record: IncomingRecord): boolean {
    if (this.state === "retired" || record.offset < this.nextOffset) return true;
    const { limits, effects, partition } = this.context;
    if (this.buffer.rotation(limits, effects.now()) !== undefined) {
      if (this.upload !== undefined) return false;
      this.rotateIfDue();
    }
    this.buffer.add(partition, record, effects.now());
    this.nextOffset = record.offset + 1n;
    this.rotateIfDue();
    return true;
  }

  /** Starts an upload if one is due and none is under way. */
  rotateIfDue(): void {
    const reason = this.buffer.rotation(this.context.limits, this.context.effects.now());
    if (reason === undefined || this.upload !== undefined) return;
    this.flush(reason).catch((error: unknown) => this.context.failed(error));
  }

  /** Writes what is in the buffer, after the upload under way. Rejects if it cannot be written. */
  flush(reason: RotationReason): Promise<void> {
    this.upload ??= this.write(reason).then(
      () => {
        this.upload = undefined;
        // It may have filled meanwhile.
        this.rotateIfDue();
        this.context.ready(this.context.partition);
      },
      (error: unknown) => {
        this.upload = undefined;
        throw error;
      },
    );
    return this.upload;
  }

  /** Writes all there is; resolves once nothing is on its way. */
  async drain(reason: RotationReason): Promise<void> {
    while (!this.isIdle && this.state !== "retired") await this.flush(reason);
  }

  /** Resolves once the upload under way has ended, well or not. */
  async settled(): Promise<void> {
    await this.upload?.catch(() => undefined);
  }

  /** Lets go of the partition: what is in the buffer will be read again by its next owner. */
  retire(): void {
    this.state = "retired";
    this.buffer = new PartitionBuffer(this.context.read);
  }

  private async write(reason: RotationReason): Promise<void> {
    let records = this.buffer.seal();
    while (records.length > 0) records = await this.writeObject(records, reason);
  }

  /** Writes one object of all the records; returns those that are left after an adopted one. */
  private async writeObject(
    records: BufferedRecord[],
    reason: RotationReason,
  ): Promise<BufferedRecord[]> {
    const { context } = this;
    const { partition, store } = context;
    const first = records[0];
    const last = records.at(-1);
    if (first === undefined || last === undefined) return [];
    await context.checkTopic(partition, last.offset);
    const letters = await this.writeDeadLetters(records);
    const lines = records.flatMap(({ line }) => line ?? []);
    let landedTo = last.offset;
    let created = 0;
    this.enter("uploading");
    const key = objectKey(context.prefix, {
      topic: context.topic,
      partition,
      offset: first.offset,
      timestampMs: first.timestampMs,
    });
    const metadata = this.describe(first, last, lines.length, reason);
    // Written even without a line: it is what tells an owner that wakes up late, with more in its
    // buffer, that these offsets are done with.
    const outcome = await store.create({
      key,
      metadata,
      contentType: "application/gzip",
      body: await compress(lines.map((line) => `${line}\n`).join("")),
    });
    if (outcome === "created") created = 1;
    else {
      const found = await adoptObject(store, key, metadata);
      landedTo = found.last;
      if (found.ours) created = 1;
      else context.effects.logger.info("adopted an object that was there", { key });
    }
    if (this.isRetired()) return [];
    this.enter("uploaded");
    await this.commit(landedTo + 1n);
    this.enter("idle");
    // An adopted object may reach into what was read since, and beyond.
    this.buffer.dropThrough(landedTo);
    if (landedTo >= this.nextOffset) this.nextOffset = landedTo + 1n;
    const landed: LandedCounts = {
      messages: created * lines.length,
      objects: created,
      deadLetters: letters,
      reason,
    };
    context.landed(landed);
    context.effects.logger.info("landed", {
      topic: context.topic,
      partition,
      offsets: `${first.offset}-${landedTo}`,
      ...landed,
    });
    return records.filter(({ offset }) => offset > landedTo);
  }

  /** Letters are stored before the offset is committed: after a crash one may come twice. */
  private async writeDeadLetters(records: readonly BufferedRecord[]): Promise<number> {
    const { deadLetters, topic, partition } = this.context;
    let count = 0;
    for (const record of records) {
      const { offset, unreadable } = record;
      if (unreadable === undefined) continue;
      count += 1;
      await deadLetters.add({
        key: unreadable.key?.toString() ?? null,
        value: unreadable.value,
        partition,
        headers: {
          reason: unreadable.reason,
          topic,
          partition: String(partition),
          offset: offset.toString(),
        },
      });
      // Sent: not again where part of the records is left after an adopted object.
      delete record.unreadable;
    }
    if (count > 0) await deadLetters.flush();
    return count;
  }

  private describe(
    first: BufferedRecord,
    last: BufferedRecord,
    messages: number,
    reason: RotationReason,
  ): ObjectMetadata {
    return {
      "first-offset": first.offset.toString(),
      "last-offset": last.offset.toString(),
      // Ids are GitHub's digits, but a message may come from anywhere, and metadata is ASCII.
      "first-message-id": encodeURIComponent(first.id),
      messages: String(messages),
      reason,
      "upload-id": `${this.context.runId}-${first.offset}-${last.offset}`,
    };
  }

  private async commit(offset: bigint): Promise<void> {
    try {
      await this.context.commit(this.context.partition, offset);
    } catch (error) {
      // The group has moved on. The object exists: whoever has the partition now adopts it.
      this.context.effects.logger.info("not committed", {
        partition: this.context.partition,
        offset: offset.toString(),
        error: String(error),
      });
    }
  }

  private enter(state: WriterState): void {
    if (!this.isRetired()) this.state = state;
  }

  private isRetired(): boolean {
    return this.state === "retired";
  }
}
