import type { Table } from "./records";

/**
 * A table as it is answered. On AWS an Iceberg table's columns say that they are the current ones,
 * and awswrangler takes no others; Trino and Spark do not write that themselves.
 */
export function markCurrentColumns(table: Table): Table {
  const { Parameters, StorageDescriptor } = table;
  if (Parameters?.["table_type"]?.toUpperCase() !== "ICEBERG") return table;
  if (StorageDescriptor?.Columns === undefined) return table;
  const Columns = StorageDescriptor.Columns.map((column) => ({
    ...column,
    Parameters: {
      "iceberg.field.current": "true",
      ...(column["Parameters"] as object | undefined),
    },
  }));
  return { ...table, StorageDescriptor: { ...StorageDescriptor, Columns } };
}
