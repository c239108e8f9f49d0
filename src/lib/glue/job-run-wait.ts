import type { JobRun } from "@aws-sdk/client-glue";
import { type Effects, throwIfAborted } from "../effects";
import { describeError, WorkbenchError } from "../errors";
import type { Glue } from "./client";
import { getJobRun, isGoing, type JobRunSettings, nextPollMs } from "./job-run";
import { jobRunError } from "./job-run-error";
import { openStage, type Stage } from "./stage";

/** A run that is waited for. */
export interface AwaitedRun {
  job: string;
  id: string;
  /** The step that progress names: "etl". */
  step: string;
  /** Where the run says what it is doing. */
  progressPath: string | undefined;
}

/** A run goes on when the endpoint that is asked about it does not; then waiting ends. */
const longestSilenceMs = 60_000;

/**
 * Waits until the run is over, telling its state, its stage and how long it has been going; asks
 * more seldom the longer it lasts. An endpoint that does not answer for less than a minute is
 * asked again.
 *
 * @throws {@link WorkbenchError} code GLUE where it did not succeed, with the script's own error
 *   first; code ABORTED when `effects.signal` aborts (the run goes on: see `stopJobRun`)
 */
export async function waitForJobRun(
  glue: Glue,
  settings: JobRunSettings,
  awaited: AwaitedRun,
  effects: Effects,
): Promise<JobRun> {
  const run = await waitForEnd(glue, settings, awaited, effects);
  if (run.JobRunState === "SUCCEEDED") return run;
  throw jobRunError({ JobName: awaited.job, ...run }, awaited.id, settings);
}

/** As {@link waitForJobRun}, whatever the end is. */
export async function waitForEnd(
  glue: Glue,
  settings: JobRunSettings,
  awaited: AwaitedRun,
  effects: Effects,
): Promise<JobRun> {
  const stage = await openStage(settings, awaited.progressPath);
  const startedMs = effects.now();
  let answeredMs = startedMs;
  try {
    let pollMs: number | undefined;
    for (;;) {
      pollMs = nextPollMs(pollMs, settings);
      throwIfAborted(effects.signal);
      try {
        const run = await getJobRun(glue, settings, awaited.job, awaited.id);
        answeredMs = effects.now();
        const told = run.JobRunState === "RUNNING" ? await stage.read() : undefined;
        tell(run, told, awaited, startedMs, effects);
        if (!isGoing(run)) return run;
      } catch (error) {
        const again = error instanceof WorkbenchError && error.retryable;
        if (!again || effects.now() - answeredMs > longestSilenceMs) throw error;
        effects.progress({ step: awaited.step, state: `waiting: ${describeError(error)}` });
      }
      await effects.sleep(pollMs, effects.signal);
    }
  } finally {
    stage.close();
  }
}

function tell(
  run: JobRun,
  stage: Stage | undefined,
  { step, id }: AwaitedRun,
  waitedSinceMs: number,
  effects: Effects,
): void {
  const state = run.JobRunState ?? "STARTING";
  const startedMs = run.StartedOn?.getTime() ?? waitedSinceMs;
  const elapsedSeconds = Math.max(0, Math.round((effects.now() - startedMs) / 1000));
  const figures = { elapsedSeconds, run: id };
  if (stage === undefined) {
    effects.progress({ step, state, figures });
    return;
  }
  const { done, total } = stage;
  const place = total > 0 ? ` (${Math.min(done + 1, total)}/${total})` : "";
  effects.progress({
    step,
    state: `${state}: ${stage.stage}${place}`,
    ...(total > 0 ? { fraction: Math.min(1, done / total) } : {}),
    figures,
  });
}
