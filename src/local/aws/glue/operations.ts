import { z } from "zod";
import { ApiError } from "../api-error";
import { type Operation, parseInput } from "../wire";
import type { GlueRuns } from "./glue-runs";
import { pageByName, pageSchema } from "./catalog/paging";
import { describeRun, isFinal, type JobRun } from "./job-run";
import { type JobStore, jobSchema } from "./job-store";

const createSchema = jobSchema.extend({ Name: z.string().min(1).max(255) });
const updateSchema = z.looseObject({ JobName: z.string(), JobUpdate: jobSchema });
const nameSchema = z.looseObject({ JobName: z.string() });
const startSchema = nameSchema.extend({
  Arguments: z.record(z.string(), z.string()).optional(),
  Timeout: z.int().min(1).optional(),
  WorkerType: z.string().optional(),
  NumberOfWorkers: z.int().min(1).optional(),
  JobRunId: z
    .undefined({ error: "the local Glue repeats no former run: start a new one" })
    .optional(),
  SecurityConfiguration: z
    .undefined({ error: "the local Glue has no security configurations" })
    .optional(),
  JobRunQueuingEnabled: z.literal(false, { error: "the local Glue queues no runs" }).optional(),
});
const batchSchema = z.looseObject({ JobNames: z.array(z.string()).max(100) });
const runSchema = nameSchema.extend({ RunId: z.string() });
/** Where the caller does not say how many. */
const pageSize = 100;
const listSchema = pageSchema.extend({
  Tags: z.undefined({ error: "the local Glue has no tags" }).optional(),
});
const stopSchema = nameSchema.extend({ JobRunIds: z.array(z.string()).min(1).max(25) });

/** Glue's operations on jobs and their runs, by name. */
export function glueOperations(
  jobs: JobStore,
  runs: GlueRuns,
  now: () => number,
): Record<string, Operation> {
  const need = (jobName: string, id: string): JobRun => {
    const run = runs.get(id);
    if (run?.jobName === jobName) return run;
    throw new ApiError("EntityNotFoundException", `Job run ${id} of ${jobName} not found.`);
  };
  return {
    CreateJob: async (input) => {
      const { Name, ...job } = parse(createSchema, input);
      await jobs.create(Name, job);
      return { Name };
    },
    UpdateJob: async (input) => {
      const { JobName, JobUpdate } = parse(updateSchema, input);
      await jobs.update(JobName, JobUpdate);
      return { JobName };
    },
    GetJob: async (input) => ({ Job: await jobs.require(parse(nameSchema, input).JobName) }),
    GetJobs: async (input) => {
      const request = parse(pageSchema, input);
      const { items, token } = pageByName(await jobs.list(), nameOf, request, pageSize);
      return { Jobs: items, ...token };
    },
    BatchGetJobs: async (input) => {
      const { JobNames } = parse(batchSchema, input);
      const found = (await jobs.list()).filter(({ Name }) => JobNames.includes(Name));
      const names = found.map(nameOf);
      return { Jobs: found, JobsNotFound: JobNames.filter((name) => !names.includes(name)) };
    },
    ListJobs: async (input) => {
      const request = parse(listSchema, input);
      const { items, token } = pageByName(await jobs.list(), nameOf, request, pageSize);
      return { JobNames: items.map(nameOf), ...token };
    },
    DeleteJob: async (input) => {
      const { JobName } = parse(nameSchema, input);
      await jobs.remove(JobName);
      return { JobName };
    },
    StartJobRun: async (input) => {
      const request = parse(startSchema, input);
      const job = await jobs.require(request.JobName);
      const JobRunId = runs.start(job, {
        arguments: request.Arguments,
        timeoutMinutes: request.Timeout,
        workerType: request.WorkerType,
        workers: request.NumberOfWorkers,
      });
      return { JobRunId };
    },
    GetJobRun: (input) => {
      const { JobName, RunId } = parse(runSchema, input);
      return { JobRun: describeRun(need(JobName, RunId), now()) };
    },
    GetJobRuns: async (input) => {
      const { JobName, ...rest } = parse(nameSchema.extend(pageSchema.shape), input);
      await jobs.require(JobName);
      const { items, token } = pageByName(runs.list(JobName), latestFirst, rest, pageSize);
      return { JobRuns: items.map((run) => describeRun(run, now())), ...token };
    },
    BatchStopJobRun: (input) => stopRuns(parse(stopSchema, input), runs),
  };
}

function stopRuns({ JobName, JobRunIds }: z.infer<typeof stopSchema>, runs: GlueRuns): object {
  const SuccessfulSubmissions: object[] = [];
  const Errors: object[] = [];
  for (const JobRunId of JobRunIds) {
    const run = runs.get(JobRunId);
    const refusal = refuseStop(run, JobName, JobRunId);
    if (refusal === undefined) {
      runs.stop(JobRunId);
      SuccessfulSubmissions.push({ JobName, JobRunId });
    } else {
      Errors.push({ JobName, JobRunId, ErrorDetail: refusal });
    }
  }
  return { SuccessfulSubmissions, Errors };
}

function refuseStop(run: JobRun | undefined, jobName: string, id: string): object | undefined {
  if (run?.jobName !== jobName) {
    const ErrorMessage = `Job run ${id} of ${jobName} not found.`;
    return { ErrorCode: "EntityNotFoundException", ErrorMessage };
  }
  if (!isFinal(run.state)) return undefined;
  const ErrorMessage = `Job run ${id} is ${run.state} and cannot be stopped.`;
  return { ErrorCode: "JobRunInvalidStateTransitionException", ErrorMessage };
}

function nameOf({ Name }: { Name: string }): string {
  return Name;
}

/** The order of GetJobRuns, in which a page's token can name a run. */
function latestFirst({ startedMs, id }: JobRun): string {
  return `${String(9e15 - startedMs).padStart(16, "0")} ${id}`;
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  return parseInput(schema, input, "InvalidInputException");
}
