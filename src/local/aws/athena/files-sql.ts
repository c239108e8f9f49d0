import { catalogName, hiveCatalogName } from "../../trino/config";
import { parseS3Address } from "../objects";
import type { CreateTableAs, Unload, WithValue } from "./ddl/create-as";
import { DdlError } from "./ddl-error";
import {
  codec,
  icebergProperties,
  partitioning,
  type TrinoStatement,
  wholeName,
} from "./iceberg-sql";
import { quoteText } from "./sql-text";

/** A statement that writes files, with the place that it writes them to. */
export interface WritingStatement extends TrinoStatement {
  /** Ends with a slash. */
  location: string;
}

/** CREATE TABLE … AS in Trino's grammar: an Iceberg table, or one of files at a place of its own. */
export function createTableAsSql(
  work: CreateTableAs,
  database: string,
  /** Where the table's files go where the statement does not say it. */
  output: string,
): WritingStatement {
  const { properties } = work;
  const type = text(properties, "table_type")?.toUpperCase();
  const location = text(properties, "location");
  const iceberg = type === "ICEBERG" || (type === undefined && location !== undefined);
  if (type !== undefined && type !== "ICEBERG" && type !== "HIVE") {
    throw new DdlError(`table_type is ${type}: it can be HIVE or ICEBERG`);
  }
  const built = iceberg ? icebergSettings(properties) : fileSettings(properties, output);
  const catalog = iceberg ? catalogName : hiveCatalogName;
  const name = wholeName(catalog, work.table.database ?? database, work.table.name);
  const unless = work.ifNotExists ? "IF NOT EXISTS " : "";
  const comment = work.comment === undefined ? "" : ` COMMENT ${quoteText(work.comment)}`;
  return {
    sql: `CREATE TABLE ${unless}${name}${comment} WITH (${built.settings.join(", ")}) AS ${work.query}`,
    session: built.session,
    location: built.location,
  };
}

/** UNLOAD as a table of files, which is forgotten when it is written. */
export function unloadSql(work: Unload, database: string, table: string): WritingStatement {
  const { format, ...properties } = work.properties;
  if (format === undefined) throw new DdlError("UNLOAD needs WITH (format = '…')");
  const { settings, session, location } = fileSettings(
    { ...properties, format, external_location: work.location },
    work.location,
  );
  const name = wholeName(hiveCatalogName, database, table);
  return {
    sql: `CREATE TABLE ${name} WITH (${settings.join(", ")}) AS ${work.query}`,
    session,
    location,
  };
}

interface Settings {
  settings: string[];
  session: Record<string, string>;
  location: string;
}

function icebergSettings(properties: Readonly<Record<string, WithValue>>): Settings {
  const { location, partitioning: transforms, is_external: external, ...rest } = properties;
  if (typeof location !== "string") {
    throw new DdlError("an Iceberg table needs WITH (location = 's3://…', is_external = false)");
  }
  if (external !== undefined && raw(external).toLowerCase() !== "false") {
    throw new DdlError("an Iceberg table cannot be external: is_external = false");
  }
  const texts = Object.entries(rest).map(([name, value]): [string, string] => [name, raw(value)]);
  const built = icebergProperties(Object.fromEntries(texts));
  const place = location.replace(/\/$/, "");
  return {
    settings: [
      `location = ${quoteText(place)}`,
      ...partitioning(Array.isArray(transforms) ? (transforms as string[]) : []),
      ...built.with,
    ],
    session: built.session,
    location: `${place}/`,
  };
}

/** Formats that both Athena and Trino write. */
const formats = ["PARQUET", "ORC", "AVRO", "JSON", "TEXTFILE"];

/**
 * The settings of a table of files.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html#ctas-table-properties
 */
function fileSettings(properties: Readonly<Record<string, WithValue>>, output: string): Settings {
  const format = (text(properties, "format") ?? "PARQUET").toUpperCase();
  if (!formats.includes(format)) {
    throw new DdlError(`the local Athena does not write ${format}: it has ${formats.join(", ")}`);
  }
  const settings: string[] = [`format = '${format}'`];
  const session: Record<string, string> = { [`${hiveCatalogName}.compression_codec`]: "GZIP" };
  let location = output;
  for (const [name, value] of Object.entries(properties)) {
    switch (name) {
      case "format":
      case "table_type":
      case "is_external":
        break;
      case "external_location":
        location = raw(value);
        break;
      case "partitioned_by":
      case "bucketed_by":
        settings.push(`${name} = ARRAY[${list(name, value).map(quoteText).join(", ")}]`);
        break;
      case "bucket_count":
        settings.push(`bucket_count = ${Number(raw(value))}`);
        break;
      case "field_delimiter":
        if (format === "TEXTFILE")
          settings.push(`textfile_field_separator = ${quoteText(raw(value))}`);
        break;
      case "compression":
      case "write_compression":
      case "parquet_compression":
      case "orc_compression":
        session[`${hiveCatalogName}.compression_codec`] = codec(raw(value));
        break;
      default:
        throw new DdlError(`the local Athena does not support the property ${name}`);
    }
  }
  if (parseS3Address(location) === undefined) throw new DdlError(`${location} is no S3 address`);
  const place = location.endsWith("/") ? location : `${location}/`;
  settings.push(`external_location = ${quoteText(place)}`);
  return { settings, session, location: place };
}

function text(properties: Readonly<Record<string, WithValue>>, name: string): string | undefined {
  const value = properties[name];
  return value === undefined ? undefined : raw(value);
}

function raw(value: WithValue): string {
  if (typeof value === "string") return value;
  return "raw" in value ? value.raw : value.join(", ");
}

function list(name: string, value: WithValue): readonly string[] {
  if (Array.isArray(value)) return value as readonly string[];
  throw new DdlError(`${name} must be a list: ${name} = ARRAY['…']`);
}
