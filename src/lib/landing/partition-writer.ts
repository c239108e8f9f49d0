import type { Effects } from "../effects";
import type { RotationSettings } from "../config/settings";
import { WorkbenchError } from "../errors";
import { adoptObject } from "./adopt";
import {
  type FirstOfBuffer,
  type IncomingRecord,
  PartitionBuffer,
  type RotationReason,
} from "./buffer";
import { LetterBox } from "./letter-box";
import type { LineReader } from "./landed-topic";
import { objectKey } from "./object-key";
import type { ObjectMetadata } from "./object-store";
import type { LandingResources } from "./resources";

/** Where a writer stands. */
export type WriterState =
  /** Nothing waits. */
  | "idle"
  /** Records wait in the buffer, and nothing is on its way. */
  | "buffering"
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
  resources: LandingResources;
  /** By partition: letters up to this offset are stored. */
  lettersSent: Map<number, bigint>;
  effects: Effects;
  /** Names this run in the objects it makes. */
  runId: string;
  /** Throws TOPIC_MISMATCH unless the topic is still the one the records came from. */
  checkTopic(lastOffset: bigint): Promise<void>;
  /** Commits the group's offset; rejects where the group has moved on. */
  commit(offset: bigint): Promise<void>;
  /** Asks for the records from an offset on; what was read of them is gone. */
  seek(offset: bigint): void;
  /** Told of what was landed. */
  landed(counts: LandedCounts): void;
  /** Told that an upload has ended, and that more records can be taken. */
  ready(): void;
  /** Told of an upload that failed for good. */
  failed(error: unknown): void;
}

/** What one upload came to. */
export interface LandedCounts {
  messages: number;
  objects: number;
  deadLetters: number;
  /** Objects that others had made. */
  adopted: number;
  reason: RotationReason;
  /** Of a created object, compressed. */
  bytes: number;
  seconds: number;
  types: ReadonlyMap<string, number>;
}

/**
 * Writes the records of one partition to raw objects. An object is created once, under a key that
 * follows from its first record; where one is there already, whoever wrote it, it is adopted and
 * the writer goes on after its last offset. The offset is committed after the object exists.
 */
export class PartitionWriter {
  state: WriterState = "idle";
  /** All before this offset is in raw objects or in the dead letters. */
  landedTo: bigint;
  /** Grows each time the records are to be read again from another offset. */
  resets = 0;
  private buffer: PartitionBuffer;
  /** What is on its way. */
  private sealed: PartitionBuffer | undefined;
  private upload: Promise<void> | undefined;
  /** Is to be committed yet. */
  private uncommitted: bigint | undefined;
  private readonly retired = new AbortController();
  private readonly letters: LetterBox;

  /**
   * @param nextOffset - the offset of the next record wanted
   */
  constructor(
    private readonly context: WriterContext,
    public nextOffset: bigint,
  ) {
    this.landedTo = nextOffset;
    this.buffer = this.newBuffer();
    this.letters = new LetterBox(context, this.retired.signal);
  }

  /** Whether nothing waits, nothing is on its way and all is committed. */
  get isIdle(): boolean {
    return this.buffer.length === 0 && this.upload === undefined && this.uncommitted === undefined;
  }

  /** Whether an object is on its way. */
  get isUploading(): boolean {
    return this.upload !== undefined;
  }

  /** Whether it can take a record. */
  get hasRoom(): boolean {
    const { limits, effects } = this.context;
    return this.upload === undefined || this.buffer.rotation(limits, effects.now()) === undefined;
  }

  /** Bytes in memory. */
  get heldBytes(): number {
    return this.buffer.heldBytes + (this.sealed?.heldBytes ?? 0);
  }

  /** Bytes of the messages that wait, before compression. */
  get waitingBytes(): number {
    return this.buffer.bytes;
  }

  /**
   * Takes a record, and starts an upload if one is due. Offsets before the next one wanted are
   * passed over.
   *
   * @returns false where it cannot take more before an upload has ended
   */
  take(record: IncomingRecord): boolean {
    if (this.isRetired() || record.offset < this.nextOffset) return true;
    const { limits, effects, resources } = this.context;
    if (resources.budget.isFull) return false;
    if (this.buffer.rotation(limits, effects.now()) !== undefined) {
      if (this.upload !== undefined) return false;
      this.rotateIfDue();
    }
    this.buffer.add(record, effects.now());
    this.nextOffset = record.offset + 1n;
    if (this.state === "idle") this.enter("buffering");
    this.rotateIfDue();
    return true;
  }

  /** Starts an upload if one is due and none is under way; tries a commit again that had failed. */
  rotateIfDue(): void {
    if (this.upload !== undefined || this.isRetired()) return;
    const reason = this.buffer.rotation(this.context.limits, this.context.effects.now());
    if (reason !== undefined || this.uncommitted !== undefined) this.start(reason ?? "age");
  }

  /** Starts an upload of what there is, unless one is under way; its failure is told by `failed`. */
  start(reason: RotationReason): void {
    this.flush(reason).catch((error: unknown) => this.context.failed(error));
  }

  /** Writes what is in the buffer, after the upload under way. Rejects if it cannot be written. */
  flush(reason: RotationReason): Promise<void> {
    this.upload ??= this.write(reason).then(
      () => {
        this.upload = undefined;
        // It may have filled meanwhile.
        if (this.buffer.length > 0) this.rotateIfDue();
        this.context.ready();
      },
      (error: unknown) => {
        this.upload = undefined;
        if (!this.isRetired()) throw error;
      },
    );
    return this.upload;
  }

  /** Writes all there is; resolves once nothing is on its way and all is committed. */
  async drain(reason: RotationReason): Promise<void> {
    while (!this.isIdle && !this.isRetired()) await this.flush(reason);
  }

  /** Resolves once the upload under way has ended, well or not. */
  async settled(): Promise<void> {
    await this.upload?.catch(() => undefined);
  }

  /**
   * Lets go of the partition at once: what is in the buffer will be read again by its next owner,
   * and whether an upload under way came through, that owner will see.
   */
  retire(): void {
    if (this.isRetired()) return;
    this.enter("retired");
    this.retired.abort();
    this.buffer.release();
    this.buffer = this.newBuffer();
  }

  private async write(reason: RotationReason): Promise<void> {
    const { buffer } = this;
    const { first } = buffer;
    if (first !== undefined) {
      this.buffer = this.newBuffer();
      this.sealed = buffer;
      try {
        await this.writeObject(buffer, first, reason);
      } finally {
        this.sealed = undefined;
        buffer.release();
      }
    }
    await this.commit();
  }

  private async writeObject(
    buffer: PartitionBuffer,
    first: FirstOfBuffer,
    reason: RotationReason,
  ): Promise<void> {
    const { topic, partition, prefix, resources, effects } = this.context;
    const { store, slots } = resources;
    // Before the object: where it exists its letters are stored, and who adopts it can rely on that.
    const deadLetters = await this.letters.send(buffer.unreadable);
    const key = objectKey(prefix, { topic, partition, ...first });
    const metadata = this.describe(buffer, first, reason);
    const body = await buffer.body();
    let startedMs = 0;
    // Written even without a line: it is what tells an owner that wakes up late, with more in its
    // buffer, that these offsets are done with.
    const found = await slots.use(async () => {
      startedMs = effects.now();
      const outcome = await store.create(
        { key, metadata, contentType: "application/gzip", body },
        { before: () => this.lookAgain(buffer.last), signal: this.retired.signal },
      );
      return outcome === "exists" ? adoptObject(store, key, metadata) : undefined;
    });
    const landedTo = found?.last ?? buffer.last;
    const created = found === undefined || found.ours ? 1 : 0;
    // Told even if the partition is another's by now: nobody else will count it.
    this.context.landed({
      messages: created * buffer.lines,
      objects: created,
      deadLetters,
      adopted: 1 - created,
      reason,
      bytes: created * body.length,
      seconds: (effects.now() - startedMs) / 1000,
      types: created === 1 ? buffer.types : new Map<string, number>(),
    });
    effects.logger.info(created === 1 ? "landed" : "adopted an object that was there", {
      topic,
      partition,
      offsets: `${first.offset}-${landedTo}`,
      messages: buffer.lines,
      reason,
      key,
    });
    if (this.isRetired()) return;
    this.enter("uploaded");
    this.landedTo = landedTo + 1n;
    this.uncommitted = this.landedTo;
    if (landedTo !== buffer.last) this.readAgain(this.landedTo);
  }

  /** An adopted object ends elsewhere than ours: what was read since does not follow on it. */
  private readAgain(offset: bigint): void {
    this.buffer.release();
    this.buffer = this.newBuffer();
    this.nextOffset = offset;
    this.resets += 1;
    this.context.seek(offset);
  }

  /** The last look before each attempt, the repeated ones too. */
  private async lookAgain(lastOffset: bigint): Promise<void> {
    await this.context.checkTopic(lastOffset);
    if (this.isRetired()) throw new WorkbenchError("ABORTED", "the partition is another's now");
    if (this.state !== "uploading") this.enter("uploading");
  }

  private describe(
    buffer: PartitionBuffer,
    first: FirstOfBuffer,
    reason: RotationReason,
  ): ObjectMetadata {
    return {
      "first-offset": first.offset.toString(),
      "last-offset": buffer.last.toString(),
      // Ids are GitHub's digits, but a message may come from anywhere, and metadata is ASCII.
      "first-message-id": encodeURIComponent(first.id),
      messages: String(buffer.lines),
      reason,
      "upload-id": `${this.context.runId}-${first.offset}-${buffer.last}`,
    };
  }

  private async commit(): Promise<void> {
    const offset = this.uncommitted;
    if (offset === undefined || this.isRetired()) return;
    try {
      // The client repeats a commit for a while; who is retired does not wait for it.
      await unlessAborted(this.context.commit(offset), this.retired.signal);
    } catch (error) {
      if (this.isRetired()) return;
      // The object exists: who has the partition then adopts it. If we keep it, the next look does it.
      this.context.effects.logger.warn("not committed, trying again", {
        topic: this.context.topic,
        partition: this.context.partition,
        offset: offset.toString(),
        error: String(error),
      });
      await this.context.effects.sleep(500, this.retired.signal).catch(() => undefined);
      return;
    }
    if (this.isRetired()) return;
    this.uncommitted = undefined;
    this.enter("idle");
    if (this.buffer.length > 0) this.enter("buffering");
  }

  private enter(state: WriterState): void {
    if (this.isRetired()) return;
    this.state = state;
    const { topic, partition, effects } = this.context;
    effects.logger.debug("writer", { topic, partition, state });
  }

  private isRetired(): boolean {
    return this.state === "retired";
  }

  private newBuffer(): PartitionBuffer {
    const { partition, read, resources } = this.context;
    return new PartitionBuffer({ partition, read, ...resources });
  }
}

/** Waits for something, but no longer than until the signal. */
async function unlessAborted(work: Promise<void>, signal: AbortSignal): Promise<void> {
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  if (signal.aborted) stop();
  signal.addEventListener("abort", stop);
  try {
    await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", stop);
    work.catch(() => undefined);
  }
}
