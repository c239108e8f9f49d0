import type { Settings } from "../config/settings";
import { type ParsedMessage, parseMessage } from "../events/parse-message";
import {
  coverageId,
  enrichmentId,
  parseCoverage,
  parseEnrichment,
} from "../events/parse-side-message";
import type { SideKind } from "../events/side-message";
import { sideTopic } from "../kafka/topic";

/** Reads a message: its id, or why it cannot be read. Never throws. */
export type LineReader = (
  value: Buffer | null,
) =>
  | { readonly id: string; readonly reason?: never }
  | { readonly id?: never; readonly reason: string };

/** A topic whose messages become raw objects. */
export interface LandedTopic {
  kind: "events" | SideKind;
  /** The settings with this topic and its raw prefix in the places of the events'. */
  settings: Settings;
  /** The consumer group that lands it. */
  group: string;
  read: LineReader;
}

/**
 * The topics that are landed, the events' first. The others go beside it, each to a raw prefix of
 * its own and by a group of its own.
 *
 * @param group - the group of the events' topic
 */
export function landedTopics(settings: Settings, group: string): [LandedTopic, ...LandedTopic[]] {
  return [
    { kind: "events", settings, group, read: readEvent },
    side(settings, group, "coverage", (value) => {
      const { message, reason } = parseCoverage(value);
      return message === undefined ? { reason } : { id: coverageId(message) };
    }),
    side(settings, group, "enrichment", (value) => {
      const { message, reason } = parseEnrichment(value);
      return message === undefined ? { reason } : { id: enrichmentId(message) };
    }),
  ];
}

/** The raw prefix beside the events' prefix: `github-events/` → `github-coverage/`. */
export function sidePrefix(prefix: string, kind: SideKind): string {
  return `${sideTopic(prefix.replace(/\/$/, ""), kind)}/`;
}

/** Reads a message of the events' topic. */
export function readEvent(value: Buffer | null): ReturnType<LineReader> {
  const { message, reason }: ParsedMessage = parseMessage(value);
  return message === undefined ? { reason } : { id: message.id };
}

function side(settings: Settings, group: string, kind: SideKind, read: LineReader): LandedTopic {
  const topic = sideTopic(settings.kafka.topic, kind);
  return {
    kind,
    group: `${group}-${kind}`,
    read,
    settings: {
      ...settings,
      kafka: { ...settings.kafka, topic },
      raw: { ...settings.raw, prefix: sidePrefix(settings.raw.prefix, kind) },
    },
  };
}
