import type { PastRun } from "../../lib/glue/history";
import { columns } from "./columns";
import { printable } from "./printable";

const maxError = 80;

/** A line a run, latest first. What a script raised must not steer the terminal. */
export function formatRuns(runs: readonly PastRun[]): string {
  if (runs.length === 0) return "no job run yet";
  const head = ["started (UTC)", "took", "state", "database", "written", "duplicates"];
  const rows = runs.map((run) => [
    run.started_at === null ? "-" : run.started_at.slice(0, 19).replace("T", " "),
    run.seconds === null ? "-" : formatSeconds(run.seconds),
    run.state,
    printable(run.database ?? "-"),
    count(run.rows_written),
    count(run.duplicates),
    count(run.quarantined),
    run.job_run_id,
    printable(run.error ?? "", maxError),
  ]);
  return columns([[...head, "quarantined", "job run", "error"], ...rows]).join("\n");
}

function count(value: number | null): string {
  return value === null ? "-" : value.toLocaleString("en-US");
}

/** `42s`, `3m05s`, `1h02m`. */
function formatSeconds(seconds: number): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${two(seconds % 60)}s`;
  return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
}
