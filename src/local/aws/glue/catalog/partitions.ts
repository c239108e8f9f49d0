import { z } from "zod";
import { ApiError } from "../../api-error";
import type { Change } from "../../durable-map";
import type { Operation } from "../../wire";
import { putPartition, removePartition } from "./catalog-store";
import { type CatalogContext, errorDetail, parse, seconds, tableNameSchema } from "./context";
import { pageSchema, readToken, toToken } from "./paging";
import { readPartitionExpression } from "./partition-expression";
import { accountId, type Partition, partitionInputSchema, type Table } from "./records";

const valuesSchema = z.array(z.string());
const oneSchema = tableNameSchema.extend({ PartitionValues: valuesSchema });
const createSchema = tableNameSchema.extend({ PartitionInput: partitionInputSchema });
const batchCreateSchema = tableNameSchema.extend({
  PartitionInputList: z.array(partitionInputSchema).max(100),
});
const updateSchema = tableNameSchema.extend({
  PartitionValueList: valuesSchema,
  PartitionInput: partitionInputSchema,
});
const batchUpdateSchema = tableNameSchema.extend({
  Entries: z
    .array(z.object({ PartitionValueList: valuesSchema, PartitionInput: partitionInputSchema }))
    .min(1)
    .max(100),
});
const listedSchema = z.array(z.object({ Values: valuesSchema }));
const batchGetSchema = tableNameSchema.extend({ PartitionsToGet: listedSchema.max(1000) });
const batchDeleteSchema = tableNameSchema.extend({ PartitionsToDelete: listedSchema.max(25) });
const listSchema = tableNameSchema.extend(pageSchema.shape).extend({
  Expression: z.string().max(2048).optional(),
  ExcludeColumnSchema: z.boolean().optional(),
  Segment: z
    .object({ SegmentNumber: z.int().min(0), TotalSegments: z.int().min(1).max(10) })
    .optional(),
});

type Input = z.infer<typeof partitionInputSchema>;

/** The operations on partitions, by name. */
export function partitionOperations(context: CatalogContext): Record<string, Operation> {
  const { store } = context;
  return {
    CreatePartition: async (input) => {
      const request = parse(createSchema, input);
      const table = await needTable(request, context);
      store.apply([creationOf(table, request.PartitionInput, context)]);
      return {};
    },
    BatchCreatePartition: async (input) => {
      const request = parse(batchCreateSchema, input);
      const table = await needTable(request, context);
      return createAll(table, request.PartitionInputList, context);
    },
    GetPartition: async (input) => {
      const request = parse(oneSchema, input);
      const table = await needTable(request, context);
      return { Partition: need(table, request.PartitionValues, context) };
    },
    GetPartitions: async (input) => {
      const request = parse(listSchema, input);
      return list(await needTable(request, context), request, context);
    },
    BatchGetPartition: async (input) => {
      const request = parse(batchGetSchema, input);
      const { DatabaseName, Name } = await needTable(request, context);
      const found = request.PartitionsToGet.map(({ Values }) =>
        store.partition(DatabaseName, Name, Values),
      );
      return {
        Partitions: found.filter((one) => one !== undefined),
        UnprocessedKeys: [],
      };
    },
    UpdatePartition: async (input) => {
      const request = parse(updateSchema, input);
      const table = await needTable(request, context);
      update(table, request.PartitionValueList, request.PartitionInput, context);
      return {};
    },
    BatchUpdatePartition: async (input) => {
      const request = parse(batchUpdateSchema, input);
      const table = await needTable(request, context);
      const Errors: object[] = [];
      for (const { PartitionValueList, PartitionInput } of request.Entries) {
        try {
          update(table, PartitionValueList, PartitionInput, context);
        } catch (error) {
          Errors.push({ PartitionValueList, ErrorDetail: errorDetail(error) });
        }
      }
      return { Errors };
    },
    DeletePartition: async (input) => {
      const request = parse(oneSchema, input);
      remove(await needTable(request, context), request.PartitionValues, context);
      return {};
    },
    BatchDeletePartition: async (input) => {
      const request = parse(batchDeleteSchema, input);
      const table = await needTable(request, context);
      return batch(request.PartitionsToDelete, ({ Values }) => remove(table, Values, context));
    },
    GetPartitionIndexes: async (input) => {
      // None can be made here, so that there are none is the truth.
      await needTable(parse(tableNameSchema, input), context);
      return { PartitionIndexDescriptorList: [] };
    },
  };
}

/** The table that a call on partitions is about. */
async function needTable(
  { DatabaseName, TableName }: z.infer<typeof tableNameSchema>,
  { store, adoption }: CatalogContext,
): Promise<Table> {
  await adoption.table(DatabaseName, TableName);
  return store.needTable(DatabaseName, TableName);
}

function need(table: Table, values: readonly string[], { store }: CatalogContext): Partition {
  const found = store.partition(table.DatabaseName, table.Name, values);
  if (found !== undefined) return found;
  const words = `Partition [${values.join(", ")}] of ${table.Name} not found.`;
  throw new ApiError("EntityNotFoundException", words);
}

/** The change that adds a partition, checked. */
function creationOf(table: Table, input: Input, context: CatalogContext): Change {
  checkValues(table, input.Values);
  if (context.store.partition(table.DatabaseName, table.Name, input.Values) !== undefined) {
    const words = `Partition [${input.Values.join(", ")}] of ${table.Name} already exists.`;
    throw new ApiError("AlreadyExistsException", words);
  }
  return putPartition(partitionOf(table, input, seconds(context)));
}

/** All that can be added, in one write; what cannot is told. */
function createAll(table: Table, inputs: readonly Input[], context: CatalogContext): object {
  const changes = new Map<string, Change>();
  const answer = batch(inputs, (input) => {
    const change = creationOf(table, input, context);
    const key = JSON.stringify(input.Values);
    if (changes.has(key)) {
      throw new ApiError("AlreadyExistsException", `Partition [${key}] is given twice.`);
    }
    changes.set(key, change);
  });
  context.store.apply([...changes.values()]);
  return answer;
}

function update(
  table: Table,
  values: readonly string[],
  input: Input,
  context: CatalogContext,
): void {
  checkValues(table, input.Values);
  const { CreationTime } = need(table, values, context);
  const moved = JSON.stringify(values) !== JSON.stringify(input.Values);
  const { DatabaseName, Name } = table;
  if (moved && context.store.partition(DatabaseName, Name, input.Values) !== undefined) {
    const words = `Partition [${input.Values.join(", ")}] of ${Name} already exists.`;
    throw new ApiError("AlreadyExistsException", words);
  }
  context.store.apply([
    ...(moved ? removePartition(DatabaseName, Name, values) : []),
    putPartition(partitionOf(table, input, CreationTime)),
  ]);
}

function remove(table: Table, values: readonly string[], context: CatalogContext): void {
  need(table, values, context);
  context.store.apply(removePartition(table.DatabaseName, table.Name, values));
}

function partitionOf(table: Table, input: Input, CreationTime: number): Partition {
  const names = { DatabaseName: table.DatabaseName, TableName: table.Name };
  return { ...input, ...names, CreationTime, CatalogId: accountId };
}

function checkValues(table: Table, values: readonly string[]): void {
  const keys = table.PartitionKeys?.length ?? 0;
  if (values.length === keys) return;
  const words = `${table.Name} has ${keys} partition keys, ${values.length} values were given.`;
  throw new ApiError("InvalidInputException", words);
}

/** A call over several partitions: what fails of them is told, the rest is done. */
function batch<T extends { Values: readonly string[] }>(
  items: readonly T[],
  act: (item: T) => void,
): object {
  const Errors: object[] = [];
  for (const item of items) {
    try {
      act(item);
    } catch (error) {
      Errors.push({ PartitionValues: item.Values, ErrorDetail: errorDetail(error) });
    }
  }
  return { Errors };
}

function list(
  table: Table,
  request: z.infer<typeof listSchema>,
  { store, pageSize }: CatalogContext,
): object {
  const { DatabaseName, Name } = table;
  const { Expression = "", Segment, ExcludeColumnSchema } = request;
  const isMeant =
    Expression.trim() === ""
      ? () => true
      : readPartitionExpression(Expression, table.PartitionKeys ?? []);
  const after = readToken(request.NextToken);
  const size = request.MaxResults ?? Math.max(pageSize, 1000);
  const Partitions: Partition[] = [];
  let last = "";
  for (const key of store.partitionKeys(DatabaseName, Name)) {
    if (after !== undefined && key <= after) continue;
    if (Segment !== undefined && segmentOf(key, Segment.TotalSegments) !== Segment.SegmentNumber) {
      continue;
    }
    const partition = store.partitionAt(DatabaseName, Name, key);
    if (partition === undefined || !isMeant(partition.Values)) continue;
    if (Partitions.length === size) return { Partitions, NextToken: toToken(last) };
    Partitions.push(ExcludeColumnSchema === true ? withoutColumns(partition) : partition);
    last = key;
  }
  return { Partitions };
}

function withoutColumns(partition: Partition): Partition {
  const { StorageDescriptor, ...rest } = partition;
  if (StorageDescriptor === undefined) return partition;
  const storage = Object.entries(StorageDescriptor).filter(([name]) => name !== "Columns");
  return { ...rest, StorageDescriptor: Object.fromEntries(storage) };
}

/** Shares a table's partitions out among readers that each ask for one segment. */
function segmentOf(key: string, total: number): number {
  let hash = 0;
  for (let at = 0; at < key.length; at += 1) hash = (hash * 31 + key.charCodeAt(at)) >>> 0;
  return hash % total;
}
