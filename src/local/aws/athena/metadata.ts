import { randomUUID } from "node:crypto";
import { z } from "zod";
import { ApiError } from "../api-error";
import type { Catalog } from "../catalog";
import { parseInput } from "../wire";
import { columnsOf, type GlueColumn, type GlueTable, listAll } from "./glue-table";
import { pageOf, pageSchema } from "./paging";

const catalogSchema = z.looseObject({
  CatalogName: z.string().refine((name) => name.toLowerCase() === "awsdatacatalog", {
    error: "the local Athena has one catalog, AwsDataCatalog",
  }),
});
const databaseSchema = catalogSchema.extend({ DatabaseName: z.string() });
const tablesSchema = databaseSchema.extend({ Expression: z.string().optional() });
const tableSchema = databaseSchema.extend({ TableName: z.string() });

/** Athena's view of the catalog. */
export class Metadata {
  constructor(private readonly catalog: Catalog) {}

  listCatalogs(): object {
    return { DataCatalogsSummary: [{ CatalogName: "AwsDataCatalog", Type: "GLUE" }] };
  }

  getCatalog(input: unknown): object {
    const { Name } = parse(z.looseObject({ Name: z.string() }), input);
    parse(catalogSchema, { CatalogName: Name });
    return { DataCatalog: { Name: "AwsDataCatalog", Type: "GLUE", Parameters: {} } };
  }

  async listDatabases(input: unknown): Promise<object> {
    const request = parse(catalogSchema.extend(pageSchema(50).shape), input);
    const all = await this.askAll<{ Name: string }>("GetDatabases", {}, "DatabaseList");
    const { items, ...token } = pageOf(all, request, 50);
    return { DatabaseList: items.map(describeDatabase), ...token };
  }

  async getDatabase(input: unknown): Promise<object> {
    const { DatabaseName } = parse(databaseSchema, input);
    const { Database } = await this.ask("GetDatabase", { Name: DatabaseName });
    return { Database: describeDatabase(Database as { Name: string }) };
  }

  async listTables(input: unknown): Promise<object> {
    const request = parse(tablesSchema.extend(pageSchema(50).shape), input);
    const { DatabaseName, Expression } = request;
    await this.ask("GetDatabase", { Name: DatabaseName });
    const all = await this.askAll<GlueTable>("GetTables", { DatabaseName }, "TableList");
    const wanted = catalogPattern(Expression);
    const { items, ...token } = pageOf(
      all.filter(({ Name }) => wanted.test(Name)),
      request,
      50,
    );
    return { TableMetadataList: items.map(describeTable), ...token };
  }

  async getTable(input: unknown): Promise<object> {
    const { DatabaseName, TableName } = parse(tableSchema, input);
    const { Table } = await this.ask("GetTable", { DatabaseName, Name: TableName });
    return { TableMetadata: describeTable(Table as GlueTable) };
  }

  private ask(operation: string, input: object): Promise<Record<string, unknown>> {
    return asMetadata(() => this.catalog.call(operation, input));
  }

  private askAll<T>(operation: string, input: object, member: string): Promise<T[]> {
    return asMetadata(() => listAll<T>(this.catalog, operation, input, member));
  }
}

/** The catalog's own error stands in the message; PyAthena's dialect for SQLAlchemy takes it apart. */
async function asMetadata<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const service = `Service: AmazonDataCatalog; Status Code: 400; Error Code: ${error.type}`;
    const details = `${service}; Request ID: ${randomUUID()}; Proxy: null`;
    throw new ApiError("MetadataException", `${error.message} (${details})`);
  }
}

function describeDatabase(database: {
  Name: string;
  Description?: string;
  Parameters?: Record<string, string>;
}): object {
  return {
    Name: database.Name,
    Description: database.Description ?? "",
    Parameters: database.Parameters ?? {},
  };
}

/** A Glue table as `TableMetadata`: format and place are among the parameters. */
function describeTable(table: GlueTable): object {
  const storage = table.StorageDescriptor ?? {};
  const parameters: Record<string, string | undefined> = {
    ...table.Parameters,
    location: storage.Location,
    inputformat: storage.InputFormat,
    outputformat: storage.OutputFormat,
    "serde.serialization.lib": storage.SerdeInfo?.SerializationLibrary,
  };
  return {
    Name: table.Name,
    TableType: table.TableType ?? "EXTERNAL_TABLE",
    CreateTime: table.CreateTime ?? 0,
    LastAccessTime: table.LastAccessTime ?? 0,
    Columns: columnsOf(table).map(describeColumn),
    PartitionKeys: (table.PartitionKeys ?? []).map(describeColumn),
    Parameters: Object.fromEntries(
      Object.entries(parameters).filter(([, value]) => typeof value === "string"),
    ),
  };
}

function describeColumn({ Name, Type, Comment }: GlueColumn): object {
  return { Name, Type: Type ?? "string", ...(Comment === undefined ? {} : { Comment }) };
}

/**
 * The pattern of `Expression`, SHOW TABLES and SHOW DATABASES: a regular expression, in which a
 * bare star stands for anything.
 *
 * @throws ApiError InvalidRequestException for one that is none
 */
export function catalogPattern(expression: string | undefined): RegExp {
  if (expression === undefined || expression === "") return /^/;
  try {
    return new RegExp(`^(?:${expression.replaceAll(/(?<!\.)\*/g, ".*")})$`, "i");
  } catch {
    throw new ApiError("InvalidRequestException", `Expression is no pattern: ${expression}`);
  }
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  return parseInput(schema, input, "InvalidRequestException");
}
