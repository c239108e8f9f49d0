import type { Value } from "../athena/values";

/** A column's type as Spark's DDL names it; timestamps are without a zone, in UTC. */
export type ColumnType = "string" | "bigint" | "double" | "boolean" | "timestamp_ntz";

/** A column: its type, whether it may be null, and what it means. */
export interface ColumnDefinition {
  type: ColumnType;
  /** Set where the job writes no row without a value. */
  required?: true;
  /** What it holds; the comment in the catalog as well, which may have 255 characters there. */
  comment: string;
  /**
   * Of `github_events`: the field of the message it is taken from as it is, `payload.push_id`. Such
   * a column needs no code: the job reads it by this path and casts it to its type.
   */
  payload?: `payload.${string}`;
}

/** An Iceberg table of the dataset's database. */
export interface TableDefinition {
  name: string;
  /** What a row is, in a sentence. */
  comment: string;
  /** What makes a row unique; empty for a log, whose rows are only added. */
  key: readonly string[];
  /** Iceberg's partition transforms in Spark's DDL: `days(created_at)`. */
  partitionedBy: readonly string[];
  /** The job that makes and fills it. */
  writtenBy: "github_events_etl" | "github_events_maintenance";
  /** In the order they have in the table; a new one goes to the end, where Iceberg adds it. */
  columns: Readonly<Record<string, ColumnDefinition>>;
}

/** Names of a table's columns. */
export type ColumnName<T extends TableDefinition> = keyof T["columns"] & string;

/**
 * A definition as it is written, types and all, which {@link RowOf} reads; its key has to be made of
 * its columns.
 */
export function defineTable<const T extends TableDefinition>(
  table: T & { key: readonly ColumnName<T>[] },
): T {
  return table;
}

/** What our Athena client makes of each type: see {@link readerFor}. */
interface ValueByType {
  string: string;
  bigint: number | bigint;
  double: number;
  boolean: boolean;
  timestamp_ntz: string;
}

/**
 * A row of a table as a query returns it.
 *
 * @example
 * ```ts
 * type Event = RowOf<typeof githubEvents>; // { event_id: string; commits: number | bigint | null; … }
 * ```
 */
export type RowOf<T extends TableDefinition> = {
  [Name in ColumnName<T>]: ValueOf<T["columns"][Name]>;
};

type ValueOf<C extends ColumnDefinition> = C extends { required: true }
  ? ValueByType[C["type"]]
  : ValueByType[C["type"]] | null;

/** Every value of a row is one that a query can return: checked by the compiler. */
type Assert<T extends Value> = T;
export type AnyColumnValue = Assert<ValueByType[ColumnType]>;

/** The type as Athena names it, in results and in the data dictionary. */
export const athenaTypes: Readonly<Record<ColumnType, string>> = {
  string: "varchar",
  bigint: "bigint",
  double: "double",
  boolean: "boolean",
  timestamp_ntz: "timestamp",
};
