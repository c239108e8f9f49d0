import { expect, it } from "vitest";
import { formatMaintenance } from "../../../src/cli/format/maintenance";
import { formatRuns } from "../../../src/cli/format/runs";

it("lists runs, and lets no error of a script steer the terminal", () => {
  const text = formatRuns([
    {
      job_run_id: "jr_2",
      started_at: "2026-11-24T10:00:00.123Z",
      seconds: 3725,
      state: "FAILED",
      database: "github_events",
      rows_read: null,
      rows_written: null,
      duplicates: null,
      quarantined: null,
      error: "ValueError: \u001b[31m",
    },
    {
      job_run_id: "jr_1",
      started_at: null,
      seconds: 65,
      state: "SUCCEEDED",
      database: null,
      rows_read: 5000,
      rows_written: 4000,
      duplicates: 3,
      quarantined: 1,
      error: null,
    },
  ]);
  expect(text.split("\n").map((line) => line.split(/\s{2,}/))).toEqual([
    [
      ...["started (UTC)", "took", "state", "database"],
      ...["written", "duplicates", "quarantined", "job run", "error"],
    ],
    [
      ...["2026-11-24 10:00:00", "1h02m", "FAILED", "github_events"],
      ...["-", "-", "-", "jr_2", "ValueError: \\x1b[31m"],
    ],
    ["-", "1m05s", "SUCCEEDED", "-", "4,000", "3", "1", "jr_1"],
  ]);
  expect(formatRuns([])).toBe("no job run yet");
});

it("shows each table before and after", () => {
  const table = {
    ...{ table: "github_events", files_before: 480, files_after: 102 },
    ...{ bytes_before: 52_000_000, bytes_after: 999 },
    ...{ delete_files_before: 3, delete_files_after: 0 },
    ...{ snapshots_before: 20, snapshots_after: 4, orphans_removed: 2, orphan_bytes: 1500 },
  };
  const text = formatMaintenance({
    ...{ job_run_id: "jr_1", state: "SUCCEEDED", tables: [table] },
    ...{ retention_hours: 168, orphan_age_hours: 72 },
  });
  const [, row, end] = text.split("\n");
  expect(row?.split(/\s{2,}/)).toEqual([
    ...["github_events", "480 → 102", "3 → 0", "52.0 MB → 999 B", "20 → 4", "2 (1.5 kB)"],
  ]);
  expect(end).toBe("SUCCEEDED: snapshots kept for 168 hours, unknown files for 72 (job run jr_1)");
});
