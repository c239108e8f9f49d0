import { z } from "zod";
import { ApiError } from "../api-error";
import type { Catalog } from "../catalog";
import { parseInput } from "../wire";

const catalogSchema = z.looseObject({
  CatalogName: z.string().refine((name) => name.toLowerCase() === "awsdatacatalog", {
    error: "the local Athena has one catalog, AwsDataCatalog",
  }),
});
const databaseSchema = catalogSchema.extend({ DatabaseName: z.string() });
const tablesSchema = databaseSchema.extend({ Expression: z.string().optional() });
const tableSchema = databaseSchema.extend({ TableName: z.string() });

interface GlueTable {
  Name: string;
  TableType?: string;
  CreateTime?: number;
  LastAccessTime?: number;
  StorageDescriptor?: {
    Columns?: GlueColumn[];
    Location?: string;
    InputFormat?: string;
    OutputFormat?: string;
    SerdeInfo?: { SerializationLibrary?: string };
  };
  PartitionKeys?: GlueColumn[];
  Parameters?: Record<string, string>;
}

interface GlueColumn {
  Name: string;
  Type?: string;
  Comment?: string;
}

/** Athena's view of the catalog. */
export class Metadata {
  constructor(private readonly catalog: Catalog) {}

  listCatalogs(): object {
    return { DataCatalogsSummary: [{ CatalogName: "AwsDataCatalog", Type: "GLUE" }] };
  }

  async listDatabases(input: unknown): Promise<object> {
    parse(catalogSchema, input);
    const { DatabaseList } = await this.ask("GetDatabases", {});
    return { DatabaseList: (DatabaseList as { Name: string }[]).map(describeDatabase) };
  }

  async getDatabase(input: unknown): Promise<object> {
    const { DatabaseName } = parse(databaseSchema, input);
    const { Database } = await this.ask("GetDatabase", { Name: DatabaseName });
    return { Database: describeDatabase(Database as { Name: string }) };
  }

  async listTables(input: unknown): Promise<object> {
    const { DatabaseName, Expression } = parse(tablesSchema, input);
    await this.ask("GetDatabase", { Name: DatabaseName });
    const { TableList } = await this.ask("GetTables", { DatabaseName });
    const wanted = expressionPattern(Expression);
    const tables = (TableList as GlueTable[]).filter(({ Name }) => wanted.test(Name));
    return { TableMetadataList: tables.map(describeTable) };
  }

  async getTable(input: unknown): Promise<object> {
    const { DatabaseName, TableName } = parse(tableSchema, input);
    const { Table } = await this.ask("GetTable", { DatabaseName, Name: TableName });
    return { TableMetadata: describeTable(Table as GlueTable) };
  }

  /** SQLAlchemy's dialect looks for the catalog's own error in the message. */
  private async ask(operation: string, input: object): Promise<Record<string, unknown>> {
    try {
      return await this.catalog.call(operation, input);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const details = `Service: AmazonDataCatalog; Status Code: 400; Error Code: ${error.type}`;
      throw new ApiError("MetadataException", `${error.message} (${details})`);
    }
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
    Columns: (storage.Columns ?? []).map(describeColumn),
    PartitionKeys: (table.PartitionKeys ?? []).map(describeColumn),
    Parameters: Object.fromEntries(
      Object.entries(parameters).filter(([, value]) => typeof value === "string"),
    ),
  };
}

function describeColumn({ Name, Type, Comment }: GlueColumn): object {
  return { Name, Type: Type ?? "string", ...(Comment === undefined ? {} : { Comment }) };
}

/** `Expression` is a regular expression; one that is none is the client's fault. */
function expressionPattern(expression: string | undefined): RegExp {
  if (expression === undefined || expression === "") return /^/;
  try {
    // Glue's own form uses a bare star for anything.
    return new RegExp(`^(?:${expression.replaceAll(/(?<!\.)\*/g, ".*")})$`, "i");
  } catch {
    throw new ApiError("InvalidRequestException", `Expression is no pattern: ${expression}`);
  }
}

function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  return parseInput(schema, input, "InvalidRequestException");
}
