import { type Objects, parseS3Address } from "../objects";
import { columnsOf, type GlueColumn, type GlueTable, isIceberg, isView } from "./glue-table";

/** One field of an Iceberg table's partition spec. */
export interface PartitionField {
  name: string;
  transform: string;
  column: string;
}

interface IcebergMetadata {
  "default-spec-id"?: number;
  "current-schema-id"?: number;
  "partition-specs"?: {
    "spec-id": number;
    fields: { name: string; transform: string; "source-id": number }[];
  }[];
  schemas?: { "schema-id": number; fields: { id: number; name: string }[] }[];
  properties?: Record<string, string>;
}

/** What an Iceberg table's own metadata says that the catalog does not. */
export interface IcebergDetails {
  fields: PartitionField[];
  properties: Readonly<Record<string, string>>;
}

/**
 * Reads an Iceberg table's metadata file.
 *
 * @see https://iceberg.apache.org/spec/#table-metadata-fields
 */
export async function readIcebergDetails(
  table: GlueTable,
  objects: Objects,
): Promise<IcebergDetails> {
  const at = parseS3Address(table.Parameters?.["metadata_location"] ?? "");
  const text = at === undefined ? undefined : await objects.readText(at);
  if (text === undefined) return { fields: [], properties: {} };
  const metadata = JSON.parse(text) as IcebergMetadata;
  const spec = metadata["partition-specs"]?.find(
    (one) => one["spec-id"] === metadata["default-spec-id"],
  );
  const schema = metadata.schemas?.find(
    (one) => one["schema-id"] === metadata["current-schema-id"],
  );
  const fields = (spec?.fields ?? []).map(({ name, transform, "source-id": source }) => ({
    name,
    transform,
    column: schema?.fields.find(({ id }) => id === source)?.name ?? name,
  }));
  return { fields, properties: metadata.properties ?? {} };
}

/** DESCRIBE's lines: three columns, each filled up to twenty characters, as Hive prints them. */
export function describeLines(table: GlueTable, iceberg: IcebergDetails | undefined): string[] {
  const columns = columnsOf(table).map(columnLine);
  if (iceberg !== undefined) {
    return [
      line("# Table schema:", "", ""),
      line("# col_name", "data_type", "comment"),
      ...columns,
      line("", "", ""),
      line("# Partition spec:", "", ""),
      line("# field_name", "field_transform", "column_name"),
      ...iceberg.fields.map(({ name, transform, column }) => line(name, transform, column)),
    ];
  }
  const keys = (table.PartitionKeys ?? []).map(columnLine);
  if (keys.length === 0) return columns;
  return [
    ...columns,
    ...keys,
    line("", "", ""),
    line("# Partition Information", "", ""),
    line("# col_name", "data_type", "comment"),
    line("", "", ""),
    ...keys,
  ];
}

/** What DESCRIBE FORMATTED adds. */
export function detailLines(table: GlueTable): string[] {
  const storage = table.StorageDescriptor ?? {};
  const parameters = Object.entries(table.Parameters ?? {});
  return [
    line("", "", ""),
    line("# Detailed Table Information", "", ""),
    line("Database:", table.DatabaseName ?? "", ""),
    line("CreateTime:", new Date((table.CreateTime ?? 0) * 1000).toUTCString(), ""),
    line("Location:", storage.Location ?? "", ""),
    line("Table Type:", table.TableType ?? "", ""),
    line("Table Parameters:", "", ""),
    ...parameters.map(([name, value]) => line("", name, value)),
    line("", "", ""),
    line("# Storage Information", "", ""),
    line("SerDe Library:", storage.SerdeInfo?.SerializationLibrary ?? "", ""),
    line("InputFormat:", storage.InputFormat ?? "", ""),
    line("OutputFormat:", storage.OutputFormat ?? "", ""),
  ];
}

function columnLine({ Name, Type, Comment }: GlueColumn): string {
  return line(Name, Type ?? "string", Comment ?? "");
}

function line(...cells: string[]): string {
  return cells.map((cell) => cell.padEnd(20)).join("\t");
}

/** SHOW CREATE TABLE's lines: a statement that makes such a table again. */
export function createTableLines(table: GlueTable, iceberg: IcebergDetails | undefined): string[] {
  if (isView(table)) return [`-- ${table.Name} is a view: SHOW CREATE VIEW ${table.Name}`];
  const name = `\`${table.DatabaseName ?? "default"}.${table.Name}\``;
  const storage = table.StorageDescriptor ?? {};
  const kind = isIceberg(table) ? "TABLE" : "EXTERNAL TABLE";
  const columns = columnsOf(table).map(columnDefinition);
  const keys = (table.PartitionKeys ?? []).map(columnDefinition);
  const transforms = iceberg?.fields.map(transformText) ?? [];
  const properties = isIceberg(table) ? icebergProperties(iceberg) : plainProperties(table);
  return [
    `CREATE ${kind} ${name}(`,
    ...separate(columns, ")"),
    ...(table.Description === undefined || table.Description === ""
      ? []
      : [`COMMENT ${quote(table.Description)}`]),
    ...(keys.length === 0 ? [] : ["PARTITIONED BY ( ", ...separate(keys, ")")]),
    ...(transforms.length === 0 ? [] : [`PARTITIONED BY (${transforms.join(", ")})`]),
    ...(isIceberg(table) ? [] : formatLines(storage)),
    "LOCATION",
    `  ${quote(storage.Location ?? "")}`,
    "TBLPROPERTIES (",
    ...separate(
      properties.map(([key, value]) => `  ${quote(key)}=${quote(value)}`),
      ")",
    ),
  ];
}

function formatLines({
  SerdeInfo,
  InputFormat,
  OutputFormat,
}: NonNullable<GlueTable["StorageDescriptor"]>): string[] {
  const properties = Object.entries(SerdeInfo?.Parameters ?? {});
  return [
    "ROW FORMAT SERDE ",
    `  ${quote(SerdeInfo?.SerializationLibrary ?? "")} `,
    ...(properties.length === 0
      ? []
      : [
          "WITH SERDEPROPERTIES ( ",
          ...separate(
            properties.map(([key, value]) => `  ${quote(key)}=${quote(value)}`),
            ") ",
          ),
        ]),
    "STORED AS INPUTFORMAT ",
    `  ${quote(InputFormat ?? "")} `,
    "OUTPUTFORMAT ",
    `  ${quote(OutputFormat ?? "")}`,
  ];
}

function columnDefinition({ Name, Type, Comment }: GlueColumn): string {
  const comment = Comment === undefined || Comment === "" ? "" : ` COMMENT ${quote(Comment)}`;
  return `  \`${Name}\` ${Type ?? "string"}${comment}`;
}

/** `day(created_at)` for Iceberg's `day` of that column; the parameter comes first, as in Athena. */
function transformText({ transform, column }: PartitionField): string {
  if (transform === "identity") return `\`${column}\``;
  const [, word = transform, size] = /^(\w+)\[(\d+)\]$/.exec(transform) ?? [];
  return size === undefined ? `${word}(\`${column}\`)` : `${word}(${size}, \`${column}\`)`;
}

function icebergProperties(iceberg: IcebergDetails | undefined): [string, string][] {
  const own = iceberg?.properties ?? {};
  const format = own["write.format.default"] ?? "parquet";
  const compression = own["write.parquet.compression-codec"];
  return [
    ["table_type", "iceberg"],
    ["format", format.toLowerCase()],
    ...(compression === undefined ? [] : [["write_compression", compression] as [string, string]]),
    ...Object.entries(own).filter(([key]) => /^(optimize|vacuum)_/.test(key)),
  ];
}

/** The engine's own notes in the catalog are no part of a table's definition. */
function plainProperties(table: GlueTable): [string, string][] {
  return Object.entries(table.Parameters ?? {}).filter(
    ([key]) => key !== "EXTERNAL" && !/^(trino_|presto_|transactional$|auto\.purge$)/.test(key),
  );
}

/** Lines with a comma after each but the last, which gets the closing sign. */
function separate(lines: readonly string[], close: string): string[] {
  if (lines.length === 0) return [`  ${close}`];
  return lines.map((text, at) => `${text}${at === lines.length - 1 ? close : ", "}`);
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
