import type { JobRun } from "@aws-sdk/client-glue";
import type { Settings } from "./config/settings";
import type { Effects } from "./effects";
import { WorkbenchError } from "./errors";
import { warehouseOf } from "./glue/job";
import { runJob } from "./glue/run-job";
import type { RunOptions } from "./glue/run-options";
import { maintenanceSummarySchema, readSummary } from "./glue/summary";

/** What {@link runMaintenance} takes. What is not given, the job's script decides. */
export interface MaintenanceOptions extends RunOptions {
  /** Snapshots older than this are expired; so long `FOR VERSION AS OF` goes back. Default: 168. */
  retentionHours?: number;
  /** Files that no snapshot knows are removed when older than this; 24 at least. Default: 72. */
  orphanAgeHours?: number;
  /** The size that small files are put together to. Default: 128. */
  targetFileMb?: number;
  /** The tables to look after. Default: all of them. */
  tables?: readonly string[];
}

/** One table before and after. */
export interface TableMaintenance {
  table: string;
  files_before: number;
  files_after: number;
  bytes_before: number;
  bytes_after: number;
  delete_files_before: number;
  delete_files_after: number;
  snapshots_before: number;
  snapshots_after: number;
  /** Files that no snapshot knew. */
  orphans_removed: number;
  orphan_bytes: number;
}

/** What a maintenance run did. `tables` is null where it was not waited for. */
export interface MaintenanceSummary {
  job_run_id: string;
  /** SUCCEEDED, or the state seen last where it was not waited for. */
  state: string;
  tables: readonly TableMaintenance[] | null;
  retention_hours: number | null;
  orphan_age_hours: number | null;
}

/**
 * Looks after the dataset's tables: small files are put together, old snapshots expired, files
 * that no snapshot knows removed. Readers and an etl run may go on meanwhile.
 *
 * @throws {@link WorkbenchError} code GLUE where the run did not succeed: its message begins with
 *   the script's own error; USAGE where an option is none; ENGINE where the local endpoint is down
 * @example
 * ```ts
 * const { tables } = await runMaintenance(settings, { retentionHours: 24 * 7 }, effects);
 * ```
 */
export async function runMaintenance(
  settings: Pick<Settings, "aws" | "glue" | "processedBucket">,
  options: MaintenanceOptions,
  effects: Effects,
): Promise<MaintenanceSummary> {
  const given = readArguments(options);
  const database = settings.glue.database;
  const call = {
    kind: "maintenance" as const,
    step: "maintain",
    arguments: { "--database": database, "--warehouse": warehouseOf(settings), ...given },
    // One with other limits or tables is no answer to this call.
    isSame: ({ Arguments: theirs = {} }: JobRun) =>
      theirs["--database"] === database &&
      maintenanceArguments.every((name) => theirs[name] === given[name]),
  };
  const { id, state, summaryPath } = await runJob(settings, call, options, effects);
  const answer = { job_run_id: id, state };
  if (summaryPath === undefined) {
    return { ...answer, tables: null, retention_hours: null, orphan_age_hours: null };
  }
  return { ...answer, ...(await readSummary(maintenanceSummarySchema, settings, summaryPath)) };
}

const maintenanceArguments = [
  "--retention_hours",
  "--orphan_age_hours",
  "--target_file_mb",
  "--tables",
] as const;

function readArguments(options: MaintenanceOptions): Record<string, string> {
  const { retentionHours, orphanAgeHours, targetFileMb, tables } = options;
  const given: Record<string, string> = {};
  const number = (name: string, value: number | undefined, least: number): void => {
    if (value === undefined) return;
    if (!Number.isFinite(value) || value < least) {
      throw new WorkbenchError("USAGE", `${name} is ${value}`, {
        hint: `give a number of ${least} or more`,
      });
    }
    given[`--${name}`] = String(value);
  };
  number("retention_hours", retentionHours, 0);
  number("orphan_age_hours", orphanAgeHours, 0);
  number("target_file_mb", targetFileMb, 1);
  if (tables !== undefined) {
    const wrong = tables.find((table) => !/^[a-z0-9_]+$/.test(table));
    if (wrong !== undefined || tables.length === 0) {
      throw new WorkbenchError("USAGE", `tables is ${JSON.stringify(tables.join(","))}`, {
        hint: "give names of the dataset's tables, such as github_events,resolutions",
      });
    }
    given["--tables"] = tables.join(",");
  }
  return given;
}
