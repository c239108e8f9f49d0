import { type Effects, throwIfAborted } from "../effects";
import { WorkbenchError } from "../errors";
import type { JobRun } from "@aws-sdk/client-glue";
import { openGlue } from "./client";
import { type JobKind, jobName } from "./job-kind";
import { findGoingJobRun, getJobRun, isGoing, type JobRunSettings, stopJobRun } from "./job-run";
import { waitForEnd } from "./job-run-wait";

/** Which run {@link cancelJobRun} stops. */
export interface CancelOptions {
  kind: JobKind;
  /** A run's id. Default: the one that is going. */
  id?: string | undefined;
  /** Which of those going may be meant where no id is given. */
  isOurs?: (run: JobRun) => boolean;
}

/** How a cancelled run ended: STOPPED, or what it came to before it could be stopped. */
export interface CancelSummary {
  job_run_id: string;
  state: string;
}

/**
 * Stops a job run, whoever started it, and waits until it is over.
 *
 * @throws {@link WorkbenchError} code NOT_FOUND where no run is going, or the one named is over
 */
export async function cancelJobRun(
  settings: JobRunSettings,
  { kind, id, isOurs }: CancelOptions,
  effects: Effects,
): Promise<CancelSummary> {
  throwIfAborted(effects.signal);
  const job = jobName(kind, settings);
  const glue = await openGlue(settings);
  try {
    const run =
      id === undefined
        ? await findGoingJobRun(glue, settings, job, isOurs)
        : await getJobRun(glue, settings, job, id);
    const runId = run?.Id;
    if (run === undefined || runId === undefined) {
      throw new WorkbenchError("NOT_FOUND", `no run of ${job} is going`);
    }
    if (!isGoing(run)) {
      const state = run.JobRunState ?? "over";
      throw new WorkbenchError("NOT_FOUND", `job run ${runId} is over: it is ${state}`);
    }
    if (run.JobRunState !== "STOPPING") await stopJobRun(glue, settings, job, runId);
    const awaited = { job, id: runId, step: "cancel", progressPath: undefined };
    const ended = await waitForEnd(glue, settings, awaited, effects);
    return { job_run_id: runId, state: ended.JobRunState ?? "STOPPED" };
  } finally {
    glue.client.destroy();
  }
}
