import { ApiError } from "../api-error";
import type { Catalog } from "../catalog";
import type { Objects } from "../objects";
import type { CatalogDdl, CreateExternalTable, HiveColumn } from "./ddl/ddl";
import { formatHiveType } from "./ddl/hive-type";
import type { TableName } from "./ddl/token-reader";
import { DdlError, toDdlError } from "./ddl-error";
import {
  columnsOf,
  type GlueColumn,
  type GlueTable,
  isIceberg,
  isView,
  listAll,
} from "./glue-table";
import { storageFormat } from "./hive-formats";
import { catalogPattern } from "./metadata";
import { Partitions } from "./partitions";
import {
  createTableLines,
  describeLines,
  detailLines,
  readIcebergDetails,
} from "./table-description";

/** What a statement on the catalog answers: columns of texts, and lines. */
export interface CatalogAnswer {
  columns: readonly string[];
  rows: readonly (readonly string[])[];
}

/** What {@link runCatalogDdl} works on. */
export interface CatalogParts {
  catalog: Catalog;
  objects: Objects;
  /** The database of a name that has none. */
  database: string;
}

const nothing: CatalogAnswer = { columns: [], rows: [] };

/**
 * Runs a statement that reads or changes the catalog alone.
 *
 * @throws DdlError in the words of Athena's DDL
 */
export async function runCatalogDdl(ddl: CatalogDdl, parts: CatalogParts): Promise<CatalogAnswer> {
  try {
    return await run(ddl, parts);
  } catch (error) {
    throw toDdlError(error);
  }
}

async function run(ddl: CatalogDdl, parts: CatalogParts): Promise<CatalogAnswer> {
  const { catalog, objects } = parts;
  const partitions = async ({ table }: { table: TableName }): Promise<Partitions> =>
    new Partitions(catalog, await getTable(table, parts));
  switch (ddl.kind) {
    case "create-database":
      return createDatabase(ddl, catalog);
    case "create-external-table":
      return createExternalTable(ddl, parts);
    case "add-partitions":
      await (await partitions(ddl)).add(ddl);
      return nothing;
    case "drop-partitions":
      await (await partitions(ddl)).drop(ddl);
      return nothing;
    case "repair-table":
      return lines("result", await (await partitions(ddl)).repair(objects));
    case "show-partitions":
      return lines("partition", await (await partitions(ddl)).names());
    case "show-databases": {
      const databases = await listAll<{ Name: string }>(
        catalog,
        "GetDatabases",
        {},
        "DatabaseList",
      );
      return lines("database_name", matching(databases, ddl.pattern));
    }
    case "show-tables": {
      const DatabaseName = ddl.database ?? parts.database;
      const tables = await listAll<GlueTable>(catalog, "GetTables", { DatabaseName }, "TableList");
      const wanted = ddl.views ? tables.filter(isView) : tables;
      return lines(ddl.views ? "views" : "tab_name", matching(wanted, ddl.pattern));
    }
    case "show-columns": {
      const table = await getTable(ddl.table, parts);
      const columns = [...columnsOf(table), ...(table.PartitionKeys ?? [])];
      return lines(
        "field",
        columns.map(({ Name }) => Name),
      );
    }
    case "show-properties":
      return showProperties(ddl, await getTable(ddl.table, parts));
    case "show-create-table": {
      const table = await getTable(ddl.table, parts);
      const iceberg = isIceberg(table) ? await readIcebergDetails(table, objects) : undefined;
      return lines("createtab_stmt", createTableLines(table, iceberg));
    }
    case "describe": {
      const table = await getTable(ddl.table, parts);
      const columns = ["col_name", "data_type", "comment"];
      if (ddl.column !== undefined) {
        const all = [...columnsOf(table), ...(table.PartitionKeys ?? [])];
        const column = all.find(({ Name }) => Name.toLowerCase() === ddl.column);
        if (column === undefined)
          throw new DdlError(`Column ${ddl.column} not found in ${table.Name}`, 1006);
        const only = { Name: table.Name, StorageDescriptor: { Columns: [column] } };
        return { columns, rows: describeLines(only, undefined).map((line) => [line]) };
      }
      const iceberg = isIceberg(table) ? await readIcebergDetails(table, objects) : undefined;
      const more = ddl.formatted ? detailLines(table) : [];
      // As on AWS, a line is one value, though there are three columns.
      return { columns, rows: [...describeLines(table, iceberg), ...more].map((line) => [line]) };
    }
  }
}

/** The table of that name. @throws DdlError where there is none */
export async function getTable(
  name: TableName,
  { catalog, database }: Pick<CatalogParts, "catalog" | "database">,
): Promise<GlueTable> {
  const DatabaseName = name.database ?? database;
  try {
    const { Table } = await catalog.call("GetTable", { DatabaseName, Name: name.name });
    return Table as GlueTable;
  } catch (error) {
    if (!(error instanceof ApiError) || error.type !== "EntityNotFoundException") throw error;
    throw new DdlError(
      `FAILED: SemanticException [Error 10001]: Table not found ${DatabaseName}.${name.name}`,
      1301,
    );
  }
}

async function createDatabase(
  ddl: Extract<CatalogDdl, { kind: "create-database" }>,
  catalog: Catalog,
): Promise<CatalogAnswer> {
  const { name: Name, comment, location, properties } = ddl;
  const DatabaseInput = {
    Name,
    Parameters: properties,
    ...(comment === undefined ? {} : { Description: comment }),
    ...(location === undefined ? {} : { LocationUri: location }),
  };
  await unlessThere(ddl, () => catalog.call("CreateDatabase", { DatabaseInput }));
  return nothing;
}

async function createExternalTable(
  ddl: CreateExternalTable,
  { catalog, database }: CatalogParts,
): Promise<CatalogAnswer> {
  const TableInput = {
    Name: ddl.table.name,
    TableType: "EXTERNAL_TABLE",
    ...(ddl.comment === undefined ? {} : { Description: ddl.comment }),
    Parameters: { EXTERNAL: "TRUE", ...ddl.properties },
    PartitionKeys: ddl.partitions.map(glueColumn),
    StorageDescriptor: {
      Columns: ddl.columns.map(glueColumn),
      Location: ddl.location.endsWith("/") ? ddl.location : `${ddl.location}/`,
      ...storageFormat(ddl.rowFormat, ddl.storedAs),
    },
  };
  const DatabaseName = ddl.table.database ?? database;
  await unlessThere(ddl, () => catalog.call("CreateTable", { DatabaseName, TableInput }));
  return nothing;
}

/** A column as the catalog keeps it. */
export function glueColumn({ name, type, comment }: HiveColumn): GlueColumn {
  return {
    Name: name,
    Type: formatHiveType(type),
    ...(comment === undefined ? {} : { Comment: comment }),
  };
}

async function unlessThere(
  ddl: { ifNotExists: boolean },
  make: () => Promise<unknown>,
): Promise<void> {
  try {
    await make();
  } catch (error) {
    const there = error instanceof ApiError && error.type === "AlreadyExistsException";
    if (!there || !ddl.ifNotExists) throw error;
  }
}

function showProperties(
  { property }: Extract<CatalogDdl, { kind: "show-properties" }>,
  { Parameters = {} }: GlueTable,
): CatalogAnswer {
  const columns = ["prpt_name", "prpt_value"];
  if (property === undefined) {
    return {
      columns,
      rows: Object.entries(Parameters).map(([name, value]) => [`${name}\t${value}`]),
    };
  }
  const value = Parameters[property];
  return { columns, rows: value === undefined ? [] : [[`${property}\t${value}`]] };
}

function matching(items: readonly { Name: string }[], pattern: string | undefined): string[] {
  const wanted = catalogPattern(pattern);
  return items
    .map(({ Name }) => Name)
    .filter((name) => wanted.test(name))
    .sort();
}

function lines(column: string, texts: readonly string[]): CatalogAnswer {
  return { columns: [column], rows: texts.map((text) => [text]) };
}
