import type { KafkaMessage } from "kafkajs";
import type { OutgoingRecord } from "../kafka/producer";
import { isJsonObject } from "../events/fields";
import { markHeader } from "./letter";

/** Where logs ended, by topic and partition; offsets as their digits. */
export type LogEnds = Readonly<Record<string, Readonly<Record<string, string>>>>;

/**
 * What a replay writes beside the letters of a partition: before it sends their messages, and after
 * they are stored. Marks lie behind their letters, so that no retention deletes them first.
 */
export type Mark =
  /** These are about to be sent; where their topics ended at that moment. */
  | { kind: "intended"; letters: readonly string[]; ends: LogEnds }
  /** These are stored. */
  | { kind: "replayed"; letters: readonly string[] };

/** The record of a mark. */
export function markRecord(mark: Mark, partition: number, timestampMs: number): OutgoingRecord {
  const { kind, ...rest } = mark;
  return {
    key: null,
    value: JSON.stringify(rest),
    partition,
    timestampMs,
    headers: { [markHeader]: kind },
  };
}

/** Reads a mark; undefined where the record is a letter. */
export function readMark({ headers, value }: KafkaMessage): Mark | undefined {
  const kind = headers?.[markHeader]?.toString();
  if (kind === undefined) return undefined;
  const read: unknown = value === null ? {} : JSON.parse(value.toString());
  if (!isJsonObject(read)) return undefined;
  const letters = (Array.isArray(read["letters"]) ? read["letters"] : []) as string[];
  if (kind === "replayed") return { kind, letters };
  return kind === "intended" ? { kind, letters, ends: (read["ends"] ?? {}) as LogEnds } : undefined;
}

/** What the marks of the dead-letter topic tell. */
export class MarkBook {
  /** Letters that are done with, and the offset of the mark that says so. */
  readonly replayed = new Map<string, bigint>();
  /** Letters of which it is not known whether they were sent, and since where they would be. */
  readonly doubtful = new Map<string, LogEnds>();

  note(mark: Mark, offset: bigint): void {
    for (const id of mark.letters) {
      if (mark.kind === "replayed") {
        this.replayed.set(id, offset);
        this.doubtful.delete(id);
      } else if (!this.doubtful.has(id)) {
        // The earliest counts: it may have been sent any time since.
        this.doubtful.set(id, mark.ends);
      }
    }
  }
}
