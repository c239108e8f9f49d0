import { z } from "zod";
import { invalidRequest } from "../api-error";

/** The members of a request for a page of a list. */
export function pageSchema(
  most: number,
): z.ZodObject<{ MaxResults: z.ZodOptional<z.ZodInt>; NextToken: z.ZodOptional<z.ZodString> }> {
  return z.object({
    MaxResults: z.int().min(0).max(most).optional(),
    NextToken: z.string().optional(),
  });
}

/** What a request for a page says. */
export interface PageRequest {
  MaxResults?: number | undefined;
  NextToken?: string | undefined;
}

/** A page of a list; the token says how many items came before the next one. */
export function pageOf<T>(
  all: readonly T[],
  { MaxResults, NextToken }: PageRequest,
  size: number,
): { items: T[]; NextToken?: string } {
  const from = NextToken === undefined ? 0 : readToken(NextToken);
  const count = MaxResults === undefined || MaxResults === 0 ? size : MaxResults;
  const end = from + count;
  return {
    items: all.slice(from, end),
    ...(end < all.length ? { NextToken: Buffer.from(`at:${end}`).toString("base64url") } : {}),
  };
}

function readToken(token: string): number {
  const match = /^at:(\d+)$/.exec(Buffer.from(token, "base64url").toString("utf8"));
  if (match === null) throw invalidRequest(`NextToken is none of this list: ${token}`);
  return Number(match[1]);
}
