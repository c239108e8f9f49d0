import type { Settings } from "../config/settings";
import { type Parsed, parseJson, readMessage } from "../events/parse-message";
import {
  coverageId,
  enrichmentId,
  readCoverage,
  readEnrichment,
} from "../events/parse-side-message";
import type { SideKind } from "../events/side-message";
import { sideTopic } from "../kafka/topic";

/** What is to be known of a message that can be read. */
export interface ReadLine {
  readonly id: string;
  readonly type: string;
  /** Whether it brings a place of its own, `_partition` or `_offset`. */
  readonly hasPlace: boolean;
}

/** Reads a message, once; or tells why it cannot be read. Never throws. */
export type LineReader = (value: Buffer | null) => Parsed<ReadLine>;

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
    side(settings, group, "coverage", (json) => {
      const message = readCoverage(json);
      return { id: coverageId(message), type: message.event_type };
    }),
    side(settings, group, "enrichment", (json) => {
      const message = readEnrichment(json);
      return { id: enrichmentId(message), type: message.event_type };
    }),
  ];
}

/** The raw prefix beside the events' prefix: `github-events/` → `github-coverage/`. */
export function sidePrefix(prefix: string, kind: SideKind): string {
  return `${sideTopic(prefix.replace(/\/$/, ""), kind)}/`;
}

/** Reads a message of the events' topic. */
export const readEvent: LineReader = lineReader((json) => {
  const { id, event_type: type } = readMessage(json);
  return { id, type };
});

function lineReader(read: (json: unknown) => Omit<ReadLine, "hasPlace">): LineReader {
  return (value) =>
    parseJson(value, (json) => {
      const { id, type } = read(json);
      const fields = json as object;
      return { id, type, hasPlace: "_partition" in fields || "_offset" in fields };
    });
}

function side(
  settings: Settings,
  group: string,
  kind: SideKind,
  read: (json: unknown) => Omit<ReadLine, "hasPlace">,
): LandedTopic {
  const topic = sideTopic(settings.kafka.topic, kind);
  return {
    kind,
    group: `${group}-${kind}`,
    read: lineReader(read),
    settings: {
      ...settings,
      kafka: { ...settings.kafka, topic },
      raw: { ...settings.raw, prefix: sidePrefix(settings.raw.prefix, kind) },
    },
  };
}
