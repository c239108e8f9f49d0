import { catalogName } from "../../trino/config";
import type { CreateIcebergTable, HiveColumn, TableChange } from "./ddl/ddl";
import { formatHiveType, formatTrinoType } from "./ddl/hive-type";
import { TokenReader } from "./ddl/token-reader";
import { DdlError } from "./ddl-error";
import { columnsOf, type GlueTable } from "./glue-table";
import { quoteName, quoteText } from "./sql-text";

/** A statement for Trino, with the session's properties that it needs. */
export interface TrinoStatement {
  sql: string;
  session: Readonly<Record<string, string>>;
}

/** A table of either kind, by its whole name. */
export function wholeName(catalog: string, database: string, table: string): string {
  return [catalog, database, table].map(quoteName).join(".");
}

/**
 * Properties of Athena's that Iceberg tables keep as they are: OPTIMIZE and VACUUM go by them.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-iceberg-creating-tables.html#querying-iceberg-table-properties
 */
const keptProperties = /^(optimize_rewrite_\w+|vacuum_\w+)$/;

/** CREATE TABLE of an Iceberg table in Trino's grammar. */
export function createIcebergSql(ddl: CreateIcebergTable, database: string): TrinoStatement {
  const { with: properties, session } = icebergProperties(ddl.properties);
  const settings = [
    `location = ${quoteText(ddl.location.replace(/\/$/, ""))}`,
    ...partitioning(ddl.transforms),
    ...properties,
  ];
  const columns = ddl.columns.map(columnDefinition);
  const comment = ddl.comment === undefined ? "" : ` COMMENT ${quoteText(ddl.comment)}`;
  const name = wholeName(catalogName, ddl.table.database ?? database, ddl.table.name);
  const unless = ddl.ifNotExists ? "IF NOT EXISTS " : "";
  return {
    sql: `CREATE TABLE ${unless}${name} (${columns.join(", ")})${comment} WITH (${settings.join(", ")})`,
    session,
  };
}

/** The members of Trino's WITH clause and the session for TBLPROPERTIES, or WITH of a CTAS. */
export function icebergProperties(properties: Readonly<Record<string, string>>): {
  with: string[];
  session: Record<string, string>;
} {
  const settings: string[] = [];
  const kept: [string, string][] = [];
  const session: Record<string, string> = {};
  for (const [name, value] of Object.entries(properties)) {
    if (name === "table_type") continue;
    else if (name === "format") settings.push(`format = ${quoteText(value.toUpperCase())}`);
    else if (name === "format_version") settings.push(`format_version = ${Number(value)}`);
    else if (name === "write_compression")
      session[`${catalogName}.compression_codec`] = codec(value);
    else if (keptProperties.test(name)) kept.push([name, value]);
    else throw new DdlError(`the local Athena does not support the table property ${name}`);
  }
  if (kept.length > 0) settings.push(extraProperties(kept));
  return { with: settings, session };
}

/** Trino's `partitioning`, from transforms as Athena writes them; none where there are none. */
export function partitioning(transforms: readonly string[]): string[] {
  if (transforms.length === 0) return [];
  return [`partitioning = ARRAY[${transforms.map(trinoTransform).map(quoteText).join(", ")}]`];
}

/** `bucket(16, id)` is Trino's `bucket(id, 16)`; all else is the same. */
function trinoTransform(text: string): string {
  const reader = new TokenReader(text);
  const first = reader.name();
  if (!reader.takeSign("(")) {
    reader.end();
    return quoteName(first);
  }
  const args: { column?: string; size?: number }[] = [];
  do {
    const literal = reader.literal();
    args.push(
      /^\d+$/.test(literal) ? { size: Number(literal) } : { column: literal.toLowerCase() },
    );
  } while (reader.takeSign(","));
  reader.expectSign(")");
  reader.end();
  const column = args.find((arg) => arg.column !== undefined)?.column ?? reader.fail("a column");
  const size = args.find((arg) => arg.size !== undefined)?.size;
  return `${first}(${quoteName(column)}${size === undefined ? "" : `, ${size}`})`;
}

/** A change of an Iceberg table in Trino's grammar: a statement each. */
export function changeIcebergSql(change: TableChange, table: GlueTable): TrinoStatement[] {
  const name = wholeName(catalogName, table.DatabaseName ?? "", table.Name);
  const alter = (rest: string): TrinoStatement => ({
    sql: `ALTER TABLE ${name} ${rest}`,
    session: {},
  });
  switch (change.kind) {
    case "add-columns":
      return change.columns.map((column) => alter(`ADD COLUMN ${columnDefinition(column)}`));
    case "drop-column":
      return [alter(`DROP COLUMN ${quoteName(change.column)}`)];
    case "change-column":
      return changeColumn(change.from, change.column, table, name);
    case "set-properties": {
      const { with: properties } = icebergProperties(change.properties);
      return properties.length === 0 ? [] : [alter(`SET PROPERTIES ${properties.join(", ")}`)];
    }
    case "replace-columns":
      throw new DdlError("REPLACE COLUMNS is not for Iceberg tables: ADD, CHANGE or DROP COLUMN");
    case "set-location":
      throw new DdlError(
        "SET LOCATION is not for Iceberg tables: their files' places are their own",
      );
  }
}

function changeColumn(
  from: string,
  column: HiveColumn,
  table: GlueTable,
  name: string,
): TrinoStatement[] {
  const before = columnsOf(table).find(({ Name }) => Name === from);
  if (before === undefined) throw new DdlError(`Column ${from} not found in ${table.Name}`, 1006);
  const statements: string[] = [];
  const old = quoteName(from);
  if (column.name !== from) {
    statements.push(`ALTER TABLE ${name} RENAME COLUMN ${old} TO ${quoteName(column.name)}`);
  }
  if (before.Type !== formatHiveType(column.type)) {
    const type = formatTrinoType(column.type);
    statements.push(
      `ALTER TABLE ${name} ALTER COLUMN ${quoteName(column.name)} SET DATA TYPE ${type}`,
    );
  }
  if (column.comment !== undefined) {
    statements.push(
      `COMMENT ON COLUMN ${name}.${quoteName(column.name)} IS ${quoteText(column.comment)}`,
    );
  }
  return statements.map((sql) => ({ sql, session: {} }));
}

function columnDefinition({ name, type, comment }: HiveColumn): string {
  const words = comment === undefined ? "" : ` COMMENT ${quoteText(comment)}`;
  return `${quoteName(name)} ${formatTrinoType(type)}${words}`;
}

function extraProperties(properties: readonly [string, string][]): string {
  const names = properties.map(([name]) => quoteText(name));
  const values = properties.map(([, value]) => quoteText(value));
  return `extra_properties = MAP(ARRAY[${names.join(", ")}], ARRAY[${values.join(", ")}])`;
}

/** A compression by Trino's name of it. @throws DdlError for one that Trino does not write */
export function codec(name: string): string {
  const upper = name.toUpperCase();
  // ORC's word for what is GZIP elsewhere.
  const known = upper === "ZLIB" ? "GZIP" : upper;
  if (["NONE", "SNAPPY", "LZ4", "ZSTD", "GZIP"].includes(known)) return known;
  throw new DdlError(
    `the local Athena does not write ${name}: it has NONE, SNAPPY, LZ4, ZSTD, GZIP`,
  );
}
