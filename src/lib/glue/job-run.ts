import type { JobRun } from "@aws-sdk/client-glue";
import type { Settings } from "../config/settings";
import { WorkbenchError } from "../errors";
import { awsError, errorName, type Glue } from "./client";

/** What calls about job runs need of the settings. */
export type JobRunSettings = Pick<Settings, "aws" | "glue" | "processedBucket">;

/** A run's states while it is not over. */
const goingStates: readonly string[] = ["STARTING", "RUNNING", "WAITING", "STOPPING"];

/** GetJobRuns answers no more at once. */
const longestPage = 200;

/** Whether a run is not over yet. */
export function isGoing(run: Pick<JobRun, "JobRunState">): boolean {
  return goingStates.includes(run.JobRunState ?? "STARTING");
}

/**
 * Starts a run of the job.
 *
 * @param runArguments - over the job's default arguments: `{"--database": "github_events"}`
 * @returns the run's id, or undefined where as many runs are going as the job allows
 */
export async function startJobRun(
  glue: Glue,
  settings: JobRunSettings,
  job: string,
  runArguments: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  try {
    const answer = await glue.client.send(
      new glue.sdk.StartJobRunCommand({ JobName: job, Arguments: { ...runArguments } }),
    );
    return answer.JobRunId ?? "";
  } catch (error) {
    if (errorName(error) === "ConcurrentRunsExceededException") return undefined;
    throw awsError(error, "GLUE", `starting the Glue job ${job}`, settings);
  }
}

/** Runs of a job, latest first, at most `limit`. None where the job was never made. */
export async function listJobRuns(
  glue: Glue,
  settings: JobRunSettings,
  job: string,
  limit: number,
): Promise<JobRun[]> {
  const found: JobRun[] = [];
  let token: string | undefined;
  try {
    do {
      const page = await glue.client.send(
        new glue.sdk.GetJobRunsCommand({
          JobName: job,
          MaxResults: Math.min(limit - found.length, longestPage),
          ...(token === undefined ? {} : { NextToken: token }),
        }),
      );
      found.push(...(page.JobRuns ?? []));
      token = page.NextToken === "" ? undefined : page.NextToken;
    } while (token !== undefined && found.length < limit);
  } catch (error) {
    if (errorName(error) === "EntityNotFoundException") return [];
    throw awsError(error, "GLUE", `listing runs of the Glue job ${job}`, settings);
  }
  return found.slice(0, limit);
}

/** The job's run that is going, the latest where there are several. */
export async function findGoingJobRun(
  glue: Glue,
  settings: JobRunSettings,
  job: string,
  isOurs: (run: JobRun) => boolean = () => true,
): Promise<JobRun | undefined> {
  const latest = await listJobRuns(glue, settings, job, 50);
  return latest.find((run) => isGoing(run) && isOurs(run));
}

/** Asks for a run. */
export async function getJobRun(
  glue: Glue,
  settings: JobRunSettings,
  job: string,
  RunId: string,
): Promise<JobRun> {
  try {
    const { JobRun: run } = await glue.client.send(
      new glue.sdk.GetJobRunCommand({ JobName: job, RunId }),
    );
    return run ?? {};
  } catch (error) {
    throw awsError(error, "GLUE", `asking for job run ${RunId}`, settings);
  }
}

/**
 * Tells Glue to stop the run; it ends some seconds later, as STOPPED.
 *
 * @throws {@link WorkbenchError} code GLUE with Glue's reason where it does not stop the run
 */
export async function stopJobRun(
  glue: Glue,
  settings: JobRunSettings,
  job: string,
  jobRunId: string,
): Promise<void> {
  const what = `stopping job run ${jobRunId}`;
  try {
    const { Errors } = await glue.client.send(
      new glue.sdk.BatchStopJobRunCommand({ JobName: job, JobRunIds: [jobRunId] }),
    );
    const refused = Errors?.[0]?.ErrorDetail;
    if (refused !== undefined) {
      throw new WorkbenchError("GLUE", `${what}: ${refused.ErrorMessage ?? refused.ErrorCode}`);
    }
  } catch (error) {
    throw awsError(error, "GLUE", what, settings);
  }
}

const firstPollMs = 500;
const pollGrowth = 1.25;
const longestPollMs = { local: 1000, aws: 5000 };

/** When a wait asks again: ever later, up to a second here and five on AWS. */
export function nextPollMs(lastMs: number | undefined, settings: Pick<Settings, "aws">): number {
  if (lastMs === undefined) return firstPollMs;
  return Math.min(
    lastMs * pollGrowth,
    settings.aws.local ? longestPollMs.local : longestPollMs.aws,
  );
}
