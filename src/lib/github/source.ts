import type { Effects } from "../effects";
import type { GitHubEvent } from "../events/event";
import type { EventSourceName } from "../events/message";
import type { MissedEvents } from "./coverage";

/** Where events come from: the API, files, the simulator. */
export interface EventSource {
  readonly name: EventSourceName;
  /**
   * Whether the same event comes again and again by the nature of the source, so that what is
   * already in the topic is left out. Files are taken as they are.
   */
  readonly repeats: boolean;
  /** Whether its batches tell what was missed of all there is. */
  readonly measuresCoverage?: boolean;
  /** The address that event ids belong to: the API's. */
  readonly address: string;
  /** Makes sure that the source can be read to its end, before anything is made of it. */
  check?(effects: Effects): Promise<void>;
  /** Yields what was read, as it is read; ends when there is no more, or when the signal aborts. */
  batches(effects: Effects): AsyncIterable<SourceBatch>;
  /** For archives: what became of each hour so far. */
  hours?(): HourReport;
}

/** What one poll, or one piece of a file, gave. */
export interface SourceBatch {
  events: readonly GitHubEvent[];
  /** What cannot be read as an event, with the reason; kept as a dead letter. */
  unreadable: readonly UnreadableEvent[];
  stats: SourceStats;
  /** Called once everything of this batch, and of those before it, is stored. */
  stored?: () => Promise<void>;
  /** Events that passed unseen since the last batch, as estimated; none where nothing is known. */
  missed?: readonly MissedEvents[];
}

/** Something a source gave that is no event. */
export interface UnreadableEvent {
  /** As it came. */
  raw: string;
  reason: string;
  /** Where it was found: `file.jsonl.gz:17`, or the request. */
  origin: string;
}

/** Counted from the start of the source. */
export interface SourceStats {
  requests: number;
  /** Answers "304 Not Modified", which cost nothing. */
  notModified: number;
  /** The estimated share of all public events that was captured, 0 to 1; null where unknown. */
  coverage: number | null;
  /** The same of each type seen. */
  coverageByType?: Readonly<Record<string, number>>;
  /** The share of the source that has been read, 0 to 1, where it has an end. */
  fraction?: number;
  /** What is being read now, in a few words. */
  state?: string;
  /** Figures worth showing, by name. */
  figures?: Readonly<Record<string, number | string>>;
}

/** What became of the hours of an archive; snake_case, since it is part of a summary. */
export interface HourReport {
  /** Read to the end, and all of it stored. */
  done: number;
  /** Left out: an earlier run has read them. */
  skipped_done: number;
  /** The archive has no such file. */
  missing: string[];
  /** Not to be had whole; what could be read is stored, and the next run tries again. */
  damaged: { hour: string; reason: string }[];
  /** Of those done: so small that the archive itself has most likely missed the hour. */
  nearly_empty: string[];
  /** Not come to, or not to their end, because a bound or Ctrl-C ended the run. */
  left: number;
}
