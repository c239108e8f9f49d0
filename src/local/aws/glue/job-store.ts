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

  create(name: string, job: z.infer<typeof jobSchema>): void {
    if (this.store.get(name) !== undefined) {
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

  remove(name: string): void {
    this.store.remove(name);
  }

  list(): Job[] {
    return this.store.list();
  }

  private async fromMinistack(name: string): Promise<Job | undefined> {
    try {
      const { Job: found } = await this.catalog.call("GetJob", { JobName: name });
      const parsed = jobSchema.safeParse(found);
      if (!parsed.success) return undefined;
      const seconds = this.now() / 1000;
      return { ...parsed.data, Name: name, CreatedOn: seconds, LastModifiedOn: seconds };
    } catch (error) {
      if (error instanceof ApiError && error.type === "EntityNotFoundException") return undefined;
      throw error;
    }
  }
}
