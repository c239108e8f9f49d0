import { z } from "zod";
import { ApiError } from "../../api-error";
import type { Operation } from "../../wire";
import { fold, putTable, removeVersion } from "./catalog-store";
import {
  catalogIdSchema,
  type CatalogContext,
  errorDetail,
  parse,
  seconds,
  tableNameSchema,
} from "./context";
import { pageByName, pageSchema } from "./paging";
import { accountId, type Table, tableInputSchema } from "./records";

const inDatabase = catalogIdSchema.extend({ DatabaseName: z.string().min(1) });
const oneSchema = inDatabase.extend({ Name: z.string().min(1) });
const refused = (what: string): z.ZodType<undefined> =>
  z.undefined({ error: `the local Glue has no ${what}` }).optional();
const createSchema = inDatabase.extend({
  TableInput: tableInputSchema,
  PartitionIndexes: z
    .array(z.never({ error: "the local Glue has no partition indexes" }))
    .optional(),
  OpenTableFormatInput: refused("OpenTableFormatInput: its clients write Iceberg's metadata"),
});
const updateSchema = inDatabase.extend({
  TableInput: tableInputSchema,
  SkipArchive: z.boolean().optional(),
  VersionId: z.string().optional(),
  UpdateOpenTableFormatInput: refused("UpdateOpenTableFormatInput: its clients write the metadata"),
});
const listSchema = inDatabase
  .extend(pageSchema.shape)
  .extend({ Expression: z.string().max(2048).optional() });
const batchDeleteSchema = inDatabase.extend({
  TablesToDelete: z.array(z.string()).min(1).max(100),
});
const versionSchema = tableNameSchema.extend({ VersionId: z.string().optional() });
const versionsSchema = tableNameSchema.extend(pageSchema.shape);
const batchVersionsSchema = tableNameSchema.extend({
  VersionIds: z.array(z.string()).min(1).max(100),
});

/** The operations on tables and their versions, by name. */
export function tableOperations(context: CatalogContext): Record<string, Operation> {
  const { store, adoption } = context;
  return {
    CreateTable: async (input) => {
      const { DatabaseName, TableInput } = parse(createSchema, input);
      await adoption.table(DatabaseName, TableInput.Name);
      const { Name: database } = store.needDatabase(DatabaseName);
      if (store.table(DatabaseName, TableInput.Name) !== undefined) {
        throw new ApiError("AlreadyExistsException", `Table ${TableInput.Name} already exists.`);
      }
      const CreateTime = seconds(context);
      const made = { ...TableInput, Name: fold(TableInput.Name), DatabaseName: database };
      const shown = { IsRegisteredWithLakeFormation: false, CatalogId: accountId };
      store.apply([
        putTable({ ...made, ...shown, CreateTime, UpdateTime: CreateTime, VersionId: "0" }),
      ]);
      return {};
    },
    GetTable: async (input) => {
      const { DatabaseName, Name } = parse(oneSchema, input);
      await adoption.table(DatabaseName, Name);
      store.needDatabase(DatabaseName);
      return { Table: markColumns(store.needTable(DatabaseName, Name)) };
    },
    GetTables: async (input) => {
      const { DatabaseName, Expression, ...request } = parse(listSchema, input);
      await adoption.tables(DatabaseName);
      store.needDatabase(DatabaseName);
      const pattern = tablePattern(Expression);
      const all = store.tables(DatabaseName).filter(({ Name }) => pattern.test(Name));
      const { items, token } = pageByName(all, ({ Name }) => Name, request, context.pageSize);
      return { TableList: items.map(markColumns), ...token };
    },
    UpdateTable: async (input) => {
      const request = parse(updateSchema, input);
      await adoption.table(request.DatabaseName, request.TableInput.Name);
      // From here to the disk nothing else runs: the version compared is the one replaced.
      update(request, context);
      return {};
    },
    DeleteTable: async (input) => {
      const { DatabaseName, Name } = parse(oneSchema, input);
      await remove(DatabaseName, Name, context);
      return {};
    },
    BatchDeleteTable: async (input) => {
      const { DatabaseName, TablesToDelete } = parse(batchDeleteSchema, input);
      const Errors: object[] = [];
      for (const TableName of TablesToDelete) {
        try {
          await remove(DatabaseName, TableName, context);
        } catch (error) {
          Errors.push({ TableName, ErrorDetail: errorDetail(error) });
        }
      }
      return { Errors };
    },
    ...versionOperations(context),
  };
}

/**
 * On AWS an Iceberg table's columns say that they are the current ones, and some clients take no
 * others; engines do not all write that themselves.
 */
function markColumns(table: Table): Table {
  const { StorageDescriptor: storage, Parameters } = table;
  const isIceberg = (Parameters?.["table_type"] ?? "").toLowerCase() === "iceberg";
  if (!isIceberg || storage?.Columns === undefined) return table;
  const current = { "iceberg.field.current": "true" };
  const Columns = storage.Columns.map((column) => ({
    ...column,
    Parameters: { ...current, ...column.Parameters },
  }));
  return { ...table, StorageDescriptor: { ...storage, Columns } };
}

function versionOperations(context: CatalogContext): Record<string, Operation> {
  const { store, adoption } = context;
  const needVersion = (database: string, name: string, id: string | undefined): Table => {
    const current = store.needTable(database, name);
    const all = [current, ...store.versions(database, name)];
    const found = id === undefined ? current : all.find(({ VersionId }) => VersionId === id);
    if (found !== undefined) return found;
    throw new ApiError("EntityNotFoundException", `Table ${name} has no version ${id ?? ""}.`);
  };
  const removeFormer = (database: string, name: string, id: string): void => {
    if (needVersion(database, name, id) === store.needTable(database, name)) {
      throw new ApiError("InvalidInputException", "the present version cannot be deleted");
    }
    store.apply([removeVersion(database, name, id)]);
  };
  return {
    GetTableVersion: async (input) => {
      const { DatabaseName, TableName, VersionId } = parse(versionSchema, input);
      await adoption.table(DatabaseName, TableName);
      return { TableVersion: describeVersion(needVersion(DatabaseName, TableName, VersionId)) };
    },
    GetTableVersions: async (input) => {
      const { DatabaseName, TableName, ...request } = parse(versionsSchema, input);
      await adoption.table(DatabaseName, TableName);
      const current = store.needTable(DatabaseName, TableName);
      const all = [current, ...store.versions(DatabaseName, TableName)];
      const { items, token } = pageByName(all, descending, request, context.pageSize);
      return { TableVersions: items.map(describeVersion), ...token };
    },
    DeleteTableVersion: (input) => {
      const { DatabaseName, TableName, VersionId = "" } = parse(versionSchema, input);
      removeFormer(DatabaseName, TableName, VersionId);
      return {};
    },
    BatchDeleteTableVersion: (input) => {
      const { DatabaseName, TableName, VersionIds } = parse(batchVersionsSchema, input);
      const Errors: object[] = [];
      for (const VersionId of VersionIds) {
        try {
          removeFormer(DatabaseName, TableName, VersionId);
        } catch (error) {
          Errors.push({ TableName, VersionId, ErrorDetail: errorDetail(error) });
        }
      }
      return { Errors };
    },
  };
}

/**
 * Replaces a definition whole. Where the caller names the version it is based on and the table has
 * another by now, nothing is changed: so Iceberg's commits exclude each other.
 *
 * @see https://docs.aws.amazon.com/glue/latest/webapi/API_UpdateTable.html
 */
function update(request: z.infer<typeof updateSchema>, context: CatalogContext): void {
  const { DatabaseName, TableInput, SkipArchive, VersionId } = request;
  const { store } = context;
  const old = store.needTable(DatabaseName, TableInput.Name);
  if (VersionId !== undefined && VersionId !== old.VersionId) {
    throw new ApiError(
      "ConcurrentModificationException",
      `Table ${old.Name} is at version ${old.VersionId}, not at ${VersionId}.`,
    );
  }
  const { Name, CreateTime, IsRegisteredWithLakeFormation, CatalogId } = old;
  const next: Table = {
    ...TableInput,
    ...{ Name, DatabaseName: old.DatabaseName, CreateTime, CatalogId },
    ...{ IsRegisteredWithLakeFormation, UpdateTime: seconds(context) },
    VersionId: String(Number(old.VersionId) + 1),
  };
  store.apply([putTable(next), ...(SkipArchive === true ? [] : store.archiveOf(old))]);
}

async function remove(database: string, name: string, context: CatalogContext): Promise<void> {
  const { store, adoption } = context;
  await adoption.table(database, name);
  store.needTable(database, name);
  store.apply(store.removalOfTable(database, name));
  await adoption.forget("DeleteTable", { DatabaseName: fold(database), Name: fold(name) });
}

/** Latest first, in an order that a page's token can name. */
function descending({ VersionId }: Table): string {
  return String(1e15 - Number(VersionId)).padStart(16, "0");
}

function describeVersion(table: Table): object {
  return { Table: table, VersionId: table.VersionId };
}

/** The names meant: a regular expression over the whole name, in which a bare `*` is any letters. */
function tablePattern(expression: string | undefined): RegExp {
  if (expression === undefined || expression === "") return /^/;
  try {
    return new RegExp(`^(?:${expression.replaceAll(/(^|[\w-|])\*/g, "$1.*")})$`, "i");
  } catch {
    throw new ApiError("InvalidInputException", `Expression ${expression} is no pattern`);
  }
}
