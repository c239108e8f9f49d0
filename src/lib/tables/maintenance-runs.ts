import { defineTable } from "./definition";

/** What maintenance found and left. */
export const maintenanceRuns = defineTable({
  name: "maintenance_runs",
  comment: "One row a table and maintenance run: files and snapshots before and after.",
  key: [],
  partitionedBy: [],
  writtenBy: "github_events_maintenance",
  columns: {
    run_id: { type: "string", required: true, comment: "the Glue job run" },
    maintained_at: { type: "timestamp_ntz", required: true, comment: "when it was done" },
    table_name: { type: "string", required: true, comment: "the table" },
    files_before: { type: "bigint", required: true, comment: "data files" },
    files_after: { type: "bigint", required: true, comment: "data files" },
    bytes_before: { type: "bigint", required: true, comment: "of the data files" },
    bytes_after: { type: "bigint", required: true, comment: "of the data files" },
    delete_files_before: { type: "bigint", required: true, comment: "files of deleted rows" },
    delete_files_after: { type: "bigint", required: true, comment: "files of deleted rows" },
    snapshots_before: { type: "bigint", required: true, comment: "snapshots kept" },
    snapshots_after: { type: "bigint", required: true, comment: "snapshots kept" },
    orphans_removed: {
      type: "bigint",
      required: true,
      comment: "files below the table that no snapshot knew",
    },
    orphan_bytes: { type: "bigint", required: true, comment: "of the orphans" },
    retention_hours: {
      type: "double",
      required: true,
      comment: "how long snapshots are kept: what FOR VERSION AS OF can count on",
    },
    warnings: { type: "string", comment: "what was left for the next time, and why" },
  },
});
