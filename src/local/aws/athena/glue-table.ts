import type { Catalog } from "../catalog";

/** A column as the catalog keeps it. */
export interface GlueColumn {
  Name: string;
  Type?: string;
  Comment?: string;
  Parameters?: Record<string, string>;
}

/** Where the files of a table or a partition lie, and how they are read. */
export interface GlueStorage {
  Columns?: GlueColumn[];
  Location?: string;
  InputFormat?: string;
  OutputFormat?: string;
  SerdeInfo?: { SerializationLibrary?: string; Parameters?: Record<string, string> };
}

/** A table as the catalog keeps it. */
export interface GlueTable {
  Name: string;
  DatabaseName?: string;
  Description?: string;
  TableType?: string;
  CreateTime?: number;
  LastAccessTime?: number;
  StorageDescriptor?: GlueStorage;
  PartitionKeys?: GlueColumn[];
  ViewOriginalText?: string;
  Parameters?: Record<string, string>;
}

/** A partition as the catalog keeps it. */
export interface GluePartition {
  Values: string[];
  StorageDescriptor?: GlueStorage;
}

/** Whether a table is Iceberg's: its columns and files are described by its own metadata. */
export function isIceberg(table: GlueTable): boolean {
  return table.Parameters?.["table_type"]?.toUpperCase() === "ICEBERG";
}

/** Whether it is a view. */
export function isView(table: GlueTable): boolean {
  return table.TableType === "VIRTUAL_VIEW";
}

/** The members that UpdateTable takes: GetTable answers more. */
export function tableInput(table: GlueTable): object {
  const members = [
    "Name",
    "Description",
    "Owner",
    "LastAccessTime",
    "Retention",
    "StorageDescriptor",
    "PartitionKeys",
    "ViewOriginalText",
    "ViewExpandedText",
    "TableType",
    "Parameters",
  ];
  return Object.fromEntries(Object.entries(table).filter(([name]) => members.includes(name)));
}

/** All items of a call that answers in pages. */
export async function listAll<T>(
  catalog: Catalog,
  operation: string,
  input: object,
  member: string,
): Promise<T[]> {
  const items: T[] = [];
  let NextToken: string | undefined;
  do {
    const page: Record<string, unknown> = await catalog.call(operation, {
      ...input,
      ...(NextToken === undefined ? {} : { NextToken }),
    });
    items.push(...((page[member] ?? []) as T[]));
    NextToken = page["NextToken"] as string | undefined;
  } while (NextToken !== undefined && NextToken !== "");
  return items;
}

/** A view's columns: those of the statement that Trino keeps, where the catalog has none. */
export function columnsOf(table: GlueTable): GlueColumn[] {
  const columns = table.StorageDescriptor?.Columns ?? [];
  if (columns.length > 0 || !isView(table)) return columns;
  const [, encoded] = /^\/\* Presto View: (\S+) \*\/$/.exec(table.ViewOriginalText ?? "") ?? [];
  if (encoded === undefined) return columns;
  const view = JSON.parse(Buffer.from(encoded, "base64").toString("utf8")) as {
    columns?: { name: string; type: string }[];
  };
  return (view.columns ?? []).map(({ name, type }) => ({ Name: name, Type: type }));
}
