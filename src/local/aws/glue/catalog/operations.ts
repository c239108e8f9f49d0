import { z } from "zod";
import { ApiError } from "../../api-error";
import type { Catalog } from "../../catalog";
import type { Operation } from "../../wire";
import { catalogIdSchema, type CatalogContext, parse } from "./context";
import { databaseOperations } from "./databases";
import { partitionOperations } from "./partitions";
import { statisticsOperations } from "./statistics";
import { tableOperations } from "./tables";

/** Glue gives at most so many at once where nothing is said. */
export const defaultPageSize = 100;

const functionSchema = catalogIdSchema.extend({ FunctionName: z.string().optional() });

/** The operations of the Glue catalog, by name. */
export function glueCatalogOperations(context: CatalogContext): Record<string, Operation> {
  return {
    ...databaseOperations(context),
    ...tableOperations(context),
    ...partitionOperations(context),
    ...statisticsOperations(context),
    // Query engines look for functions; none can be made here, so that there are none is the truth.
    GetUserDefinedFunctions: (input) => {
      parse(functionSchema, input);
      return { UserDefinedFunctions: [] };
    },
    GetUserDefinedFunction: (input) => {
      const { FunctionName = "" } = parse(functionSchema, input);
      throw new ApiError("EntityNotFoundException", `Function ${FunctionName} not found.`);
    },
  };
}

/** The catalog for callers in this process: no network between, and lists come whole. */
export function catalogInProcess(context: CatalogContext): Catalog {
  const operations = glueCatalogOperations({ ...context, pageSize: Number.POSITIVE_INFINITY });
  return {
    async call(name, input) {
      const operation = operations[name];
      if (operation === undefined) {
        throw new ApiError("InternalServiceException", `the catalog has no ${name}`, {}, 500);
      }
      return (await operation(input)) as Record<string, unknown>;
    },
  };
}
