import type { TableName, TokenReader } from "./token-reader";

/** OPTIMIZE: small files of an Iceberg table are written together. */
export interface Optimize {
  kind: "optimize";
  table: TableName;
  /** The condition on partitions as it was written. */
  where: string | undefined;
}

/** VACUUM: old snapshots of an Iceberg table end, and files that none needs go. */
export interface Vacuum {
  kind: "vacuum";
  table: TableName;
}

/**
 * OPTIMIZE, from after this word on.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/optimize-statement.html
 */
export function readOptimize(reader: TokenReader): Optimize {
  const table = reader.table();
  reader.expect("REWRITE", "DATA", "USING", "BIN_PACK");
  const where = reader.take("WHERE") ? reader.rest() : undefined;
  reader.end();
  return { kind: "optimize", table, where };
}

/**
 * VACUUM, from after this word on.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/vacuum-statement.html
 */
export function readVacuum(reader: TokenReader): Vacuum {
  const table = reader.table();
  reader.end();
  return { kind: "vacuum", table };
}
