import { z } from "zod";
import { invalidRequest } from "../api-error";
import { type Operation, parseInput } from "../wire";
import { describeExecution, describeRuntime, engineVersion, type Execution } from "./execution";
import type { ExecutionStore } from "./execution-store";
import type { Metadata } from "./metadata";
import type { NamedQueries } from "./named-queries";
import type { PreparedStatements } from "./prepared-statements";
import { pageOfResults } from "./query-results";
import type { QueryRunner } from "./query-runner";
import type { ResultReuse } from "./result-reuse";
import { startQuery } from "./start-query";
import type { WorkGroups } from "./workgroups";

const idSchema = z.looseObject({ QueryExecutionId: z.string() });
const batchSchema = z.looseObject({ QueryExecutionIds: z.array(z.string()).min(1).max(50) });
const listSchema = z.looseObject({
  WorkGroup: z.string().optional(),
  MaxResults: z.int().min(0).max(50).optional(),
  NextToken: z.string().optional(),
});
const resultsSchema = idSchema.extend({
  MaxResults: z.int().min(1).max(1000).optional(),
  NextToken: z.string().optional(),
});

/** What Athena's operations work with. */
export interface AthenaParts {
  store: ExecutionStore;
  runner: QueryRunner;
  workgroups: WorkGroups;
  metadata: Metadata;
  prepared: PreparedStatements;
  named: NamedQueries;
  reuse: ResultReuse;
  tokens: string;
  now: () => number;
}

/** Athena's operations, by name. */
export function athenaOperations(parts: AthenaParts): Record<string, Operation> {
  const { store, runner, workgroups, metadata, prepared, named, now } = parts;
  const need = (id: string): Execution => {
    const execution = runner.get(id);
    if (execution === undefined) throw invalidRequest(`QueryExecution ${id} was not found`);
    return execution;
  };
  return {
    StartQueryExecution: startQuery(parts),
    GetQueryExecution: (input) => ({
      QueryExecution: describeExecution(need(parse(idSchema, input).QueryExecutionId), now()),
    }),
    BatchGetQueryExecution: (input) => batchGet(parse(batchSchema, input), parts),
    StopQueryExecution: async (input) => {
      const { QueryExecutionId: id } = parse(idSchema, input);
      need(id);
      await runner.stop(id);
      return {};
    },
    ListQueryExecutions: (input) => {
      const request = parse(listSchema, input);
      workgroups.require(request.WorkGroup ?? "primary");
      return listExecutions(request, store);
    },
    GetQueryResults: (input) => {
      const { QueryExecutionId: id, MaxResults, NextToken } = parse(resultsSchema, input);
      const execution = need(id);
      const dir = store.dir(execution.reusedId ?? id);
      return pageOfResults(execution, dir, { maxResults: MaxResults, token: NextToken });
    },
    GetQueryRuntimeStatistics: (input) => ({
      QueryRuntimeStatistics: describeRuntime(need(parse(idSchema, input).QueryExecutionId), now()),
    }),
    CreateWorkGroup: (input) => workgroups.create(input),
    GetWorkGroup: (input) => workgroups.get(input),
    ListWorkGroups: (input) => workgroups.list(input),
    UpdateWorkGroup: (input) => workgroups.update(input),
    DeleteWorkGroup: (input) => workgroups.remove(input),
    TagResource: (input) => workgroups.tag(input),
    UntagResource: (input) => workgroups.untag(input),
    ListTagsForResource: (input) => workgroups.listTags(input),
    ListEngineVersions: () => ({
      EngineVersions: [
        engineVersion,
        { ...engineVersion, SelectedEngineVersion: engineVersion.EffectiveEngineVersion },
      ],
    }),
    CreatePreparedStatement: (input) => prepared.create(input),
    GetPreparedStatement: (input) => prepared.get(input),
    BatchGetPreparedStatement: (input) => prepared.batchGet(input),
    ListPreparedStatements: (input) => prepared.list(input),
    UpdatePreparedStatement: (input) => prepared.update(input),
    DeletePreparedStatement: (input) => prepared.remove(input),
    CreateNamedQuery: (input) => named.create(input),
    GetNamedQuery: (input) => named.get(input),
    BatchGetNamedQuery: (input) => named.batchGet(input),
    ListNamedQueries: (input) => named.list(input),
    UpdateNamedQuery: (input) => named.update(input),
    DeleteNamedQuery: (input) => named.remove(input),
    ListDataCatalogs: () => metadata.listCatalogs(),
    GetDataCatalog: (input) => metadata.getCatalog(input),
    ListDatabases: (input) => metadata.listDatabases(input),
    GetDatabase: (input) => metadata.getDatabase(input),
    ListTableMetadata: (input) => metadata.listTables(input),
    GetTableMetadata: (input) => metadata.getTable(input),
  };
}

function batchGet({ QueryExecutionIds }: z.infer<typeof batchSchema>, parts: AthenaParts): object {
  const found = QueryExecutionIds.map((id) => parts.runner.get(id));
  return {
    QueryExecutions: found
      .filter((one) => one !== undefined)
      .map((one) => describeExecution(one, parts.now())),
    UnprocessedQueryExecutionIds: QueryExecutionIds.filter((_, at) => found[at] === undefined).map(
      (id) => ({
        QueryExecutionId: id,
        ErrorCode: "INVALID_INPUT",
        ErrorMessage: `QueryExecution ${id} was not found`,
      }),
    ),
  };
}

/** Ids of a workgroup, latest first; the token is the id after which the next page begins. */
function listExecutions(input: z.infer<typeof listSchema>, store: ExecutionStore): object {
  const workgroup = input.WorkGroup ?? "primary";
  const size = input.MaxResults === undefined || input.MaxResults === 0 ? 50 : input.MaxResults;
  const ids: string[] = [];
  const { NextToken: after } = input;
  for (const id of store.ids()) {
    if (after !== undefined && id >= after) continue;
    if (store.get(id)?.workgroup !== workgroup) continue;
    if (ids.length === size) return { QueryExecutionIds: ids, NextToken: ids.at(-1) };
    ids.push(id);
  }
  return { QueryExecutionIds: ids };
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  return parseInput(schema, input, "InvalidRequestException");
}
