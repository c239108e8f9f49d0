import { z } from "zod";
import type { Operation } from "../../wire";
import { putStatistics } from "./catalog-store";
import { type CatalogContext, parse, tableNameSchema } from "./context";

const columnSchema = z.looseObject({ ColumnName: z.string().min(1), ColumnType: z.string() });
const ofTable = tableNameSchema;
const ofPartition = tableNameSchema.extend({ PartitionValues: z.array(z.string()) });
const given = { ColumnStatisticsList: z.array(columnSchema).max(25) };
const asked = { ColumnNames: z.array(z.string()).min(1).max(100) };
const named = { ColumnName: z.string() };

/**
 * The operations on column statistics, which query engines write and read, by name. They are kept
 * as they were given; nothing here computes any.
 */
export function statisticsOperations(context: CatalogContext): Record<string, Operation> {
  const needs = async (request: Target): Promise<void> => {
    await context.adoption.table(request.DatabaseName, request.TableName);
    context.store.needTable(request.DatabaseName, request.TableName);
  };
  const put = async (request: Target & z.infer<z.ZodObject<typeof given>>): Promise<object> => {
    await needs(request);
    const next = { ...read(request, context) };
    for (const column of request.ColumnStatisticsList) next[column.ColumnName] = column;
    write(request, next, context);
    return { Errors: [] };
  };
  const get = async (request: Target & z.infer<z.ZodObject<typeof asked>>): Promise<object> => {
    await needs(request);
    const known = read(request, context);
    const absent = request.ColumnNames.filter((name) => known[name] === undefined);
    return {
      ColumnStatisticsList: request.ColumnNames.flatMap((name) => known[name] ?? []),
      Errors: absent.map((ColumnName) => ({
        ColumnName,
        Error: {
          ErrorCode: "EntityNotFoundException",
          ErrorMessage: `No statistics of column ${ColumnName}.`,
        },
      })),
    };
  };
  const remove = async (request: Target & z.infer<z.ZodObject<typeof named>>): Promise<object> => {
    await needs(request);
    const rest = Object.entries(read(request, context)).filter(
      ([name]) => name !== request.ColumnName,
    );
    write(request, Object.fromEntries(rest), context);
    return {};
  };
  return {
    UpdateColumnStatisticsForTable: (input) => put(parse(ofTable.extend(given), input)),
    GetColumnStatisticsForTable: (input) => get(parse(ofTable.extend(asked), input)),
    DeleteColumnStatisticsForTable: (input) => remove(parse(ofTable.extend(named), input)),
    UpdateColumnStatisticsForPartition: (input) => put(parse(ofPartition.extend(given), input)),
    GetColumnStatisticsForPartition: (input) => get(parse(ofPartition.extend(asked), input)),
    DeleteColumnStatisticsForPartition: (input) => remove(parse(ofPartition.extend(named), input)),
  };
}

interface Target {
  DatabaseName: string;
  TableName: string;
  PartitionValues?: string[];
}

function read(
  { DatabaseName, TableName, PartitionValues }: Target,
  { store }: CatalogContext,
): Record<string, { ColumnName: string }> {
  return store.statistics(DatabaseName, TableName, PartitionValues);
}

function write(
  { DatabaseName, TableName, PartitionValues }: Target,
  next: Record<string, { ColumnName: string }>,
  { store }: CatalogContext,
): void {
  store.apply([putStatistics(DatabaseName, TableName, PartitionValues, next)]);
}
