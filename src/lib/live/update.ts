/** Events of one type in one window: a row of the table `events_per_minute`. */
export interface EventsPerMinuteRow {
  /** The window's start, ISO 8601, UTC. */
  bucket_start: string;
  event_type: string;
  events: number;
}

/** What happened in one repository: a row of the table `repository_activity`. */
export interface RepositoryActivityRow {
  bucket_start: string;
  repo: string;
  event_type: string;
  events: number;
  /** The known commits of the pushes together, as SQL's SUM; null where none is known. */
  commits: number | null;
}

/** What one user did: a row of the table `contributor_activity`. */
export interface ContributorActivityRow {
  bucket_start: string;
  user_login: string;
  event_type: string;
  events: number;
}

/**
 * `open`: as far as it is counted; `closed`: the watermark has passed it; `updated`: a late event
 * has changed what was closed.
 */
export type WindowState = "open" | "closed" | "updated";

/**
 * A window's whole value, not a difference: the rows take the place of those of earlier updates.
 * No row ever vanishes and no count ever falls, so a consumer can upsert them by their keys.
 */
export interface WindowUpdate {
  state: WindowState;
  bucket_start: string;
  /** The first moment after the window. */
  bucket_end: string;
  /** Grows with each update of the window. */
  revision: number;
  events: number;
  /** Events left out, having been counted in this window before. */
  duplicates: number;
  /** Of `events`: those that came after the window was closed. */
  late_events: number;
  /** Pushes whose payload does not tell their commits. */
  pushes_without_commits: number;
  /** The reading began after the window did: more may have happened in it. */
  partial: boolean;
  /** Closed before its time, since there were too many windows or events to keep. */
  forced: boolean;
  /** Of `events`: those in no row of the two tables, which had reached their most rows. */
  overflow: { repository_events: number; contributor_events: number };
  events_per_minute: readonly EventsPerMinuteRow[];
  repository_activity: readonly RepositoryActivityRow[];
  contributor_activity: readonly ContributorActivityRow[];
}

/** An event that could not be counted any more. */
export interface TooLateEvent {
  event_type: string;
  id: string;
  timestamp: string;
  partition: number;
  offset: string;
  /** How long before the watermark it happened. */
  behind_ms: number;
}

/** What became of the messages: `messages` is the sum of all that follow up to `overflow`. */
export interface LiveStats {
  messages: number;
  /** Counted in a window. */
  events: number;
  /** Counted in a window before. */
  duplicates: number;
  /** Read again from a place read before. */
  repeated: number;
  /** Of a window that is forgotten. */
  too_late: number;
  /** Of a time too far beyond the clock. */
  future: number;
  /** No event message, or of no usable type or time. */
  unreadable: number;
  /** More than can be remembered in one window. */
  overflow: number;
  /** Of `events`: those that came after their window was closed. */
  late_events: number;
  windows_closed: number;
  windows_updated: number;
  windows_forced: number;
  /** Windows and events in memory now. */
  windows_kept: number;
  events_kept: number;
  /** Up to here the events are thought to be complete, ISO 8601, UTC; null before any is known. */
  watermark: string | null;
  /** Partitions that hold no window open, having nothing new or giving nothing. */
  partitions_idle: number;
  partitions_stalled: number;
  /** The last few that came too late. */
  last_too_late: readonly TooLateEvent[];
}
