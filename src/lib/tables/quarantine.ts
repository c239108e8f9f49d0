import { defineTable } from "./definition";

/** What could not be read, kept as it is. */
export const quarantine = defineTable({
  name: "quarantine",
  comment: "Lines of raw objects that could not be read, with the reason.",
  key: ["object_path", "reason", "raw_line"],
  partitionedBy: [],
  writtenBy: "github_events_etl",
  columns: {
    reason: { type: "string", required: true, comment: "what is wrong with the line" },
    raw_line: { type: "string", required: true, comment: "the line as it is" },
    object_path: { type: "string", required: true, comment: "the raw object it is in" },
    occurrences: {
      type: "bigint",
      required: true,
      comment: "how often the object holds this very line",
    },
    quarantined_at: { type: "timestamp_ntz", required: true, comment: "when it was set aside" },
  },
});
