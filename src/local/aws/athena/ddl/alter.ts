import { invalidRequest } from "../../api-error";
import { readColumn, readPartition, readProperties, takeIfNotExists } from "./clauses";
import type { CatalogDdl, PartitionSpec, TableChange } from "./ddl";
import type { TokenReader } from "./token-reader";

/**
 * ALTER TABLE, from after these words on.
 *
 * @returns undefined for a form that Trino itself has
 * @see https://docs.aws.amazon.com/athena/latest/ug/ddl-reference.html
 */
export function readAlterTable(reader: TokenReader): CatalogDdl | TableChange {
  const table = reader.table();
  const change = readChange(reader, table);
  reader.end();
  return change;
}

function readChange(
  reader: TokenReader,
  table: ReturnType<TokenReader["table"]>,
): CatalogDdl | TableChange {
  if (reader.take("ADD", "COLUMNS")) {
    return { kind: "add-columns", table, columns: reader.list(() => readColumn(reader)) };
  }
  if (reader.take("REPLACE", "COLUMNS")) {
    return { kind: "replace-columns", table, columns: reader.list(() => readColumn(reader)) };
  }
  if (reader.take("CHANGE")) {
    reader.take("COLUMN");
    const from = reader.name();
    return { kind: "change-column", table, from, column: readColumn(reader) };
  }
  if (reader.take("DROP", "COLUMN")) {
    return { kind: "drop-column", table, column: reader.name() };
  }
  if (reader.take("SET", "TBLPROPERTIES")) {
    return { kind: "set-properties", table, properties: readProperties(reader) };
  }
  if (reader.take("SET", "LOCATION")) {
    return { kind: "set-location", table, location: reader.string() };
  }
  if (reader.take("ADD")) {
    const ifNotExists = takeIfNotExists(reader);
    const partitions: PartitionSpec[] = [];
    do partitions.push(readPartition(reader));
    while (!reader.done);
    return { kind: "add-partitions", table, ifNotExists, partitions };
  }
  if (reader.take("DROP")) {
    const ifExists = reader.take("IF", "EXISTS");
    const partitions: PartitionSpec[] = [];
    do partitions.push(readPartition(reader));
    while (reader.takeSign(","));
    return { kind: "drop-partitions", table, ifExists, partitions };
  }
  const rest = reader.rest();
  const words = `the local Athena does not support ALTER TABLE … ${rest}`;
  throw invalidRequest(words, "NOT_SUPPORTED");
}
