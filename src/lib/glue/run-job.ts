import type { JobRun } from "@aws-sdk/client-glue";
import { type Effects, throwIfAborted } from "../effects";
import { describeError, WorkbenchError } from "../errors";
import { type Glue, openGlue } from "./client";
import { ensureJob } from "./job";
import { type JobKind, jobName } from "./job-kind";
import { findGoingJobRun, type JobRunSettings, startJobRun, stopJobRun } from "./job-run";
import { waitForJobRun } from "./job-run-wait";
import type { RunOptions } from "./run-options";
import { newRunPaths } from "./summary";

/** What is run. */
export interface JobCall {
  kind: JobKind;
  /** The step that progress names: "etl". */
  step: string;
  /** Beside `--summary_path` and `--progress_path`, which each run gets of its own. */
  arguments: Readonly<Record<string, string>>;
  /** Whether a run that is going does what this call asks for. */
  isSame(run: JobRun): boolean;
}

/** How a call of {@link runJob} ended. */
export interface EndedRun {
  id: string;
  /** SUCCEEDED, or the state seen last where the run was not waited for. */
  state: string;
  /** Where its summary is; undefined where it was started without one, or not waited for. */
  summaryPath: string | undefined;
}

interface GoingRun {
  id: string;
  state: string;
  summaryPath: string | undefined;
  progressPath: string | undefined;
  /** Whether this call started it; only then may stopping the call stop it. */
  own: boolean;
}

/** How long between two tries to start, where a run that does something else is going. */
const busyPollMs = 2000;

/**
 * Brings a job and its script up to date, starts a run or joins the one that is going, and waits
 * for it with progress. When `effects.signal` aborts, a run started here is told to stop.
 *
 * Of several callers at the same moment one starts a run, which Glue's own limit of concurrent
 * runs sees to, and the others join it.
 *
 * @throws {@link WorkbenchError} code GLUE where the run did not succeed, ABORTED, ENGINE
 */
export async function runJob(
  settings: JobRunSettings,
  call: JobCall,
  options: RunOptions,
  effects: Effects,
): Promise<EndedRun> {
  throwIfAborted(effects.signal);
  effects.progress({ step: call.step, state: "preparing the job" });
  await ensureJob(call.kind, settings, options.scriptsDir);
  const glue = await openGlue(settings);
  try {
    for (let retriesLeft = options.retries ?? 1; ; retriesLeft -= 1) {
      const run = await startOrJoin(glue, settings, call, options, effects);
      if (options.wait === false) return { id: run.id, state: run.state, summaryPath: undefined };
      try {
        const ended = await waitOrStop(glue, settings, call, run, effects);
        const state = ended.JobRunState ?? "SUCCEEDED";
        return { id: run.id, state, summaryPath: run.summaryPath };
      } catch (error) {
        const again = error instanceof WorkbenchError && error.code === "GLUE" && error.retryable;
        if (!again || retriesLeft <= 0) throw error;
        effects.logger.warn(`the run is tried again: ${describeError(error)}`, {
          retriesLeft: retriesLeft - 1,
        });
        await effects.sleep(busyPollMs, effects.signal);
      }
    }
  } finally {
    glue.client.destroy();
  }
}

async function startOrJoin(
  glue: Glue,
  settings: JobRunSettings,
  call: JobCall,
  { whenBusy }: RunOptions,
  effects: Effects,
): Promise<GoingRun> {
  const job = jobName(call.kind, settings);
  const paths = newRunPaths(settings);
  for (;;) {
    throwIfAborted(effects.signal);
    const id = await startJobRun(glue, settings, job, {
      ...call.arguments,
      "--summary_path": paths.summaryPath,
      "--progress_path": paths.progressPath,
    });
    if (id !== undefined) return { id, state: "STARTING", ...paths, own: true };

    const going = await findGoingJobRun(glue, settings, job);
    if (going?.Id !== undefined) {
      if (whenBusy !== "queue" && going.JobRunState !== "STOPPING" && call.isSame(going)) {
        return join(going, going.Id, effects);
      }
      effects.progress({
        step: call.step,
        state: "waiting for a run that is going",
        figures: { run: going.Id },
      });
    }
    await effects.sleep(busyPollMs, effects.signal);
  }
}

function join(run: JobRun, id: string, effects: Effects): GoingRun {
  const began = run.StartedOn === undefined ? undefined : run.StartedOn.toISOString();
  effects.logger.warn(
    "a job run is going already: joined it, started no other; what landed after it began is for the next run",
    { jobRunId: id, ...(began === undefined ? {} : { began }) },
  );
  return {
    id,
    state: run.JobRunState ?? "RUNNING",
    summaryPath: run.Arguments?.["--summary_path"],
    progressPath: run.Arguments?.["--progress_path"],
    own: false,
  };
}

async function waitOrStop(
  glue: Glue,
  settings: JobRunSettings,
  { kind, step }: JobCall,
  { id, own, progressPath }: GoingRun,
  effects: Effects,
): Promise<JobRun> {
  const job = jobName(kind, settings);
  try {
    return await waitForJobRun(glue, settings, { job, id, step, progressPath }, effects);
  } catch (error) {
    if (effects.signal?.aborted !== true) throw error;
    if (!own) throw new WorkbenchError("ABORTED", `stopped waiting; job run ${id} goes on`);
    try {
      await stopJobRun(glue, settings, job, id);
    } catch (stopError) {
      throw new WorkbenchError(
        "ABORTED",
        `stopped waiting, but job run ${id} could not be stopped: ${describeError(stopError)}`,
        { cause: stopError },
      );
    }
    throw new WorkbenchError("ABORTED", `stopped; job run ${id} was told to stop`);
  }
}
