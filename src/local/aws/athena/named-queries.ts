import { randomUUID } from "node:crypto";
import { z } from "zod";
import { invalidRequest } from "../api-error";
import { JsonStore } from "../json-store";
import { parseInput } from "../wire";
import { pageOf, pageSchema } from "./paging";
import type { WorkGroups } from "./workgroups";

const createSchema = z.looseObject({
  Name: z.string().min(1).max(128),
  Description: z.string().max(1024).optional(),
  Database: z.string().min(1).max(255),
  QueryString: z.string().min(1).max(262_144),
  ClientRequestToken: z.string().min(32).max(128).optional(),
  WorkGroup: z.string().optional(),
});
const idSchema = z.looseObject({ NamedQueryId: z.string() });
const updateSchema = idSchema.extend({
  Name: z.string().min(1).max(128),
  Description: z.string().max(1024).optional(),
  QueryString: z.string().min(1).max(262_144),
});
const batchSchema = z.looseObject({ NamedQueryIds: z.array(z.string()).min(1).max(50) });
const listSchema = z.looseObject({ WorkGroup: z.string().optional(), ...pageSchema(50).shape });

interface NamedQuery {
  NamedQueryId: string;
  Name: string;
  Description?: string | undefined;
  Database: string;
  QueryString: string;
  WorkGroup: string;
}

/** A named query with the token that made it: the same token again makes no second one. */
interface Kept {
  query: NamedQuery;
  token: string | undefined;
}

/**
 * Queries kept by a name, for people.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/saved-queries.html
 */
export class NamedQueries {
  private readonly store: JsonStore<Kept>;

  constructor(
    folder: string,
    private readonly workgroups: WorkGroups,
  ) {
    this.store = new JsonStore(folder);
  }

  create(input: unknown): object {
    const {
      ClientRequestToken: token,
      WorkGroup = "primary",
      ...rest
    } = parse(createSchema, input);
    this.workgroups.require(WorkGroup);
    const same = this.store.list().find((kept) => token !== undefined && kept.token === token);
    if (same !== undefined) return { NamedQueryId: same.query.NamedQueryId };
    const { Name, Description, Database, QueryString } = rest;
    const NamedQueryId = randomUUID();
    const query = { NamedQueryId, Name, Description, Database, QueryString, WorkGroup };
    this.store.put(NamedQueryId, { query, token });
    return { NamedQueryId };
  }

  get(input: unknown): object {
    return { NamedQuery: this.require(parse(idSchema, input).NamedQueryId).query };
  }

  batchGet(input: unknown): object {
    const { NamedQueryIds: ids } = parse(batchSchema, input);
    const found = ids.map((id) => this.store.get(id)?.query);
    return {
      NamedQueries: found.filter((one) => one !== undefined),
      UnprocessedNamedQueryIds: ids
        .filter((_, at) => found[at] === undefined)
        .map((NamedQueryId) => ({
          NamedQueryId,
          ErrorCode: "INVALID_INPUT",
          ErrorMessage: `NamedQuery ${NamedQueryId} was not found`,
        })),
    };
  }

  list(input: unknown): object {
    const request = parse(listSchema, input);
    const workgroup = request.WorkGroup ?? "primary";
    const all = this.store.list().filter(({ query }) => query.WorkGroup === workgroup);
    const { items, ...token } = pageOf(all, request, 50);
    return { NamedQueryIds: items.map(({ query }) => query.NamedQueryId), ...token };
  }

  update(input: unknown): object {
    const { NamedQueryId, Name, Description, QueryString } = parse(updateSchema, input);
    const kept = this.require(NamedQueryId);
    this.store.put(NamedQueryId, {
      ...kept,
      query: {
        ...kept.query,
        Name,
        QueryString,
        ...(Description === undefined ? {} : { Description }),
      },
    });
    return {};
  }

  remove(input: unknown): object {
    const { NamedQueryId } = parse(idSchema, input);
    this.require(NamedQueryId);
    this.store.remove(NamedQueryId);
    return {};
  }

  private require(id: string): Kept {
    const kept = this.store.get(id);
    if (kept === undefined) throw invalidRequest(`NamedQuery ${id} was not found`);
    return kept;
  }
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  return parseInput(schema, input, "InvalidRequestException");
}
