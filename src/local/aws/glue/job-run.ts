import type { JobArguments } from "./arguments";

/** The states that a run has here; Glue has more, for queues and expiry. */
export type JobRunState =
  "STARTING" | "RUNNING" | "STOPPING" | "STOPPED" | "SUCCEEDED" | "FAILED" | "TIMEOUT";

/** A job run as it is kept on disk. */
export interface JobRun {
  id: string;
  jobName: string;
  state: JobRunState;
  error?: string | undefined;
  arguments: JobArguments;
  /** The job's arguments with the run's: what a retry gets again. */
  allArguments?: JobArguments;
  script: string;
  /** 0, or which retry this is. */
  attempt?: number;
  previousId?: string | undefined;
  /** How many retries may follow if it fails. */
  retriesLeft?: number;
  startedMs: number;
  modifiedMs: number;
  completedMs?: number | undefined;
  timeoutMinutes: number;
  glueVersion: string;
  workerType: string;
  workers: number;
  /** Spark's process, to find it again after a restart. */
  process?: { pid: number; startTicks: number } | undefined;
}

/** Whether a run has come to its end. */
export function isFinal(state: JobRunState): boolean {
  return state === "STOPPED" || state === "SUCCEEDED" || state === "FAILED" || state === "TIMEOUT";
}

/** Ids as Glue makes them; a retry's is that of the first run with its number. */
export const runIdPattern = /^jr_[0-9a-f]{64}(_attempt_[1-9]\d*)?$/;

/** The id of the retry after a run. */
export function retryId({ id, attempt = 0 }: Pick<JobRun, "id" | "attempt">): string {
  return `${id.replace(/_attempt_\d+$/, "")}_attempt_${attempt + 1}`;
}

/**
 * A run as GetJobRun answers it.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-jobs-runs.html
 */
export function describeRun(run: JobRun, nowMs: number): Record<string, unknown> {
  const endMs = run.completedMs ?? nowMs;
  return {
    Id: run.id,
    Attempt: run.attempt ?? 0,
    ...(run.previousId === undefined ? {} : { PreviousRunId: run.previousId }),
    JobName: run.jobName,
    JobRunState: run.state,
    ...(run.error === undefined ? {} : { ErrorMessage: run.error }),
    Arguments: run.arguments,
    StartedOn: run.startedMs / 1000,
    LastModifiedOn: run.modifiedMs / 1000,
    ...(run.completedMs === undefined ? {} : { CompletedOn: run.completedMs / 1000 }),
    ExecutionTime: Math.round((endMs - run.startedMs) / 1000),
    PredecessorRuns: [],
    AllocatedCapacity: run.workers,
    MaxCapacity: run.workers,
    NumberOfWorkers: run.workers,
    WorkerType: run.workerType,
    GlueVersion: run.glueVersion,
    Timeout: run.timeoutMinutes,
    LogGroupName: "/aws-glue/jobs",
  };
}
