import { parseEvent } from "../events/parse-event";
import { type EventSourceName, eventSources, toMessage } from "../events/message";
import { parseJson } from "../events/parse-message";
import { apiHeader } from "../kafka/seen-events";
import type { LandedTopic } from "../landing/landed-topic";
import type { Letter } from "./letter";

/** What a letter is, read again. */
export type Reread =
  | {
      kind: "readable";
      topic: string;
      key: string | Buffer | null;
      value: string | Buffer;
      /** Undefined: that of the key. */
      partition?: number;
      headers: Readonly<Record<string, string>>;
    }
  | { kind: "unreadable"; reason: string }
  /** An event of a type that is not kept. */
  | { kind: "skipped" };

/** What a replay reads letters with. */
export interface RereadOptions {
  /** The topics that letters may go back to, the events' first. */
  topics: readonly [LandedTopic, ...LandedTopic[]];
  keeps: (type: string) => boolean;
  nowMs: number;
}

/** Reads a letter as its reader would today. Never throws. */
export function rereadLetter(letter: Letter, options: RereadOptions): Reread {
  const { found, value } = letter;
  if (value === null) return { kind: "unreadable", reason: "it has no value" };
  if (found.kind === "source") return rereadEvent(letter, value, options);
  const topic = options.topics.find(({ settings }) => settings.kafka.topic === found.topic);
  if (topic === undefined || !Number.isInteger(found.partition)) {
    const reason = `it came from ${found.topic}, which is no topic of this dataset`;
    return { kind: "unreadable", reason };
  }
  const { reason } = topic.read(value);
  if (reason !== undefined) return { kind: "unreadable", reason };
  const { key } = letter;
  return {
    ...{ kind: "readable", topic: found.topic, key, value },
    ...{ partition: found.partition, headers: {} },
  };
}

/** A line or an item of a source: the message is made as `produce` makes it. */
function rereadEvent(letter: Letter, raw: Buffer, options: RereadOptions): Reread {
  const { message: event, reason } = parseJson(raw, parseEvent);
  if (reason !== undefined) return { kind: "unreadable", reason };
  if (!options.keeps(event.type)) return { kind: "skipped" };
  const message = toMessage(event, sourceOf(letter), options.nowMs);
  const api = letter.found.kind === "source" ? letter.found.api : undefined;
  return {
    kind: "readable",
    topic: options.topics[0].settings.kafka.topic,
    key: message.repo,
    value: JSON.stringify(message),
    headers: api === undefined ? {} : { [apiHeader]: api },
  };
}

/** Letters of before the source was noted tell it by where they were found. */
function sourceOf({ found }: Letter): EventSourceName {
  const named = found.kind === "source" ? found.source : undefined;
  const known = eventSources.find((source) => source === named);
  if (known !== undefined || found.kind !== "source") return known ?? "file";
  return /^https?:/.test(found.origin) ? "github" : "file";
}
