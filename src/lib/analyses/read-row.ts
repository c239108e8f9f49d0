import type { Row } from "../athena/values";

/** The text in a column; empty where there is none. */
export function textAt(row: Row | undefined, column: string): string {
  const value = row?.[column];
  return typeof value === "string" ? value : "";
}

/** The number in a column; 0 where there is none. */
export function numberAt(row: Row | undefined, column: string): number {
  const value = row?.[column];
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : 0;
}
