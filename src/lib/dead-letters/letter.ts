import { createHash } from "node:crypto";
import type { KafkaMessage } from "kafkajs";

/** Where a letter lies in the dead-letter topic. */
export interface LetterPlace {
  partition: number;
  offset: bigint;
}

/** Where what cannot be read was found: in a topic, or in a source of events. */
export type LetterOrigin =
  | { kind: "topic"; topic: string; partition: number; offset: string }
  | { kind: "source"; origin: string; source?: string; api?: string };

/** Something that could not be read, as it lies in the dead-letter topic. */
export interface Letter extends LetterPlace {
  /** Of the same thing found at the same place, stored once or twice, the same. */
  id: string;
  atMs: number;
  reason: string;
  found: LetterOrigin;
  key: Buffer | null;
  value: Buffer | null;
}

/** The header that tells a replay's own marks from letters. */
export const markHeader = "replay-mark";

/** Reads a record of the dead-letter topic that is no mark. */
export function readLetter(message: KafkaMessage, partition: number): Letter {
  const header = (name: string): string | undefined => {
    const value = message.headers?.[name];
    return (Array.isArray(value) ? value[0] : value)?.toString();
  };
  const topic = header("topic");
  const source = header("source");
  const api = header("api");
  const found: LetterOrigin =
    topic === undefined
      ? {
          kind: "source",
          origin: header("origin") ?? "unknown",
          ...(source === undefined ? {} : { source }),
          ...(api === undefined ? {} : { api }),
        }
      : {
          kind: "topic",
          topic,
          partition: Number(header("partition") ?? Number.NaN),
          offset: header("offset") ?? "",
        };
  const { value } = message;
  return {
    partition,
    offset: BigInt(message.offset),
    atMs: Number(message.timestamp),
    id: letterId(found, value),
    reason: header("reason") ?? "no reason was given",
    found,
    key: message.key,
    value,
  };
}

/** `topic 3:1042`, or `events.jsonl:17`. */
export function formatOrigin(found: LetterOrigin): string {
  return found.kind === "source"
    ? found.origin
    : `${found.topic} ${found.partition}:${found.offset}`;
}

/**
 * A crash may store a letter twice, and a poll finds the same event on page after page. The bytes
 * count too: a topic made anew has other messages at the same offsets.
 */
function letterId(found: LetterOrigin, value: Buffer | null): string {
  const place =
    found.kind === "topic"
      ? [found.topic, found.partition, found.offset]
      : [/^https?:/.test(found.origin) ? found.origin.replace(/\?.*$/, "") : found.origin];
  const hash = createHash("sha256").update(JSON.stringify(place)).update("\n");
  if (value !== null) hash.update(value);
  return hash.digest("base64url").slice(0, 22);
}
