import type { JobRun } from "@aws-sdk/client-glue";
import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { awsError, errorName, type Glue } from "./client";
import { jobRunError } from "./job-run-error";

/** What calls about job runs need of the settings. */
export type JobRunSettings = Pick<Settings, "aws" | "glue" | "processedBucket">;

/** A run's states while it is not over. */
const goingStates = ["STARTING", "RUNNING", "WAITING", "STOPPING"];

const firstPollMs = 500;
const pollGrowth = 1.25;
const longestPollMs = { local: 1000, aws: 5000 };

/**
 * Starts a run of the job.
 *
 * @param runArguments - over the job's default arguments: `{"--database": "github_events"}`
 * @returns the run's id, or undefined where as many runs are going as the job allows
 */
export async function startJobRun(
  glue: Glue,
  settings: JobRunSettings,
  runArguments: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  try {
    const answer = await glue.client.send(
      new glue.sdk.StartJobRunCommand({
        JobName: settings.glue.job,
        Arguments: { ...runArguments },
      }),
    );
    return answer.JobRunId ?? "";
  } catch (error) {
    if (errorName(error) === "ConcurrentRunsExceededException") return undefined;
    throw awsError(error, "GLUE", `starting the Glue job ${settings.glue.job}`, settings);
  }
}

/** The job's run that is going, the latest where there are several. */
export async function findGoingJobRun(
  glue: Glue,
  settings: JobRunSettings,
): Promise<JobRun | undefined> {
  try {
    const { JobRuns } = await glue.client.send(
      new glue.sdk.GetJobRunsCommand({ JobName: settings.glue.job, MaxResults: 50 }),
    );
    return JobRuns?.find((run) => goingStates.includes(run.JobRunState ?? ""));
  } catch (error) {
    throw awsError(error, "GLUE", `listing runs of the Glue job ${settings.glue.job}`, settings);
  }
}

/**
 * Waits until the run is over, telling its state; asks more seldom the longer it lasts.
 *
 * @throws {@link WorkbenchError} code GLUE where it did not succeed, with the script's own error
 *   first; code ABORTED when `effects.signal` aborts (the run goes on: see {@link stopJobRun})
 */
export async function waitForJobRun(
  glue: Glue,
  settings: JobRunSettings,
  jobRunId: string,
  effects: Effects,
): Promise<JobRun> {
  let pollMs = firstPollMs;
  const longestMs = settings.aws.local ? longestPollMs.local : longestPollMs.aws;
  for (;;) {
    const run = await getJobRun(glue, settings, jobRunId);
    const state = run.JobRunState ?? "STARTING";
    effects.progress({ step: "etl", state, figures: { run: jobRunId } });
    if (state === "SUCCEEDED") return run;
    if (!goingStates.includes(state)) throw jobRunError(run, jobRunId, settings);
    await effects.sleep(pollMs, effects.signal);
    pollMs = Math.min(pollMs * pollGrowth, longestMs);
  }
}

async function getJobRun(glue: Glue, settings: JobRunSettings, RunId: string): Promise<JobRun> {
  try {
    const { JobRun: run } = await glue.client.send(
      new glue.sdk.GetJobRunCommand({ JobName: settings.glue.job, RunId }),
    );
    return run ?? {};
  } catch (error) {
    throw awsError(error, "GLUE", `asking for job run ${RunId}`, settings);
  }
}

/** Tells Glue to stop the run; it ends some seconds later, as STOPPED. */
export async function stopJobRun(
  glue: Glue,
  settings: JobRunSettings,
  jobRunId: string,
): Promise<void> {
  try {
    await glue.client.send(
      new glue.sdk.BatchStopJobRunCommand({ JobName: settings.glue.job, JobRunIds: [jobRunId] }),
    );
  } catch (error) {
    throw awsError(error, "GLUE", `stopping job run ${jobRunId}`, settings);
  }
}
