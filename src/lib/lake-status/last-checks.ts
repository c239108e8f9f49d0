import type { JobRun } from "@aws-sdk/client-glue";
import { z } from "zod";
import type { Settings } from "../config/settings";
import { WorkbenchError } from "../errors";
import { openGlue, openS3, type S3 } from "../glue/client";
import { listJobRuns } from "../glue/job-run";
import { readSummary } from "../glue/summary";

const count = z.number().int().nonnegative();

/** The part of a job run's summary that tells of its data-quality checks. */
const checksSchema = z.object({
  checks: z.object({
    ok: count,
    warning: count,
    failed: count,
    problems: z.array(z.string()).default([]),
  }),
});

/** How the checks of a job run came out. */
export interface LastChecks {
  job_run_id: string;
  /** When the run was over, ISO 8601. */
  checked_at: string | null;
  ok: number;
  warning: number;
  failed: number;
  /** What was not ok, a line a check. */
  problems: string[];
}

/** Runs that found nothing new have checked nothing; further back than this nobody looks. */
const runsLookedAt = 20;

/**
 * The checks of the dataset's latest job run that had something to check: two calls or a few, no
 * query. Null where there is none.
 *
 * @throws {@link WorkbenchError} code GLUE, S3 or ENGINE
 */
export async function readLastChecks(
  settings: Pick<Settings, "aws" | "glue" | "processedBucket">,
): Promise<LastChecks | null> {
  const [glue, s3] = await Promise.all([openGlue(settings), openS3(settings)]);
  try {
    const runs = await listJobRuns(glue, settings, settings.glue.job, runsLookedAt);
    for (const run of runs) {
      if (run.JobRunState !== "SUCCEEDED") continue;
      if (run.Arguments?.["--database"] !== settings.glue.database) continue;
      const checks = await readChecks(run, s3, settings);
      if (checks !== undefined) return checks;
    }
    return null;
  } finally {
    glue.client.destroy();
    s3.client.destroy();
  }
}

/** Undefined where the run checked nothing, or its summary is gone or of an older version. */
async function readChecks(
  run: JobRun,
  s3: S3,
  settings: Pick<Settings, "aws" | "processedBucket">,
): Promise<LastChecks | undefined> {
  const path = run.Arguments?.["--summary_path"];
  if (path === undefined) return undefined;
  try {
    const { checks } = await readSummary(checksSchema, settings, path, s3);
    if (checks.ok + checks.warning + checks.failed === 0) return undefined;
    const ended = run.CompletedOn?.toISOString() ?? null;
    return { job_run_id: run.Id ?? "", checked_at: ended, ...checks };
  } catch (error) {
    if (error instanceof WorkbenchError && error.code === "GLUE") return undefined;
    throw error;
  }
}
