import type { CatalogDdl } from "./ddl";
import type { TableName, TokenReader } from "./token-reader";

/**
 * SHOW, from after this word on.
 *
 * @returns undefined for what Trino answers itself
 * @see https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
 */
export function readShow(reader: TokenReader): CatalogDdl | undefined {
  const shown = readShown(reader);
  if (shown !== undefined) reader.end();
  return shown;
}

function readShown(reader: TokenReader): CatalogDdl | undefined {
  if (reader.take("DATABASES") || reader.take("SCHEMAS")) {
    return { kind: "show-databases", pattern: takePattern(reader) };
  }
  const views = reader.take("VIEWS");
  if (views || reader.take("TABLES")) {
    const database = takeDatabase(reader);
    return { kind: "show-tables", database, pattern: takePattern(reader), views };
  }
  if (reader.take("COLUMNS")) {
    if (!reader.take("IN")) reader.expect("FROM");
    return { kind: "show-columns", table: inDatabase(reader.table(), takeDatabase(reader)) };
  }
  if (reader.take("PARTITIONS")) return { kind: "show-partitions", table: reader.table() };
  if (reader.take("TBLPROPERTIES")) {
    const table = reader.table();
    const property = reader.done ? undefined : reader.list(() => reader.string())[0];
    return { kind: "show-properties", table, property };
  }
  if (reader.take("CREATE", "TABLE")) return { kind: "show-create-table", table: reader.table() };
  return undefined;
}

/** DESCRIBE, from after this word on; undefined for what Trino answers itself. */
export function readDescribe(reader: TokenReader): CatalogDdl | undefined {
  // Of a prepared statement.
  if (reader.sees("INPUT") || reader.sees("OUTPUT")) return undefined;
  reader.take("VIEW");
  const formatted = reader.take("FORMATTED") || reader.take("EXTENDED");
  const table = reader.table();
  const column = reader.done ? undefined : reader.name();
  reader.end();
  return { kind: "describe", table, formatted, column };
}

function takeDatabase(reader: TokenReader): string | undefined {
  return reader.take("IN") || reader.take("FROM") ? reader.name() : undefined;
}

/** A pattern stands in quotes, with LIKE before it or alone. */
function takePattern(reader: TokenReader): string | undefined {
  reader.take("LIKE");
  return reader.done ? undefined : reader.string();
}

function inDatabase(table: TableName, database: string | undefined): TableName {
  return database === undefined ? table : { ...table, database };
}
