import { z } from "zod";
import { ApiError } from "../api-error";
import type { Catalog } from "../catalog";
import { JsonStore } from "../json-store";

const argumentsSchema = z.record(z.string(), z.string());

/** A job's members, as CreateJob and UpdateJob take them; those not used here are kept as they are. */
export const jobSchema = z.looseObject({
  Command: z.looseObject({
    Name: z.string().default("glueetl"),
    ScriptLocation: z.string().regex(/^s3:\/\/[^/]+\/.+/, { error: "must be an s3:// address" }),
    PythonVersion: z.string().optional(),
  }),
  Role: z.string().optional(),
  DefaultArguments: argumentsSchema.optional(),
  NonOverridableArguments: argumentsSchema.optional(),
  /** Minutes. */
  Timeout: z.int().min(1).optional(),
  MaxRetries: z.int().min(0).optional(),
  ExecutionProperty: z.looseObject({ MaxConcurrentRuns: z.int().min(1).optional() }).optional(),
  GlueVersion: z.string().optional(),
  WorkerType: z.string().optional(),
  NumberOfWorkers: z.int().min(1).optional(),
});

/** A job as it is kept. */
export type Job = z.infer<typeof jobSchema> & {
  Name: string;
  /** Seconds since 1970, as the API writes them. */
  CreatedOn: number;
  LastModifiedOn: number;
};

/** Job definitions. Those that CloudFormation made lie in ministack, and are found there. */
export class JobStore {
  private readonly store: JsonStore<Job>;

  constructor(
    folder: string,
    private readonly catalog: Catalog,
    private readonly now: () => number,
  ) {
    this.store = new JsonStore(folder);
  }

  /** @throws ApiError EntityNotFoundException */
  async require(name: string): Promise<Job> {
    const found = this.store.get(name) ?? (await this.fromMinistack(name));
    if (found !== undefined) return found;
    throw new ApiError("EntityNotFoundException", `Job ${name} not found.`);
  }

  async create(name: string, job: z.infer<typeof jobSchema>): Promise<void> {
    const theirs = await this.fromMinistack(name);
    if (theirs !== undefined || this.store.get(name) !== undefined) {
      throw new ApiError("AlreadyExistsException", `Job ${name} already exists.`);
    }
    const seconds = this.now() / 1000;
    this.store.put(name, { ...job, Name: name, CreatedOn: seconds, LastModifiedOn: seconds });
  }

  /** Replaces a definition whole, as Glue does: what is not given goes back to its default. */
  async update(name: string, job: z.infer<typeof jobSchema>): Promise<void> {
    const { CreatedOn } = await this.require(name);
    this.store.put(name, { ...job, Name: name, CreatedOn, LastModifiedOn: this.now() / 1000 });
  }

  async remove(name: string): Promise<void> {
    this.store.remove(name);
    await this.catalog.call("DeleteJob", { JobName: name }).catch(unlessAbsent);
  }

  /** Every job, in the order of their names. */
  async list(): Promise<Job[]> {
    const { Jobs = [] } = await this.catalog.call("GetJobs", {});
    const byName = new Map<string, Job>();
    for (const found of Jobs as { Name: string }[]) {
      const job = this.read(found.Name, found);
      if (job !== undefined) byName.set(found.Name, job);
    }
    for (const job of this.store.list()) byName.set(job.Name, job);
    return [...byName.values()].sort((a, b) => (a.Name < b.Name ? -1 : 1));
  }

  private async fromMinistack(name: string): Promise<Job | undefined> {
    const found = await this.catalog.call("GetJob", { JobName: name }).catch(unlessAbsent);
    return found === undefined ? undefined : this.read(name, found["Job"]);
  }

  private read(name: string, found: unknown): Job | undefined {
    const parsed = jobSchema.safeParse(found);
    if (!parsed.success) return undefined;
    const { CreatedOn, LastModifiedOn } = timesSchema.parse(found);
    const seconds = this.now() / 1000;
    return {
      ...parsed.data,
      Name: name,
      CreatedOn: CreatedOn ?? seconds,
      LastModifiedOn: LastModifiedOn ?? seconds,
    };
  }
}

const timesSchema = z.looseObject({
  CreatedOn: z.number().optional(),
  LastModifiedOn: z.number().optional(),
});

function unlessAbsent(error: unknown): undefined {
  if (error instanceof ApiError && error.type === "EntityNotFoundException") return undefined;
  throw error;
}
