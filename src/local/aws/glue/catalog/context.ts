import { z } from "zod";
import { ApiError } from "../../api-error";
import { parseInput } from "../../wire";
import type { Adoption } from "./adoption";
import type { CatalogStore } from "./catalog-store";
import { accountId } from "./records";

/** What the catalog's operations work with. */
export interface CatalogContext {
  store: CatalogStore;
  adoption: Adoption;
  /** Milliseconds since 1970. */
  now: () => number;
  /** How many items a page has where the caller does not say. */
  pageSize: number;
}

/** Every call may name the catalog: there is one, the account's. */
export const catalogIdSchema = z.looseObject({
  CatalogId: z
    .string()
    .refine((id) => id === accountId, { error: `the local catalog is ${accountId}` })
    .optional(),
});

/** A call about a table, in the words of the calls on partitions. */
export const tableNameSchema = catalogIdSchema.extend({
  DatabaseName: z.string().min(1),
  TableName: z.string().min(1),
});

/** Checks an operation's input as Glue does. */
export function parse<T>(schema: z.ZodType<T>, input: unknown): T {
  return parseInput(schema, input, "InvalidInputException");
}

/** Seconds since 1970. */
export function seconds(context: CatalogContext): number {
  return context.now() / 1000;
}

/** An item's error in the answer of a batch call. */
export function errorDetail(error: unknown): { ErrorCode: string; ErrorMessage: string } {
  if (!(error instanceof ApiError)) throw error;
  return { ErrorCode: error.type, ErrorMessage: error.message };
}
