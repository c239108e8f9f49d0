import { createHash } from "node:crypto";
import { z } from "zod";
import { invalidRequest } from "../api-error";
import { JsonStore } from "../json-store";
import { parseS3Address } from "../objects";
import { parseInput } from "../wire";
import { type Execution, noFigures } from "./execution";
import { type ExecutionStore, newExecutionId } from "./execution-store";
import type { QueryRunner } from "./query-runner";
import type { PreparedStatements } from "./prepared-statements";
import { maxAgeMinutes, type ResultReuse } from "./result-reuse";
import { readStatement, type Statement } from "./statement";
import type { WorkGroup, WorkGroups } from "./workgroups";

const startSchema = z.looseObject({
  QueryString: z.string().min(1).max(262_144),
  ClientRequestToken: z.string().min(32).max(128).optional(),
  QueryExecutionContext: z
    .looseObject({
      Database: z
        .string()
        // awswrangler sends it in the quotes of DDL.
        .regex(/^`?[A-Za-z0-9_-]{1,255}`?$/, { error: "is no name of a database" })
        .transform((name) => name.replaceAll("`", "").toLowerCase())
        .optional(),
      Catalog: z
        .string()
        .refine((name) => name.toLowerCase() === "awsdatacatalog", {
          error: "the local Athena has one catalog, AwsDataCatalog",
        })
        .optional(),
    })
    .optional(),
  ResultConfiguration: z.looseObject({ OutputLocation: z.string().optional() }).optional(),
  WorkGroup: z.string().optional(),
  ExecutionParameters: z.array(z.string().min(1).max(1024)).min(1).optional(),
  ResultReuseConfiguration: z
    .looseObject({
      ResultReuseByAgeConfiguration: z
        .looseObject({
          Enabled: z.boolean(),
          MaxAgeInMinutes: z.int().min(0).max(maxAgeMinutes).optional(),
        })
        .optional(),
    })
    .optional(),
});

type StartInput = z.infer<typeof startSchema>;

/** What StartQueryExecution works with. */
export interface StartQueryParts {
  store: ExecutionStore;
  runner: QueryRunner;
  workgroups: WorkGroups;
  prepared: PreparedStatements;
  reuse: ResultReuse;
  /** Folder of the request tokens seen. */
  tokens: string;
  now: () => number;
}

interface TokenRecord {
  id: string;
  /** Of the request's members that must be the same. */
  fingerprint: string;
}

/** The operation StartQueryExecution; the same token with the same request answers the same id. */
export function startQuery(parts: StartQueryParts): (input: unknown) => Promise<object> {
  const tokens = new JsonStore<TokenRecord>(parts.tokens);
  const starting = new Map<string, Promise<string>>();
  return async (raw) => {
    const input = parseInput(startSchema, raw, "InvalidRequestException");
    const token = input.ClientRequestToken;
    if (token === undefined) return { QueryExecutionId: await begin(input, parts) };
    const fingerprint = fingerprintOf(input);
    // A retry may come while the first call is still under way.
    await starting.get(token)?.catch(() => undefined);
    const seen = tokens.get(token);
    if (seen !== undefined && parts.store.get(seen.id) !== undefined) {
      if (seen.fingerprint !== fingerprint) {
        throw invalidRequest("Idempotent parameters do not match");
      }
      return { QueryExecutionId: seen.id };
    }
    const begun = begin(input, parts, (id) => tokens.put(token, { id, fingerprint }));
    starting.set(token, begun);
    try {
      return { QueryExecutionId: await begun };
    } finally {
      starting.delete(token);
    }
  };
}

async function begin(
  input: StartInput,
  parts: StartQueryParts,
  onId: (id: string) => void = () => undefined,
): Promise<string> {
  const { store, runner, workgroups, reuse, now } = parts;
  const group = workgroups.requireEnabled(input.WorkGroup ?? "primary");
  const { statement, parameters } = resolve(input, group.name, parts.prepared);
  const id = newExecutionId(now());
  const byAge = input.ResultReuseConfiguration?.ResultReuseByAgeConfiguration;
  const execution: Execution = {
    id,
    query: input.QueryString,
    statement,
    parameters,
    database: input.QueryExecutionContext?.Database,
    workgroup: group.name,
    output: outputOf(input, group, statement, id),
    state: "QUEUED",
    submittedMs: now(),
    figures: noFigures,
    columns: [],
    rows: 0,
    reuse: { enabled: byAge?.Enabled ?? false, maxAgeMinutes: byAge?.MaxAgeInMinutes ?? 60 },
  };
  const earlier = await reuse.find(execution);
  if (earlier !== undefined) {
    const { output, columns, rows } = earlier;
    const completedMs = now();
    const again = { ...execution, output, columns, rows, reusedId: earlier.id, completedMs };
    store.put({ ...again, state: "SUCCEEDED" });
    onId(id);
    return id;
  }
  await runner.start(execution, group.configuration.BytesScannedCutoffPerQuery);
  const after = runner.get(id);
  // As on AWS, what does not parse is no execution at all.
  if (after?.state === "FAILED" && after.error?.name === "SYNTAX_ERROR") {
    const [, words = ""] = /^SYNTAX_ERROR: (.*)$/s.exec(after.reason ?? "") ?? [];
    if (/mismatched input|extraneous input|no viable alternative|missing/.test(words)) {
      store.remove(id);
      throw invalidRequest(words, "MALFORMED_QUERY");
    }
  }
  onId(id);
  return id;
}

/** The statement to run: of EXECUTE the one that was prepared, PREPARE and its like done here. */
function resolve(
  { QueryString, ExecutionParameters = [] }: StartInput,
  workgroup: string,
  prepared: PreparedStatements,
): { statement: Statement; parameters: readonly string[] } {
  const statement = readStatement(QueryString);
  const { work } = statement;
  switch (work.kind) {
    case "prepare":
      // What could not be run is not prepared either.
      readStatement(work.query);
      prepared.prepare(workgroup, work.name, work.query);
      break;
    case "deallocate":
      prepared.deallocate(workgroup, work.name);
      break;
    case "execute": {
      const inner = readStatement(prepared.queryOf(workgroup, work.name));
      return { statement: inner, parameters: [...work.parameters, ...ExecutionParameters] };
    }
  }
  return { statement, parameters: ExecutionParameters };
}

/** The result's address: the workgroup's where it enforces one, else the request's. */
function outputOf(input: StartInput, group: WorkGroup, statement: Statement, id: string): string {
  const { ResultConfiguration, EnforceWorkGroupConfiguration } = group.configuration;
  const theirs = input.ResultConfiguration?.OutputLocation;
  const ours = ResultConfiguration?.OutputLocation;
  const location = EnforceWorkGroupConfiguration === true ? (ours ?? theirs) : (theirs ?? ours);
  if (location === undefined) {
    throw invalidRequest(
      "No output location provided. An output location is required either through the Workgroup result configuration setting or as an API input.",
    );
  }
  if (parseS3Address(location) === undefined) {
    throw invalidRequest(`outputLocation is not a valid S3 path: ${location}`);
  }
  const folder = location.endsWith("/") ? location : `${location}/`;
  if (statement.work.kind === "unload") return `${folder}${id}`;
  if (statement.file === undefined) return `${folder}tables/${id}`;
  return `${folder}${id}.${statement.file}`;
}

function fingerprintOf(input: StartInput): string {
  const members = JSON.stringify({ ...input, ClientRequestToken: undefined });
  return createHash("sha256").update(members).digest("hex");
}
