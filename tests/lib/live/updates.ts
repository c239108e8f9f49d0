import type { WindowUpdate } from "../../../src/lib/live/update";
import type { WatchStats } from "../../../src/lib/live/watch";

/** A made-up update. */
export function update(overrides: Partial<WindowUpdate> = {}): WindowUpdate {
  const bucket_start = overrides.bucket_start ?? "2026-01-31T23:58:00.000Z";
  return {
    state: "closed",
    bucket_start,
    bucket_end: new Date(Date.parse(bucket_start) + 60_000).toISOString(),
    revision: 1,
    events: 3,
    duplicates: 0,
    late_events: 0,
    pushes_without_commits: 0,
    partial: false,
    forced: false,
    overflow: { repository_events: 0, contributor_events: 0 },
    events_per_minute: [{ bucket_start, event_type: "PushEvent", events: 3 }],
    repository_activity: [
      { bucket_start, repo: "o/a", event_type: "PushEvent", events: 2, commits: null },
      { bucket_start, repo: "o/b", event_type: "PushEvent", events: 1, commits: 4 },
    ],
    contributor_activity: [
      { bucket_start, user_login: "ann", event_type: "PushEvent", events: 2 },
      { bucket_start, user_login: "fix[bot]", event_type: "PushEvent", events: 1 },
    ],
    ...overrides,
  };
}

export const noStats: WatchStats = {
  messages: 0,
  events: 0,
  duplicates: 0,
  repeated: 0,
  too_late: 0,
  future: 0,
  unreadable: 0,
  overflow: 0,
  late_events: 0,
  windows_closed: 0,
  windows_updated: 0,
  windows_forced: 0,
  windows_kept: 0,
  events_kept: 0,
  watermark: null,
  partitions_idle: 0,
  partitions_stalled: 0,
  last_too_late: [],
  missed: 0,
};
