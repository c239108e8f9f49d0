import { defineTable } from "./definition";

/** What was closed or merged, paired with its opening. */
export const resolutions = defineTable({
  name: "resolutions",
  comment: "One row an issue or pull request that was closed or merged and stands so.",
  key: ["kind", "subject_id"],
  partitionedBy: ["months(resolved_at)"],
  writtenBy: "github_events_etl",
  columns: {
    kind: { type: "string", required: true, comment: "issue or pull_request" },
    repo: { type: "string", required: true, comment: "full name, at the resolution" },
    repo_id: { type: "bigint", comment: "the repository's id" },
    number: { type: "bigint", comment: "of the issue or pull request, within its repository" },
    subject_id: { type: "bigint", required: true, comment: "id of the issue or pull request" },
    opened_at: {
      type: "timestamp_ntz",
      comment: "null where no payload, no opened event and no enrichment tells",
    },
    resolved_at: {
      type: "timestamp_ntz",
      required: true,
      comment: "the latest close, or the merge",
    },
    outcome: {
      type: "string",
      required: true,
      comment:
        "merged or closed; of issues completed, not_planned or duplicate, closed where no reason is given",
    },
    seconds_to_resolution: {
      type: "bigint",
      comment:
        "resolved_at - opened_at; null where opened_at is unknown, or later than resolved_at",
    },
    opened_source: {
      type: "string",
      comment: "where opened_at is from: payload, event, enrichment (in this order), or null",
    },
  },
});
