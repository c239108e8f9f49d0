import { defineTable } from "./definition";

/** How much was captured, minute by minute. */
export const coverage = defineTable({
  name: "coverage",
  comment: "Events captured and estimated, by minute and type: increments, which add up.",
  key: ["run_id", "seq", "event_type", "minute"],
  partitionedBy: ["months(minute)"],
  writtenBy: "github_events_etl",
  columns: {
    minute: {
      type: "timestamp_ntz",
      required: true,
      comment: "the minute the events were created in",
    },
    event_type: { type: "string", required: true, comment: "PushEvent, PullRequestEvent, ..." },
    captured: { type: "bigint", required: true, comment: "events captured" },
    estimated: {
      type: "double",
      required: true,
      comment: "events there were by estimate, captured or not",
    },
    source: { type: "string", comment: "github or simulator" },
    api: { type: "string", comment: "the API's address" },
    run_id: { type: "string", required: true, comment: "the capture that counted" },
    seq: {
      type: "bigint",
      required: true,
      comment: "the number of the report within its capture",
    },
    recorded_at: { type: "timestamp_ntz", comment: "when the capture reported it" },
  },
});
