import { catalogName } from "../../trino/config";
import { parseS3Address } from "../objects";
import {
  type CatalogAnswer,
  type CatalogParts,
  getTable,
  glueColumn,
  runCatalogDdl,
} from "./catalog-ddl";
import type { DropDatabase, TableChange } from "./ddl/ddl";
import { DdlError, toDdlError } from "./ddl-error";
import type { Execution } from "./execution";
import { createTableAsSql, unloadSql, type WritingStatement } from "./files-sql";
import { type GlueTable, isIceberg, isView, listAll, tableInput } from "./glue-table";
import { changeIcebergSql, createIcebergSql, type TrinoStatement, wholeName } from "./iceberg-sql";
import { bindParameters, quoteName } from "./sql-text";
import type { Work } from "./statement";
import { readIcebergDetails } from "./table-description";
import { createUnloadDatabase, dropUnloadDatabase, unloadTable } from "./unload-database";

/** What Trino is to run for an execution, one statement after the other; the last one answers. */
export interface TrinoPlan {
  statements: readonly TrinoStatement[];
  /** After success: the address of the list of files that were written, where there is one. */
  finish?: () => Promise<string>;
  /** After the end, whatever it was. */
  cleanUp?: () => Promise<void>;
}

/**
 * Decides what an execution comes to: an answer from the catalog, or statements for Trino.
 *
 * @throws DdlError where the statement cannot be run as it is
 */
export async function planWork(
  execution: Execution,
  parts: Omit<CatalogParts, "database">,
): Promise<CatalogAnswer | TrinoPlan> {
  const { statement, parameters } = execution;
  const database = execution.database ?? "default";
  const all = { ...parts, database };
  const { work } = statement;
  switch (work.kind) {
    case "trino":
      return { statements: [{ sql: bindParameters(statement.sql, parameters), session: {} }] };
    // Done when the execution was started; an EXECUTE has become the statement it names.
    case "prepare":
    case "deallocate":
    case "execute":
      return { columns: [], rows: [] };
    case "drop-database":
      return planDropDatabase(work, parts);
    case "create-iceberg-table":
      return { statements: [createIcebergSql(work, database)] };
    case "create-table-as":
      return planWriting(
        createTableAsSql(work, database, `${execution.output}/`),
        execution,
        parts,
      );
    case "unload":
      return planUnload(work, execution, parts);
    case "optimize": {
      const table = await requireIceberg(work.table, all);
      const where = work.where === undefined ? "" : ` WHERE ${work.where}`;
      return { statements: [alter(table, `EXECUTE optimize${where}`)] };
    }
    case "vacuum":
      return planVacuum(await requireIceberg(work.table, all), parts);
    case "add-columns":
    case "replace-columns":
    case "change-column":
    case "drop-column":
    case "set-properties":
    case "set-location":
      return planChange(work, all);
    default:
      return runCatalogDdl(work, all);
  }
}

async function planDropDatabase(
  { name, ifExists }: DropDatabase,
  { catalog }: Omit<CatalogParts, "database">,
): Promise<TrinoPlan> {
  const DatabaseName = name;
  const tables = await listAll<GlueTable>(
    catalog,
    "GetTables",
    { DatabaseName },
    "TableList",
  ).catch(
    // Of a database that is not there: Trino says so, or lets it be.
    () => [],
  );
  const drops = tables.map((table) => {
    const kind = isView(table) ? "VIEW" : "TABLE";
    return `DROP ${kind} ${wholeName(catalogName, name, table.Name)}`;
  });
  const unless = ifExists ? "IF EXISTS " : "";
  const schema = `${quoteName(catalogName)}.${quoteName(name)}`;
  const statements = [...drops, `DROP SCHEMA ${unless}${schema}`];
  return { statements: statements.map((sql) => ({ sql, session: {} })) };
}

/** Writes only where nothing lies yet, as on AWS, and lists afterwards what was written. */
async function planWriting(
  written: WritingStatement,
  { parameters, output }: Execution,
  { objects }: Omit<CatalogParts, "database">,
): Promise<TrinoPlan> {
  const at = parseS3Address(written.location);
  if (at === undefined) throw new DdlError(`${written.location} is no S3 address`);
  for await (const object of objects.list(at)) {
    throw new DdlError(
      `HIVE_PATH_ALREADY_EXISTS: Target directory for table already exists: ${written.location} holds ${object.key}. You may need to manually clean the data at this location before retrying.`,
    );
  }
  return {
    statements: [{ sql: bindParameters(written.sql, parameters), session: written.session }],
    async finish() {
      const files: string[] = [];
      for await (const { bucket, key } of objects.list(at)) {
        if (!key.slice(at.key.length).startsWith("metadata/"))
          files.push(`s3://${bucket}/${key}\n`);
      }
      const manifest = `${output}-manifest.csv`;
      const to = parseS3Address(manifest);
      if (to !== undefined) await objects.writeText(files.join(""), to, "text/csv");
      return manifest;
    },
  };
}

/** UNLOAD is a table of files in a database of its own, which is forgotten afterwards. */
async function planUnload(
  work: Extract<Work, { kind: "unload" }>,
  execution: Execution,
  parts: Omit<CatalogParts, "database">,
): Promise<TrinoPlan> {
  // What is refused is refused before there is a database to drop.
  await planWriting(unloadSql(work, "", unloadTable), execution, parts);
  const database = await createUnloadDatabase(parts.catalog);
  const plan = await planWriting(unloadSql(work, database, unloadTable), execution, parts);
  return { ...plan, cleanUp: () => dropUnloadDatabase(parts.catalog, database) };
}

/**
 * VACUUM by the ages of the table's own properties; five days, as on AWS, where it has none.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html
 */
async function planVacuum(
  table: GlueTable,
  parts: Omit<CatalogParts, "database">,
): Promise<TrinoPlan> {
  const { properties } = await readIcebergDetails(table, parts.objects);
  const age = properties["vacuum_max_snapshot_age_seconds"] ?? "432000";
  const seconds = `${Number(age)}s`;
  return {
    statements: [
      alter(table, `EXECUTE expire_snapshots(retention_threshold => '${seconds}')`),
      alter(table, `EXECUTE remove_orphan_files(retention_threshold => '${seconds}')`),
    ],
  };
}

async function planChange(
  change: TableChange,
  parts: CatalogParts,
): Promise<CatalogAnswer | TrinoPlan> {
  const table = await getTable(change.table, parts);
  const done: CatalogAnswer = { columns: [], rows: [] };
  if (isIceberg(table)) {
    const statements = changeIcebergSql(change, table);
    return statements.length === 0 ? done : { statements };
  }
  const changed = changePlainTable(change, table);
  try {
    const DatabaseName = table.DatabaseName;
    await parts.catalog.call("UpdateTable", { DatabaseName, TableInput: tableInput(changed) });
  } catch (error) {
    throw toDdlError(error);
  }
  return done;
}

function changePlainTable(change: TableChange, table: GlueTable): GlueTable {
  const storage = table.StorageDescriptor ?? {};
  const Columns = storage.Columns ?? [];
  const withStorage = (more: object): GlueTable => ({
    ...table,
    StorageDescriptor: { ...storage, ...more },
  });
  switch (change.kind) {
    case "add-columns":
      return withStorage({ Columns: [...Columns, ...change.columns.map(glueColumn)] });
    case "replace-columns":
      return withStorage({ Columns: change.columns.map(glueColumn) });
    case "change-column": {
      const at = Columns.findIndex(({ Name }) => Name === change.from);
      if (at < 0) throw new DdlError(`Column ${change.from} not found in ${table.Name}`, 1006);
      return withStorage({ Columns: Columns.with(at, glueColumn(change.column)) });
    }
    case "set-properties":
      return { ...table, Parameters: { ...table.Parameters, ...change.properties } };
    case "set-location":
      return withStorage({ Location: change.location });
    case "drop-column":
      throw new DdlError(
        "DROP COLUMN is for Iceberg tables: REPLACE COLUMNS names those that stay",
      );
  }
}

async function requireIceberg(name: TableChange["table"], parts: CatalogParts): Promise<GlueTable> {
  const table = await getTable(name, parts);
  if (isIceberg(table)) return table;
  throw new DdlError(`NOT_SUPPORTED: ${table.Name} is no Iceberg table`);
}

function alter(table: GlueTable, rest: string): TrinoStatement {
  const name = wholeName(catalogName, table.DatabaseName ?? "", table.Name);
  return { sql: `ALTER TABLE ${name} ${rest}`, session: {} };
}
