import { z } from "zod";
import { invalidRequest } from "../api-error";
import { JsonStore } from "../json-store";
import { parseInput } from "../wire";
import { engineVersion } from "./execution";
import { pageOf, pageSchema } from "./paging";

const configurationSchema = z.looseObject({
  ResultConfiguration: z.looseObject({ OutputLocation: z.string().optional() }).optional(),
  EnforceWorkGroupConfiguration: z.boolean().optional(),
  BytesScannedCutoffPerQuery: z.int().min(10_000_000).optional(),
});

const tagsSchema = z.array(z.looseObject({ Key: z.string().min(1).max(128), Value: z.string() }));

const createSchema = z.looseObject({
  Name: z.string().regex(/^[a-zA-Z0-9._-]{1,128}$/),
  Description: z.string().max(1024).optional(),
  Configuration: configurationSchema.optional(),
  Tags: tagsSchema.optional(),
});

const nameSchema = z.looseObject({ WorkGroup: z.string() });

const updateSchema = nameSchema.extend({
  Description: z.string().max(1024).optional(),
  State: z.enum(["ENABLED", "DISABLED"]).optional(),
  ConfigurationUpdates: z
    .looseObject({
      EnforceWorkGroupConfiguration: z.boolean().optional(),
      BytesScannedCutoffPerQuery: z.int().min(10_000_000).optional(),
      RemoveBytesScannedCutoffPerQuery: z.boolean().optional(),
      ResultConfigurationUpdates: z
        .looseObject({
          OutputLocation: z.string().optional(),
          RemoveOutputLocation: z.boolean().optional(),
        })
        .optional(),
    })
    .optional(),
});

const arnSchema = z.looseObject({ ResourceARN: z.string() });
const tagSchema = arnSchema.extend({ Tags: tagsSchema });
const untagSchema = arnSchema.extend({ TagKeys: z.array(z.string()) });

/** A workgroup as it is kept. */
export interface WorkGroup {
  name: string;
  description: string;
  enabled: boolean;
  configuration: z.infer<typeof configurationSchema>;
  createdMs: number;
  tags?: Readonly<Record<string, string>>;
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

  /** The workgroup, for a query to run in. @throws ApiError where it is disabled */
  requireEnabled(name: string): WorkGroup {
    const group = this.require(name);
    if (!group.enabled) throw invalidRequest(`WorkGroup ${name} is disabled.`);
    return group;
  }

  create(input: unknown): object {
    const { Name, Description, Configuration, Tags } = parse(createSchema, input);
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
      tags: Object.fromEntries((Tags ?? []).map(({ Key, Value }) => [Key, Value])),
    });
    return {};
  }

  update(input: unknown): object {
    const {
      WorkGroup: name,
      Description,
      State,
      ConfigurationUpdates,
    } = parse(updateSchema, input);
    const group = this.require(name);
    this.store.put(name, {
      ...group,
      ...(Description === undefined ? {} : { description: Description }),
      ...(State === undefined ? {} : { enabled: State === "ENABLED" }),
      configuration: updateConfiguration(group.configuration, ConfigurationUpdates ?? {}),
    });
    return {};
  }

  listTags(input: unknown): object {
    const { tags } = this.byArn(parse(arnSchema, input).ResourceARN);
    return { Tags: Object.entries(tags ?? {}).map(([Key, Value]) => ({ Key, Value })) };
  }

  tag(input: unknown): object {
    const { ResourceARN, Tags } = parse(tagSchema, input);
    const group = this.byArn(ResourceARN);
    const added = Object.fromEntries(Tags.map(({ Key, Value }) => [Key, Value]));
    this.store.put(group.name, { ...group, tags: { ...group.tags, ...added } });
    return {};
  }

  untag(input: unknown): object {
    const { ResourceARN, TagKeys } = parse(untagSchema, input);
    const group = this.byArn(ResourceARN);
    const left = Object.entries(group.tags ?? {}).filter(([key]) => !TagKeys.includes(key));
    this.store.put(group.name, { ...group, tags: Object.fromEntries(left) });
    return {};
  }

  /** Tags are kept of workgroups alone. */
  private byArn(arn: string): WorkGroup {
    const [, name] = /^arn:aws[\w-]*:athena:[^:]*:[^:]*:workgroup\/([\w.-]+)$/.exec(arn) ?? [];
    if (name === undefined) throw invalidRequest(`the local Athena tags workgroups only: ${arn}`);
    return this.require(name);
  }

  get(input: unknown): object {
    const group = this.require(parse(nameSchema, input).WorkGroup);
    return {
      WorkGroup: {
        Name: group.name,
        State: stateOf(group),
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

  list(input: unknown): object {
    const request = parse(pageSchema(50), input);
    const names = new Set(["primary", ...this.store.list().map(({ name }) => name)]);
    const { items, ...token } = pageOf([...names], request, 50);
    return {
      WorkGroups: items
        .map((name) => this.require(name))
        .map((group) => ({
          Name: group.name,
          State: stateOf(group),
          Description: group.description,
          CreationTime: group.createdMs / 1000,
          EngineVersion: engineVersion,
        })),
      ...token,
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

function stateOf({ enabled }: WorkGroup): "ENABLED" | "DISABLED" {
  return enabled ? "ENABLED" : "DISABLED";
}

type Updates = NonNullable<z.infer<typeof updateSchema>["ConfigurationUpdates"]>;

/** What is named is changed or, by its `Remove…`, taken away; the rest stays. */
function updateConfiguration(
  before: WorkGroup["configuration"],
  updates: Updates,
): WorkGroup["configuration"] {
  const {
    ResultConfigurationUpdates: result,
    RemoveBytesScannedCutoffPerQuery: removeCutoff,
    ...rest
  } = updates;
  const after: WorkGroup["configuration"] = { ...before, ...rest };
  if (removeCutoff === true) delete after.BytesScannedCutoffPerQuery;
  if (result === undefined) return after;
  const { RemoveOutputLocation: removeOutput, OutputLocation, ...others } = result;
  const configuration = { ...before.ResultConfiguration, ...others };
  if (OutputLocation !== undefined) configuration.OutputLocation = OutputLocation;
  if (removeOutput === true) delete configuration.OutputLocation;
  return { ...after, ResultConfiguration: configuration };
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  return parseInput(schema, input, "InvalidRequestException");
}
