import { invalidRequest } from "../../api-error";
import { parseS3Address } from "../../objects";
import {
  readColumn,
  readProperties,
  readRowFormat,
  readStoredAs,
  takeComment,
  takeIfNotExists,
} from "./clauses";
import type {
  CatalogDdl,
  CreateExternalTable,
  CreateIcebergTable,
  HiveColumn,
  RowFormat,
  StoredAs,
} from "./ddl";
import type { TokenReader } from "./token-reader";

/** CREATE DATABASE, from after that word on. */
export function readCreateDatabase(reader: TokenReader): CatalogDdl {
  const ifNotExists = takeIfNotExists(reader);
  const name = reader.name();
  const comment = takeComment(reader);
  const location = reader.take("LOCATION") ? reader.string() : undefined;
  const properties = reader.take("WITH", "DBPROPERTIES") ? readProperties(reader) : {};
  reader.end();
  return { kind: "create-database", name, ifNotExists, comment, location, properties };
}

/**
 * CREATE [EXTERNAL] TABLE with a list of columns, from after the word TABLE on.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/create-table.html
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html
 */
export function readCreateTable(
  reader: TokenReader,
  external: boolean,
): CreateExternalTable | CreateIcebergTable {
  const ifNotExists = takeIfNotExists(reader);
  const table = reader.table();
  const columns = reader.list(() => readColumn(reader));
  const clauses = readClauses(reader, external);
  reader.end();
  const { comment, properties } = clauses;
  const location = clauses.location ?? reader.fail("LOCATION");
  if (parseS3Address(location)?.bucket === undefined) {
    throw invalidRequest(`LOCATION is not an S3 address: ${location}`);
  }
  const iceberg = properties["table_type"]?.toUpperCase() === "ICEBERG";
  if (iceberg && !external) {
    const { transforms } = clauses;
    const kind = "create-iceberg-table";
    return { kind, table, ifNotExists, columns, transforms, comment, location, properties };
  }
  if (iceberg)
    throw invalidRequest("CREATE EXTERNAL TABLE cannot make an Iceberg table: leave EXTERNAL out");
  if (!external) {
    throw invalidRequest(
      "CREATE TABLE without EXTERNAL makes Iceberg tables only: say CREATE EXTERNAL TABLE, or add TBLPROPERTIES ('table_type'='ICEBERG')",
    );
  }
  const { partitions, rowFormat, storedAs } = clauses;
  const kind = "create-external-table";
  return {
    kind,
    table,
    ifNotExists,
    columns,
    partitions,
    comment,
    rowFormat,
    storedAs,
    location,
    properties,
  };
}

interface Clauses {
  comment: string | undefined;
  partitions: HiveColumn[];
  transforms: string[];
  rowFormat: RowFormat | undefined;
  storedAs: StoredAs | undefined;
  location: string | undefined;
  properties: Record<string, string>;
}

function readClauses(reader: TokenReader, external: boolean): Clauses {
  const clauses: Clauses = {
    comment: undefined,
    partitions: [],
    transforms: [],
    rowFormat: undefined,
    storedAs: undefined,
    location: undefined,
    properties: {},
  };
  while (!reader.done) {
    if (reader.take("COMMENT")) clauses.comment = reader.string();
    else if (reader.take("PARTITIONED", "BY")) {
      // Iceberg's are transforms of columns, an external table's are columns of their own.
      if (external) clauses.partitions = reader.list(() => readColumn(reader));
      else clauses.transforms = reader.list(() => reader.until(",", ")"));
    } else if (reader.take("ROW", "FORMAT")) clauses.rowFormat = readRowFormat(reader);
    else if (reader.take("WITH", "SERDEPROPERTIES")) {
      const serde = clauses.rowFormat?.serde;
      const before = clauses.rowFormat?.properties;
      clauses.rowFormat = { serde, properties: { ...before, ...readProperties(reader) } };
    } else if (reader.take("STORED", "AS")) clauses.storedAs = readStoredAs(reader);
    else if (reader.take("LOCATION")) clauses.location = reader.string();
    else if (reader.take("TBLPROPERTIES")) clauses.properties = readProperties(reader);
    else if (reader.sees("CLUSTERED")) {
      throw invalidRequest("the local Athena does not support CLUSTERED BY", "NOT_SUPPORTED");
    } else reader.fail("LOCATION, PARTITIONED BY, ROW FORMAT, STORED AS, TBLPROPERTIES or COMMENT");
  }
  return clauses;
}
