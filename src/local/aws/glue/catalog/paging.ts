import { z } from "zod";
import { ApiError } from "../../api-error";

/** The members that ask for a page. */
export const pageSchema = z.looseObject({
  MaxResults: z.int().min(1).max(1000).optional(),
  NextToken: z.string().optional(),
});

/** A page of things that have a name, and where the next one begins. */
export interface Page<T> {
  items: T[];
  token: { NextToken?: string };
}

/**
 * A page of a list. The token names the last item given, not its place, so that what comes and
 * goes between two calls neither hides an item nor gives one twice. `all` is in the order of its
 * names, or has the latest first, in which case `order` is reversed.
 */
export function pageByName<T>(
  all: readonly T[],
  nameOf: (item: T) => string,
  request: { MaxResults?: number | undefined; NextToken?: string | undefined },
  defaultSize: number,
): Page<T> {
  const after = readToken(request.NextToken);
  const from = after === undefined ? 0 : startAfter(all, nameOf, after);
  const to = Math.min(all.length, from + (request.MaxResults ?? defaultSize));
  const items = all.slice(from, to);
  const last = items.at(-1);
  const token = to < all.length && last !== undefined ? { NextToken: toToken(nameOf(last)) } : {};
  return { items, token };
}

function startAfter<T>(all: readonly T[], nameOf: (item: T) => string, after: string): number {
  const at = all.findIndex((item) => nameOf(item) > after);
  return at < 0 ? all.length : at;
}

/** A token that says nothing to who gets it. */
export function toToken(name: string): string {
  return Buffer.from(name, "utf8").toString("base64url");
}

/** @throws ApiError InvalidInputException where it is none of ours */
export function readToken(token: string | undefined): string | undefined {
  if (token === undefined || token === "") return undefined;
  const name = Buffer.from(token, "base64url").toString("utf8");
  if (toToken(name) === token) return name;
  throw new ApiError("InvalidInputException", "NextToken is none of ours");
}
