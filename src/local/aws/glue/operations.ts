import { z } from "zod";
import { ApiError } from "../api-error";
import { type Operation, parseInput } from "../wire";
import type { GlueRuns } from "./glue-runs";
import { describeRun, type JobRun } from "./job-run";
import { type JobStore, jobSchema } from "./job-store";

const createSchema = jobSchema.extend({ Name: z.string().min(1).max(255) });
const updateSchema = z.looseObject({ JobName: z.string(), JobUpdate: jobSchema });
const nameSchema = z.looseObject({ JobName: z.string() });
const startSchema = nameSchema.extend({
  Arguments: z.record(z.string(), z.string()).optional(),
  Timeout: z.int().min(1).optional(),
});
const runSchema = nameSchema.extend({ RunId: z.string() });
const pageSchema = z.looseObject({
  MaxResults: z.int().min(1).max(1000).optional(),
  NextToken: z.string().optional(),
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
    CreateJob: (input) => {
      const { Name, ...job } = parse(createSchema, input);
      jobs.create(Name, job);
      return { Name };
    },
    UpdateJob: async (input) => {
      const { JobName, JobUpdate } = parse(updateSchema, input);
      await jobs.update(JobName, JobUpdate);
      return { JobName };
    },
    GetJob: async (input) => ({ Job: await jobs.require(parse(nameSchema, input).JobName) }),
    GetJobs: (input) => {
      const { items, token } = page(jobs.list(), parse(pageSchema, input));
      return { Jobs: items, ...token };
    },
    ListJobs: (input) => {
      const names = jobs.list().map(({ Name }) => Name);
      const { items, token } = page(names, parse(pageSchema, input));
      return { JobNames: items, ...token };
    },
    DeleteJob: (input) => {
      const { JobName } = parse(nameSchema, input);
      jobs.remove(JobName);
      return { JobName };
    },
    StartJobRun: async (input) => {
      const { JobName, Arguments, Timeout } = parse(startSchema, input);
      const job = await jobs.require(JobName);
      const id = runs.start(job, {
        ...(Arguments === undefined ? {} : { arguments: Arguments }),
        ...(Timeout === undefined ? {} : { timeoutMinutes: Timeout }),
      });
      return { JobRunId: id };
    },
    GetJobRun: (input) => {
      const { JobName, RunId } = parse(runSchema, input);
      return { JobRun: describeRun(need(JobName, RunId), now()) };
    },
    GetJobRuns: async (input) => {
      const { JobName, ...rest } = parse(nameSchema.extend(pageSchema.shape), input);
      await jobs.require(JobName);
      const { items, token } = page(runs.list(JobName), rest);
      return { JobRuns: items.map((run) => describeRun(run, now())), ...token };
    },
    BatchStopJobRun: (input) => stopRuns(parse(stopSchema, input), runs),
  };
}

function stopRuns({ JobName, JobRunIds }: z.infer<typeof stopSchema>, runs: GlueRuns): object {
  const known = JobRunIds.filter((id) => runs.get(id)?.jobName === JobName);
  for (const id of known) runs.stop(id);
  const unknown = JobRunIds.filter((id) => !known.includes(id));
  return {
    SuccessfulSubmissions: known.map((JobRunId) => ({ JobName, JobRunId })),
    Errors: unknown.map((JobRunId) => ({
      JobName,
      JobRunId,
      ErrorDetail: {
        ErrorCode: "EntityNotFoundException",
        ErrorMessage: `Job run ${JobRunId} of ${JobName} not found.`,
      },
    })),
  };
}

/** A page of a list; the token is where the next one begins. */
function page<T>(
  all: readonly T[],
  { MaxResults, NextToken }: { MaxResults?: number | undefined; NextToken?: string | undefined },
): { items: readonly T[]; token: { NextToken?: string } } {
  const from = NextToken === undefined ? 0 : Number(NextToken);
  if (!Number.isInteger(from)) {
    throw new ApiError("InvalidInputException", "NextToken is none of ours");
  }
  const to = from + (MaxResults ?? 100);
  return { items: all.slice(from, to), token: to < all.length ? { NextToken: String(to) } : {} };
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  return parseInput(schema, input, "InvalidInputException");
}
