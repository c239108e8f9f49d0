import { WorkbenchError } from "../../../src/lib/errors";
import type { DeadLetter } from "../../../src/lib/kafka/dead-letters";
import type { DeadLetters } from "../../../src/lib/kafka/dead-letters";
import type { IncomingRecord } from "../../../src/lib/landing/buffer";
import type {
  CreateOptions,
  NewObject,
  ObjectMetadata,
  ObjectStore,
} from "../../../src/lib/landing/object-store";

/** A message's JSON. */
export function messageJson(id: number, text = ""): string {
  return JSON.stringify({
    id: String(id),
    event_type: "PushEvent",
    repo: "demo-owner/parser",
    user: "demo-ada",
    timestamp: "2026-01-31T23:59:59Z",
    repo_id: 1,
    user_id: 2,
    org: null,
    source: "simulator",
    ingested_at: "2026-01-31T23:59:59.000Z",
    payload: { text },
  });
}

/** A partition's log: its records are a few minutes apart, so that hours differ. */
export function makeLog(length: number, unreadable: ReadonlySet<number>): IncomingRecord[] {
  return Array.from({ length }, (_, index) => ({
    offset: BigInt(index),
    timestampMs: 1_790_000_000_000 + index * 600_000,
    key: null,
    value: Buffer.from(unreadable.has(index) ? "nonsense" : messageJson(index)),
  }));
}

/** Objects in memory, created once. A test decides what becomes of each attempt. */
export class MemoryStore implements ObjectStore {
  readonly objects = new Map<string, NewObject>();
  /** Attempts whose outcome their writer never heard of, and that take effect later. */
  readonly late: NewObject[] = [];
  /** What becomes of the next attempt to create an object. */
  plan: () => "ok" | "hidden" | "late" | "never" | "again" = () => "ok";

  async create(
    object: NewObject,
    { before, signal }: CreateOptions = {},
  ): Promise<"created" | "exists"> {
    const fate = this.plan();
    await before?.();
    if (fate === "again") await before?.();
    if (fate === "late") this.late.push(object);
    if (fate === "late" || fate === "never") {
      return new Promise((_resolve, reject) => {
        signal?.addEventListener("abort", () => reject(new Error("stopped")));
      });
    }
    const existed = !this.put(object);
    // Hidden: it came through, the answer got lost, and the second try met its own object.
    return existed || fate === "hidden" ? "exists" : "created";
  }

  /** Lets what is late take effect. */
  settleLate(): void {
    for (const object of this.late.splice(0)) this.put(object);
  }

  metadata(key: string): Promise<ObjectMetadata | undefined> {
    return Promise.resolve(this.objects.get(key)?.metadata);
  }

  read(key: string): Promise<string | undefined> {
    const body = this.objects.get(key)?.body;
    return Promise.resolve(body === undefined ? undefined : Buffer.from(body).toString());
  }

  address(key: string): string {
    return `s3://raw/${key}`;
  }

  close(): void {
    // Nothing to let go of.
  }

  private put(object: NewObject): boolean {
    if (this.objects.has(object.key)) return false;
    this.objects.set(object.key, object);
    return true;
  }
}

/** Dead letters in memory. */
export class MemoryDeadLetters {
  readonly letters: DeadLetter[] = [];
  /** Flushes that fail before one succeeds. */
  failures = 0;

  add(letter: DeadLetter): Promise<void> {
    this.letters.push(letter);
    return Promise.resolve();
  }

  flush(): Promise<void> {
    if (this.failures === 0) return Promise.resolve();
    this.failures -= 1;
    return Promise.reject(new WorkbenchError("KAFKA", "away", { retryable: true }));
  }

  /** For the code under test, which asks for no more than this. */
  get asDeadLetters(): DeadLetters {
    return this as unknown as DeadLetters;
  }
}
