import type { JobRun } from "@aws-sdk/client-glue";
import type { Settings } from "../config/settings";
import { type Effects, throwIfAborted } from "../effects";
import { WorkbenchError } from "../errors";
import { openGlue, openS3, type S3 } from "./client";
import { listJobRuns, type JobRunSettings } from "./job-run";
import { readErrorMessage } from "./job-run-error";
import { etlSummarySchema, type JobRunSummary, readSummary } from "./summary";

/** A run of the etl job, as history tells it. What a run did not leave is null. */
export interface PastRun {
  job_run_id: string;
  /** ISO 8601, UTC. */
  started_at: string | null;
  /** From its start to its end, or until now. */
  seconds: number | null;
  state: string;
  database: string | null;
  rows_read: number | null;
  rows_written: number | null;
  duplicates: number | null;
  quarantined: number | null;
  /** The first line of what it failed of. */
  error: string | null;
}

/** What {@link readHistory} takes. */
export interface HistoryOptions {
  /** How many runs, latest first. Default: 20. */
  limit?: number;
}

const defaultLimit = 20;
/** Glue keeps a job's runs for 90 days; more than this nobody reads in a terminal. */
const longestLimit = 1000;
const readsAtOnce = 8;

/**
 * The etl job's runs, latest first, whoever started them, with the counts of those that left a
 * summary.
 *
 * @throws {@link WorkbenchError} code GLUE, S3 or ENGINE
 */
export async function readHistory(
  settings: Pick<Settings, "aws" | "glue" | "processedBucket">,
  options: HistoryOptions,
  effects: Effects,
): Promise<PastRun[]> {
  throwIfAborted(effects.signal);
  const { limit = defaultLimit } = options;
  if (!Number.isInteger(limit) || limit < 1 || limit > longestLimit) {
    throw new WorkbenchError("USAGE", `limit is ${limit}`, {
      hint: `give a whole number from 1 to ${longestLimit}`,
    });
  }
  const [glue, s3] = await Promise.all([openGlue(settings), openS3(settings)]);
  try {
    const runs = await listJobRuns(glue, settings, settings.glue.job, limit);
    const past: PastRun[] = [];
    for (let at = 0; at < runs.length; at += readsAtOnce) {
      throwIfAborted(effects.signal);
      const some = runs.slice(at, at + readsAtOnce);
      past.push(...(await Promise.all(some.map((run) => describe(run, s3, settings, effects)))));
    }
    return past;
  } finally {
    glue.client.destroy();
    s3.client.destroy();
  }
}

async function describe(
  run: JobRun,
  s3: S3,
  settings: JobRunSettings,
  effects: Effects,
): Promise<PastRun> {
  const started = run.StartedOn;
  const endMs = run.CompletedOn?.getTime() ?? effects.now();
  const counts = await readCounts(run, s3, settings);
  const { text } = readErrorMessage((run.ErrorMessage ?? "").trim().split("\n")[0] ?? "");
  return {
    job_run_id: run.Id ?? "",
    started_at: started?.toISOString() ?? null,
    seconds:
      started === undefined ? null : Math.max(0, Math.round((endMs - started.getTime()) / 1000)),
    state: run.JobRunState ?? "unknown",
    database: run.Arguments?.["--database"] ?? null,
    rows_read: counts?.rows_read ?? null,
    rows_written: counts?.rows_written ?? null,
    duplicates: counts?.duplicates ?? null,
    quarantined: counts?.quarantined ?? null,
    error: text === "" ? null : text,
  };
}

/** A summary that is gone, or of another version of the job, leaves the line without counts. */
async function readCounts(
  run: JobRun,
  s3: S3,
  settings: JobRunSettings,
): Promise<JobRunSummary | undefined> {
  const path = run.Arguments?.["--summary_path"];
  if (path === undefined || run.JobRunState !== "SUCCEEDED") return undefined;
  try {
    return await readSummary(etlSummarySchema, settings, path, s3);
  } catch (error) {
    if (error instanceof WorkbenchError && error.code === "GLUE") return undefined;
    throw error;
  }
}
