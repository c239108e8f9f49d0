import { z } from "zod";
import { ApiError, invalidRequest } from "../api-error";
import { JsonStore } from "../json-store";
import { parseInput, toEpochSeconds } from "../wire";
import { pageOf, pageSchema } from "./paging";
import type { WorkGroups } from "./workgroups";

const nameSchema = z.looseObject({
  StatementName: z.string().regex(/^[a-zA-Z_][a-zA-Z0-9_@:]{0,255}$/),
  WorkGroup: z.string(),
});
const writeSchema = nameSchema.extend({
  QueryStatement: z.string().min(1).max(262_144),
  Description: z.string().max(1024).optional(),
});
const listSchema = z.looseObject({ WorkGroup: z.string(), ...pageSchema(50).shape });
const batchSchema = z.looseObject({
  PreparedStatementNames: z.array(z.string()).min(1).max(256),
  WorkGroup: z.string(),
});

/** A prepared statement as it is kept. */
interface PreparedStatement {
  name: string;
  workgroup: string;
  query: string;
  description: string | undefined;
  changedMs: number;
}

/**
 * Statements that a workgroup keeps by a name, for EXECUTE.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements.html
 */
export class PreparedStatements {
  private readonly store: JsonStore<PreparedStatement>;

  constructor(
    folder: string,
    private readonly workgroups: WorkGroups,
    private readonly now: () => number,
  ) {
    this.store = new JsonStore(folder);
  }

  /** The statement's text. @throws ApiError ResourceNotFoundException where there is none */
  queryOf(workgroup: string, name: string): string {
    return this.require(workgroup, name).query;
  }

  /** PREPARE: a name that is there gets the new text, as on AWS. */
  prepare(workgroup: string, name: string, query: string): void {
    this.store.put(keyOf(workgroup, name), {
      name,
      workgroup,
      query,
      description: undefined,
      changedMs: this.now(),
    });
  }

  /** DEALLOCATE PREPARE. */
  deallocate(workgroup: string, name: string): void {
    this.require(workgroup, name);
    this.store.remove(keyOf(workgroup, name));
  }

  create(input: unknown): object {
    const { StatementName, WorkGroup, QueryStatement, Description } = parse(writeSchema, input);
    this.workgroups.require(WorkGroup);
    const key = keyOf(WorkGroup, StatementName);
    if (this.store.get(key) !== undefined) {
      throw invalidRequest(`Prepared statement ${StatementName} already exists in ${WorkGroup}`);
    }
    this.store.put(key, {
      name: StatementName,
      workgroup: WorkGroup,
      query: QueryStatement,
      description: Description,
      changedMs: this.now(),
    });
    return {};
  }

  update(input: unknown): object {
    const { StatementName, WorkGroup, QueryStatement, Description } = parse(writeSchema, input);
    const before = this.require(WorkGroup, StatementName);
    this.store.put(keyOf(WorkGroup, StatementName), {
      ...before,
      query: QueryStatement,
      description: Description ?? before.description,
      changedMs: this.now(),
    });
    return {};
  }

  get(input: unknown): object {
    const { StatementName, WorkGroup } = parse(nameSchema, input);
    return { PreparedStatement: describe(this.require(WorkGroup, StatementName)) };
  }

  batchGet(input: unknown): object {
    const { PreparedStatementNames: names, WorkGroup } = parse(batchSchema, input);
    const found = names.map((name) => this.store.get(keyOf(WorkGroup, name)));
    return {
      PreparedStatements: found.filter((one) => one !== undefined).map(describe),
      UnprocessedPreparedStatementNames: names
        .filter((_, at) => found[at] === undefined)
        .map((StatementName) => ({
          StatementName,
          ErrorCode: "STATEMENT_NOT_FOUND",
          ErrorMessage: notFound(StatementName),
        })),
    };
  }

  list(input: unknown): object {
    const request = parse(listSchema, input);
    this.workgroups.require(request.WorkGroup);
    const all = this.store.list().filter(({ workgroup }) => workgroup === request.WorkGroup);
    const { items, ...token } = pageOf(all, request, 50);
    return {
      PreparedStatements: items.map(({ name, changedMs }) => ({
        StatementName: name,
        LastModifiedTime: toEpochSeconds(changedMs),
      })),
      ...token,
    };
  }

  remove(input: unknown): object {
    const { StatementName, WorkGroup } = parse(nameSchema, input);
    this.deallocate(WorkGroup, StatementName);
    return {};
  }

  private require(workgroup: string, name: string): PreparedStatement {
    const found = this.store.get(keyOf(workgroup, name));
    if (found === undefined) throw new ApiError("ResourceNotFoundException", notFound(name));
    return found;
  }
}

/** Names are told apart as in EXECUTE, without regard to case. */
function keyOf(workgroup: string, name: string): string {
  return `${workgroup}/${name.toLowerCase()}`;
}

function notFound(name: string): string {
  return `PreparedStatement ${name} was not found in workGroup`;
}

function describe({ name, query, workgroup, description, changedMs }: PreparedStatement): object {
  return {
    StatementName: name,
    QueryStatement: query,
    WorkGroupName: workgroup,
    ...(description === undefined ? {} : { Description: description }),
    LastModifiedTime: toEpochSeconds(changedMs),
  };
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  return parseInput(schema, input, "InvalidRequestException");
}
