import { runQuery } from "../athena/query";
import type { Row } from "../athena/values";
import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { awsError, errorName, openGlue } from "../glue/client";
import { type TableDefinition, type TableName, tables } from "../tables";

/** Files, partitions and snapshots of a table. */
export interface TableFigures {
  table: string;
  rows: number;
  files: number;
  /** Of the data files. */
  bytes: number;
  /** Data files below {@link smallFileBytes}. */
  small_files: number;
  /** Null where the table has none. */
  partitions: number | null;
  /** Files that say which rows of others were deleted. */
  delete_files: number;
  snapshots: number;
  /** When the latest snapshot was made, ISO 8601; null where nothing was ever written. */
  written_at: string | null;
  /** When the maintenance job last went over it, ISO 8601. */
  maintained_at: string | null;
}

/** Below this a file costs a query more in opening it than in reading it. */
export const smallFileBytes = 8 * 1024 * 1024;

/**
 * How the lake's tables lie in S3, by one query over Iceberg's metadata tables, which reads no data.
 * Only tables that exist are in the answer.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-table-metadata.html
 * @throws {@link WorkbenchError} code ATHENA, GLUE or ENGINE
 */
export async function readTableFigures(
  settings: Settings,
  effects: Effects,
): Promise<TableFigures[]> {
  const names = await existingTables(settings);
  if (names.length === 0) return [];
  const { rows } = await runQuery(settings, figuresSql(names), {}, effects);
  const byName = new Map(rows.map((row) => [row["table_name"], row]));
  return names.flatMap((name) => {
    const row = byName.get(name);
    return row === undefined ? [] : [figuresOf(name, row)];
  });
}

/** The query over the tables of these names. */
export function figuresSql(names: readonly TableName[]): string {
  const parts = names.map(
    (name) => `SELECT '${name}' AS table_name, f.*, p.partitions, s.snapshots, s.written_at
FROM (
  SELECT
    coalesce(sum(CASE content WHEN 0 THEN record_count WHEN 1 THEN -record_count END), 0) AS rows_there,
    count_if(content = 0) AS files,
    coalesce(sum(CASE content WHEN 0 THEN file_size_in_bytes END), 0) AS bytes,
    count_if(content = 0 AND file_size_in_bytes < ${smallFileBytes}) AS small_files,
    count_if(content <> 0) AS delete_files
  FROM "${name}$files"
) f
CROSS JOIN (SELECT count(*) AS partitions FROM "${name}$partitions") p
CROSS JOIN (
  SELECT count(*) AS snapshots, max(committed_at) AS written_at FROM "${name}$snapshots"
) s`,
  );
  const figures = parts.join("\nUNION ALL\n");
  if (!names.includes("maintenance_runs")) {
    return `SELECT figures.*, NULL AS maintained_at FROM (\n${figures}\n) figures`;
  }
  return `SELECT figures.*, m.maintained_at FROM (\n${figures}\n) figures
LEFT JOIN (
  SELECT table_name, max(maintained_at) AS maintained_at FROM maintenance_runs GROUP BY table_name
) m ON m.table_name = figures.table_name`;
}

function figuresOf(name: TableName, row: Row): TableFigures {
  const definition: TableDefinition = tables[name];
  const count = (column: string): number => Number(row[column] ?? 0);
  const time = (column: string): string | null => {
    const value = row[column];
    return typeof value === "string" ? value : null;
  };
  return {
    table: name,
    rows: count("rows_there"),
    files: count("files"),
    bytes: count("bytes"),
    small_files: count("small_files"),
    partitions: definition.partitionedBy.length === 0 ? null : count("partitions"),
    delete_files: count("delete_files"),
    snapshots: count("snapshots"),
    written_at: time("written_at"),
    maintained_at: time("maintained_at"),
  };
}

/** The names of ours that the catalog has: what an older version has made lacks some. */
async function existingTables(
  settings: Pick<Settings, "aws" | "glue" | "processedBucket">,
): Promise<TableName[]> {
  const { sdk, client } = await openGlue(settings);
  const { database } = settings.glue;
  const found = new Set<string>();
  try {
    let token: string | undefined;
    do {
      const page = await client.send(
        new sdk.GetTablesCommand({
          DatabaseName: database,
          ...(token === undefined ? {} : { NextToken: token }),
        }),
      );
      for (const { Name } of page.TableList ?? []) found.add(Name ?? "");
      token = page.NextToken === "" ? undefined : page.NextToken;
    } while (token !== undefined);
  } catch (error) {
    if (errorName(error) === "EntityNotFoundException") return [];
    throw awsError(error, "GLUE", `listing the tables of ${database}`, settings);
  } finally {
    client.destroy();
  }
  return (Object.keys(tables) as TableName[]).filter((name) => found.has(name));
}
