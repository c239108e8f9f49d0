import type { JobRun } from "@aws-sdk/client-glue";
import type { Settings } from "./config/settings";
import { type Effects, throwIfAborted } from "./effects";
import { describeError, WorkbenchError } from "./errors";
import { type Glue, openGlue } from "./glue/client";
import { ensureJob, warehouseOf } from "./glue/job";
import { findGoingJobRun, startJobRun, stopJobRun, waitForJobRun } from "./glue/job-run";
import { sidePrefix } from "./landing/landed-topic";
import { newSummaryPath, readSummary } from "./glue/summary";

/** What {@link runEtl} takes. */
export interface EtlOptions {
  /** Wait until the run is over. Default: true. */
  wait?: boolean;
  /**
   * What to do where a run over the same dataset is going already: `join` it (its answer is ours,
   * though it may have begun before the newest objects landed), or `queue`: wait for it, then start
   * one. Default: join.
   */
  whenBusy?: "join" | "queue";
}

/** What a job run did. The counts are null where it was not waited for. */
export interface EtlSummary {
  job_run_id: string;
  /** SUCCEEDED, or the state seen last where it was not waited for. */
  state: string;
  /** Lines of the raw objects that were new. */
  rows_read: number | null;
  /** Rows added to `github_events`. */
  rows_written: number | null;
  /** Events read that the table, or the batch itself, has already. */
  duplicates: number | null;
  /** Lines that could not be read; they are in the table `quarantine`. */
  quarantined: number | null;
}

type EtlSettings = Pick<Settings, "aws" | "glue" | "processedBucket" | "raw">;

interface GoingRun {
  id: string;
  summaryPath: string | undefined;
  /** Whether this call started it; only then may stopping the call stop it. */
  own: boolean;
}

/** How long between two tries to start, where a run of another dataset is going. */
const busyPollMs = 2000;

/**
 * Runs the Glue job over the raw objects that are new, and waits for it with progress.
 *
 * The job and its script are brought up to date first. When `effects.signal` aborts, the run is
 * told to stop; what it had merged by then stays, and the next run does the rest.
 *
 * @throws {@link WorkbenchError} code GLUE where the run did not succeed: its message begins with
 *   the script's own error; ENGINE where the local endpoint is down
 * @example
 * ```ts
 * const { rows_written } = await runEtl(settings, {}, effects);
 * ```
 */
export async function runEtl(
  settings: EtlSettings,
  options: EtlOptions,
  effects: Effects,
): Promise<EtlSummary> {
  throwIfAborted(effects.signal);
  effects.progress({ step: "etl", state: "preparing the job" });
  await ensureJob(settings);
  const glue = await openGlue(settings);
  try {
    const run = await startOrJoin(glue, settings, options, effects);
    if (options.wait === false) return notWaitedFor(run);
    const ended = await waitOrStop(glue, settings, run, effects);
    if (run.summaryPath === undefined) {
      throw new WorkbenchError("GLUE", `job run ${run.id} was started without --summary_path`, {
        hint: "run it again by `npx workbench etl`",
      });
    }
    const { objects, ...counts } = await readSummary(settings, run.summaryPath);
    effects.logger.debug("job run over", { jobRunId: run.id, objects, ...counts });
    return { job_run_id: run.id, state: ended.JobRunState ?? "SUCCEEDED", ...counts };
  } finally {
    glue.client.destroy();
  }
}

async function startOrJoin(
  glue: Glue,
  settings: EtlSettings,
  options: EtlOptions,
  effects: Effects,
): Promise<GoingRun> {
  for (;;) {
    throwIfAborted(effects.signal);
    const summaryPath = newSummaryPath(settings);
    const id = await startJobRun(glue, settings, {
      ...rawPaths(settings),
      "--database": settings.glue.database,
      "--warehouse": warehouseOf(settings),
      "--summary_path": summaryPath,
    });
    if (id !== undefined) return { id, summaryPath, own: true };

    const going = await findGoingJobRun(glue, settings);
    if (going?.Id !== undefined) {
      if (isOverSameDataset(going, settings) && options.whenBusy !== "queue") {
        effects.logger.warn("a job run is going already: joined it, started no other", {
          jobRunId: going.Id,
        });
        return { id: going.Id, summaryPath: going.Arguments?.["--summary_path"], own: false };
      }
      effects.progress({
        step: "etl",
        state: "waiting for a run that is going",
        figures: { run: going.Id },
      });
    }
    await effects.sleep(busyPollMs, effects.signal);
  }
}

/** Where raw objects lie: the events', and beside them what is told of them. */
function rawPaths({ raw }: EtlSettings): Record<string, string> {
  return {
    "--raw_path": `s3://${raw.bucket}/${raw.prefix}`,
    "--coverage_path": `s3://${raw.bucket}/${sidePrefix(raw.prefix, "coverage")}`,
    "--enrichment_path": `s3://${raw.bucket}/${sidePrefix(raw.prefix, "enrichment")}`,
  };
}

/** The same tables from the same raw objects: another cluster's lie under another prefix. */
function isOverSameDataset({ Arguments: given }: JobRun, settings: EtlSettings): boolean {
  const path = rawPaths(settings)["--raw_path"];
  return given?.["--database"] === settings.glue.database && (given["--raw_path"] ?? path) === path;
}

async function waitOrStop(
  glue: Glue,
  settings: EtlSettings,
  run: GoingRun,
  effects: Effects,
): Promise<JobRun> {
  try {
    return await waitForJobRun(glue, settings, run.id, effects);
  } catch (error) {
    if (effects.signal?.aborted !== true) throw error;
    if (!run.own) {
      throw new WorkbenchError("ABORTED", `stopped waiting; job run ${run.id} goes on`);
    }
    try {
      await stopJobRun(glue, settings, run.id);
    } catch (stopError) {
      throw new WorkbenchError(
        "ABORTED",
        `stopped waiting, but job run ${run.id} could not be stopped: ${describeError(stopError)}`,
        { cause: stopError },
      );
    }
    throw new WorkbenchError("ABORTED", `stopped; job run ${run.id} was told to stop`);
  }
}

function notWaitedFor(run: GoingRun): EtlSummary {
  return {
    job_run_id: run.id,
    state: run.own ? "STARTING" : "RUNNING",
    rows_read: null,
    rows_written: null,
    duplicates: null,
    quarantined: null,
  };
}
