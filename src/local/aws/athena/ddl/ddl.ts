import type { HiveType } from "./hive-type";
import type { TableName } from "./token-reader";

/** A column of a table, or a key that its partitions are told apart by. */
export interface HiveColumn {
  name: string;
  type: HiveType;
  comment: string | undefined;
}

/** How an external table's files are read, as the statement has it. */
export interface RowFormat {
  /** SERDE's class; undefined for DELIMITED or none at all. */
  serde: string | undefined;
  /** SERDEPROPERTIES, or what DELIMITED says, in the same words. */
  properties: Readonly<Record<string, string>>;
}

/** `STORED AS`: a format by its name, or by its two classes. */
export type StoredAs = { format: string } | { input: string; output: string };

/** CREATE EXTERNAL TABLE. */
export interface CreateExternalTable {
  kind: "create-external-table";
  table: TableName;
  ifNotExists: boolean;
  columns: readonly HiveColumn[];
  partitions: readonly HiveColumn[];
  comment: string | undefined;
  rowFormat: RowFormat | undefined;
  storedAs: StoredAs | undefined;
  location: string;
  properties: Readonly<Record<string, string>>;
}

/** A partition by its keys' values, and where its files lie. */
export interface PartitionSpec {
  values: Readonly<Record<string, string>>;
  location: string | undefined;
}

/** What the gateway does on the catalog itself, without Trino. */
export type CatalogDdl =
  | CreateExternalTable
  | {
      kind: "create-database";
      name: string;
      ifNotExists: boolean;
      comment: string | undefined;
      location: string | undefined;
      properties: Readonly<Record<string, string>>;
    }
  | {
      kind: "add-partitions";
      table: TableName;
      ifNotExists: boolean;
      partitions: readonly PartitionSpec[];
    }
  | {
      kind: "drop-partitions";
      table: TableName;
      ifExists: boolean;
      partitions: readonly PartitionSpec[];
    }
  | { kind: "repair-table"; table: TableName }
  | { kind: "show-partitions"; table: TableName }
  | { kind: "show-databases"; pattern: string | undefined }
  | {
      kind: "show-tables";
      database: string | undefined;
      pattern: string | undefined;
      views: boolean;
    }
  | { kind: "show-columns"; table: TableName }
  | { kind: "show-properties"; table: TableName; property: string | undefined }
  | { kind: "show-create-table"; table: TableName }
  | { kind: "describe"; table: TableName; formatted: boolean; column: string | undefined };

/** A change of a table: on the catalog where it is a table of files, by Trino where it is Iceberg's. */
export type TableChange =
  | { kind: "add-columns"; table: TableName; columns: readonly HiveColumn[] }
  | { kind: "replace-columns"; table: TableName; columns: readonly HiveColumn[] }
  | { kind: "change-column"; table: TableName; from: string; column: HiveColumn }
  | { kind: "drop-column"; table: TableName; column: string }
  | { kind: "set-properties"; table: TableName; properties: Readonly<Record<string, string>> }
  | { kind: "set-location"; table: TableName; location: string };

/** DROP DATABASE … CASCADE: its tables first, each in its own way. */
export interface DropDatabase {
  kind: "drop-database";
  name: string;
  ifExists: boolean;
}

/** CREATE TABLE of Iceberg's kind: `'table_type'='ICEBERG'`. */
export interface CreateIcebergTable {
  kind: "create-iceberg-table";
  table: TableName;
  ifNotExists: boolean;
  columns: readonly HiveColumn[];
  /** Partition transforms as they were written. */
  transforms: readonly string[];
  comment: string | undefined;
  location: string;
  properties: Readonly<Record<string, string>>;
}
