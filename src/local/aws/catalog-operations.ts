import { z } from "zod";
import { ApiError } from "./api-error";
import { type GlueTable, isIceberg } from "./athena/glue-table";
import type { Catalog } from "./catalog";
import { type Operation, parseInput } from "./wire";

const partitionsSchema = z.looseObject({
  DatabaseName: z.string(),
  TableName: z.string(),
  PartitionsToDelete: z.array(z.looseObject({ Values: z.array(z.string()) })).max(25),
});

/** Operations of the catalog that ministack lacks, or answers without what clients look for. */
export function catalogOperations(catalog: Catalog): Record<string, Operation> {
  return {
    GetTable: async (input) => {
      const answer = await catalog.call("GetTable", input as object);
      return { ...answer, Table: markColumns(answer["Table"] as GlueTable) };
    },
    GetTables: async (input) => {
      const answer = await catalog.call("GetTables", input as object);
      return { ...answer, TableList: (answer["TableList"] as GlueTable[]).map(markColumns) };
    },
    BatchDeletePartition: (input) => batchDelete(input, catalog),
  };
}

/**
 * On AWS an Iceberg table's columns say that they are the current ones, and awswrangler takes no
 * others; Trino and Spark do not write that themselves.
 */
function markColumns(table: GlueTable): GlueTable {
  const storage = table.StorageDescriptor;
  if (!isIceberg(table) || storage?.Columns === undefined) return table;
  const Columns = storage.Columns.map((column) => ({
    ...column,
    Parameters: { "iceberg.field.current": "true", ...column.Parameters },
  }));
  return { ...table, StorageDescriptor: { ...storage, Columns } };
}

/** @see https://docs.aws.amazon.com/glue/latest/webapi/API_BatchDeletePartition.html */
async function batchDelete(input: unknown, catalog: Catalog): Promise<object> {
  const request = parseInput(partitionsSchema, input, "InvalidInputException");
  const { DatabaseName, TableName, PartitionsToDelete } = request;
  const Errors: object[] = [];
  for (const { Values: PartitionValues } of PartitionsToDelete) {
    try {
      await catalog.call("DeletePartition", { DatabaseName, TableName, PartitionValues });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const ErrorDetail = { ErrorCode: error.type, ErrorMessage: error.message };
      Errors.push({ PartitionValues, ErrorDetail });
    }
  }
  return { Errors };
}
