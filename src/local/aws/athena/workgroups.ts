import { z } from "zod";
import { invalidRequest } from "../api-error";
import { JsonStore } from "../json-store";
import { parseInput } from "../wire";
import { engineVersion } from "./execution";

const configurationSchema = z.looseObject({
  ResultConfiguration: z.looseObject({ OutputLocation: z.string().optional() }).optional(),
  EnforceWorkGroupConfiguration: z.boolean().optional(),
  BytesScannedCutoffPerQuery: z.int().min(10_000_000).optional(),
});

const createSchema = z.looseObject({
  Name: z.string().regex(/^[a-zA-Z0-9._-]{1,128}$/),
  Description: z.string().max(1024).optional(),
  Configuration: configurationSchema.optional(),
});

const nameSchema = z.looseObject({ WorkGroup: z.string() });

/** A workgroup as it is kept. */
export interface WorkGroup {
  name: string;
  description: string;
  enabled: boolean;
  configuration: z.infer<typeof configurationSchema>;
  createdMs: number;
}

/** Workgroups: `primary`, which every account has, and those that were made. */
export class WorkGroups {
  private readonly store: JsonStore<WorkGroup>;

  constructor(
    folder: string,
    private readonly now: () => number,
  ) {
    this.store = new JsonStore(folder);
  }

  /** The workgroup of that name. @throws ApiError InvalidRequestException where there is none */
  require(name: string): WorkGroup {
    const found = this.store.get(name) ?? (name === "primary" ? primary : undefined);
    if (found === undefined) throw invalidRequest(`WorkGroup ${name} is not found.`);
    return found;
  }

  create(input: unknown): object {
    const { Name, Description, Configuration } = parse(createSchema, input);
    if (Name === "primary" || this.store.get(Name) !== undefined) {
      throw invalidRequest(`WorkGroup ${Name} is already created`);
    }
    this.store.put(Name, {
      name: Name,
      description: Description ?? "",
      enabled: true,
      // As on AWS, a workgroup's settings win over the client's unless it says otherwise.
      configuration: { EnforceWorkGroupConfiguration: true, ...Configuration },
      createdMs: this.now(),
    });
    return {};
  }

  get(input: unknown): object {
    const group = this.require(parse(nameSchema, input).WorkGroup);
    return {
      WorkGroup: {
        Name: group.name,
        State: "ENABLED",
        Description: group.description,
        CreationTime: group.createdMs / 1000,
        Configuration: {
          EnforceWorkGroupConfiguration: false,
          PublishCloudWatchMetricsEnabled: false,
          RequesterPaysEnabled: false,
          ResultConfiguration: {},
          ...group.configuration,
          EngineVersion: engineVersion,
        },
      },
    };
  }

  list(): object {
    const names = new Set(["primary", ...this.store.list().map(({ name }) => name)]);
    const groups = [...names].map((name) => this.require(name));
    return {
      WorkGroups: groups.map((group) => ({
        Name: group.name,
        State: "ENABLED",
        Description: group.description,
        CreationTime: group.createdMs / 1000,
        EngineVersion: engineVersion,
      })),
    };
  }

  remove(input: unknown): object {
    const { WorkGroup: name } = parse(nameSchema, input);
    if (name === "primary") throw invalidRequest("WorkGroup primary cannot be deleted");
    this.require(name);
    this.store.remove(name);
    return {};
  }
}

const primary: WorkGroup = {
  name: "primary",
  description: "",
  enabled: true,
  configuration: { EnforceWorkGroupConfiguration: false },
  createdMs: 0,
};

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  return parseInput(schema, input, "InvalidRequestException");
}
