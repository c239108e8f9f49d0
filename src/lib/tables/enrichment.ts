import { defineTable } from "./definition";

/** What events do not say and was looked up later. */
export const enrichment = defineTable({
  name: "enrichment",
  comment: "What was asked for later: one row an event and kind of answer.",
  key: ["kind", "event_type", "event_id"],
  partitionedBy: ["kind"],
  writtenBy: "github_events_etl",
  columns: {
    kind: { type: "string", required: true, comment: "push_commits or pull_opened" },
    event_type: { type: "string", required: true, comment: "of the event it tells of" },
    event_id: {
      type: "string",
      required: true,
      comment: "of the push, or of the pull request's closing",
    },
    repo: { type: "string", comment: "full name, at the time of the event" },
    repo_id: { type: "bigint", comment: "the repository's id" },
    number: { type: "bigint", comment: "of the pull request" },
    subject_id: { type: "bigint", comment: "the pull request's id" },
    commits: { type: "bigint", comment: "of the push; null where gone" },
    opened_at: { type: "timestamp_ntz", comment: "of the pull request; null where gone" },
    obtained_from: { type: "string", comment: "compare or pulls: the endpoint that told" },
    status: {
      type: "string",
      required: true,
      comment: "ok, or gone: the API has it no more, and the values are null",
    },
    source: { type: "string", comment: "github or simulator" },
    api: { type: "string", comment: "the API's address" },
    fetched_at: { type: "timestamp_ntz", comment: "when it was asked for" },
  },
});
