import { defineTable } from "./definition";

/** The checks of each run. */
export const dataQuality = defineTable({
  name: "data_quality",
  comment: "What each run checked of its data, and what came out.",
  key: [],
  partitionedBy: [],
  writtenBy: "github_events_etl",
  columns: {
    run_id: { type: "string", required: true, comment: "the Glue job run that checked" },
    checked_at: { type: "timestamp_ntz", required: true, comment: "when it checked" },
    table_name: { type: "string", required: true, comment: "the table the check is about" },
    check_name: {
      type: "string",
      required: true,
      comment: "rows_against_raw, unique_key, null_user_login, ...",
    },
    status: { type: "string", required: true, comment: "ok, warning or failed" },
    observed: { type: "double", comment: "the value found" },
    lower_bound: { type: "double", comment: "the least value that is ok; null: no such bound" },
    upper_bound: { type: "double", comment: "the greatest value that is ok; null: no such bound" },
    detail: { type: "string", comment: "what the value means, in words" },
  },
});
