import { defineTable } from "./definition";

/** The manifest: which raw object is in which table, by which snapshot. */
export const processedObjects = defineTable({
  name: "processed_objects",
  comment: "Raw objects whose rows are in the tables: one row an object and table.",
  key: [],
  partitionedBy: [],
  writtenBy: "github_events_etl",
  columns: {
    object_path: { type: "string", required: true, comment: "the raw object" },
    rows_read: { type: "bigint", required: true, comment: "lines in it" },
    quarantined: {
      type: "bigint",
      required: true,
      comment: "lines of it that could not be read",
    },
    table_name: { type: "string", comment: "the table its rows are in" },
    table_id: {
      type: "string",
      required: true,
      comment: "of that table: one made anew has another id",
    },
    snapshot_id: {
      type: "bigint",
      comment: "the table's snapshot that holds the rows; null: no rows, or an older version's row",
    },
    sequence_number: { type: "bigint", comment: "of that snapshot: they only grow" },
    run_id: { type: "string", required: true, comment: "the Glue job run" },
    spark_app_id: {
      type: "string",
      required: true,
      comment: "as in the summary of the snapshots this run made",
    },
    processed_at: { type: "timestamp_ntz", required: true, comment: "when the run ended" },
  },
});
