import { z } from "zod";
import { ApiError } from "../../api-error";
import type { Operation } from "../../wire";
import { fold, putDatabase } from "./catalog-store";
import { catalogIdSchema, type CatalogContext, parse, seconds } from "./context";
import { pageByName, pageSchema } from "./paging";
import { accountId, databaseInputSchema } from "./records";

const createSchema = catalogIdSchema.extend({ DatabaseInput: databaseInputSchema });
const nameSchema = catalogIdSchema.extend({ Name: z.string().min(1) });
const updateSchema = nameSchema.extend({ DatabaseInput: databaseInputSchema });

/** The operations on databases, by name. */
export function databaseOperations(context: CatalogContext): Record<string, Operation> {
  const { store, adoption } = context;
  return {
    CreateDatabase: async (input) => {
      const { DatabaseInput: given } = parse(createSchema, input);
      await adoption.database(given.Name);
      if (store.database(given.Name) !== undefined) {
        throw new ApiError("AlreadyExistsException", `Database ${given.Name} already exists.`);
      }
      const Name = fold(given.Name);
      const CreateTime = seconds(context);
      store.apply([putDatabase({ ...given, Name, CreateTime, CatalogId: accountId })]);
      return {};
    },
    GetDatabase: async (input) => {
      const { Name } = parse(nameSchema, input);
      await adoption.database(Name);
      return { Database: store.needDatabase(Name) };
    },
    GetDatabases: async (input) => {
      const request = parse(catalogIdSchema.extend(pageSchema.shape), input);
      await adoption.databases();
      const all = store.databases();
      const { items, token } = pageByName(all, ({ Name }) => Name, request, context.pageSize);
      return { DatabaseList: items, ...token };
    },
    UpdateDatabase: async (input) => {
      const { Name, DatabaseInput } = parse(updateSchema, input);
      await adoption.database(Name);
      const { Name: known, CreateTime, CatalogId } = store.needDatabase(Name);
      if (fold(DatabaseInput.Name) !== known) {
        throw new ApiError("InvalidInputException", "a database cannot be renamed");
      }
      store.apply([putDatabase({ ...DatabaseInput, Name: known, CreateTime, CatalogId })]);
      return {};
    },
    DeleteDatabase: async (input) => {
      const { Name } = parse(nameSchema, input);
      await adoption.database(Name);
      store.needDatabase(Name);
      store.apply(store.removalOfDatabase(Name));
      await adoption.forget("DeleteDatabase", { Name: fold(Name) });
      return {};
    },
  };
}
