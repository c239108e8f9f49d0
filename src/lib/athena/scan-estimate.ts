import type { Settings } from "../config/settings";
import { type Effects, throwIfAborted, withoutProgress } from "../effects";
import { describeError } from "../errors";
import type { Athena } from "./client";
import { inlineParameters, type QueryParameter } from "./parameters";
import { ResultPages } from "./result-pages";
import { runExecution } from "./run";

/** A table that a plan reads, with what the engine's statistics say of the part that is read. */
export interface PlannedScan {
  schema: string;
  table: string;
  rows: number;
  /** Of the columns read, as they are in memory. */
  bytes: number;
}

/** The files of a table's newest snapshot. */
export interface TableFiles {
  rows: number;
  bytes: number;
}

/**
 * About how many bytes a query will scan, before it runs: the engine's plan tells the tables, the
 * columns and, by the partitions, the rows; the tables' metadata tell how large their files are.
 * Undefined, and logged, where the plan says nothing: for SHOW, DDL, and tables without statistics.
 *
 * The plan costs nothing on Athena, the look at the files of each table 10 MB, the least it bills.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/athena-explain-statement.html
 */
export async function estimateScanBytes(
  athena: Athena,
  settings: Settings,
  sql: string,
  params: readonly QueryParameter[],
  effects: Effects,
): Promise<number | undefined> {
  // No part of the query itself: its progress would look like the query's.
  const quiet = withoutProgress(effects);
  const ask = async (text: string): Promise<(string | null)[]> => {
    const { queryExecutionId } = await runExecution(athena, settings, text, {}, quiet);
    const pages = new ResultPages(athena, settings, queryExecutionId, effects.signal);
    const first = await pages.read();
    const rows = [...first.rows];
    for await (const more of pages.readFrom(first.nextToken)) rows.push(...more);
    return rows.map(([value]) => value ?? null);
  };
  effects.progress({ step: "query", state: "ESTIMATING" });
  try {
    const text = inlineParameters(sql, params);
    const scans = readPlan((await ask(`EXPLAIN (TYPE IO, FORMAT JSON) ${text}`)).join("\n"));
    const estimates = scans.map(async (scan) => {
      const files = await filesOf(scan, ask).catch((error: unknown) => {
        throwIfAborted(effects.signal, "the query was stopped");
        effects.logger.debug("no files of a table are known", {
          table: scan.table,
          reason: describeError(error),
        });
        return undefined;
      });
      return bytesOfScan(scan, files);
    });
    const total = (await Promise.all(estimates)).reduce((sum, bytes) => sum + bytes, 0);
    if (Number.isFinite(total)) return total;
    throw new Error("the tables have no statistics");
  } catch (error) {
    throwIfAborted(effects.signal, "the query was stopped");
    effects.logger.info(
      `what the query scans cannot be told beforehand (${describeError(error)}): it is only watched`,
    );
    return undefined;
  }
}

/**
 * The tables that a plan of `EXPLAIN (TYPE IO, FORMAT JSON)` reads.
 *
 * @throws Error for what is no such plan
 */
export function readPlan(text: string): PlannedScan[] {
  // A result's header, where there is one, is not part of it.
  const plan = JSON.parse(text.slice(text.indexOf("{"))) as {
    inputTableColumnInfos: {
      table: { schemaTable: { schema: string; table: string } };
      estimate?: { outputRowCount?: number | string; outputSizeInBytes?: number | string };
    }[];
  };
  return plan.inputTableColumnInfos.map(({ table, estimate }) => ({
    ...table.schemaTable,
    // What is not known is the text "NaN".
    rows: Number(estimate?.outputRowCount ?? NaN),
    bytes: Number(estimate?.outputSizeInBytes ?? NaN),
  }));
}

/**
 * What a scan reads of its files: its share of the rows, but no more than its columns take in memory,
 * since files are compressed and a few of their columns may be all that is read. Tables that are not
 * Iceberg's do not tell their files.
 */
export function bytesOfScan({ rows, bytes }: PlannedScan, files: TableFiles | undefined): number {
  if (files === undefined) return bytes;
  if (files.rows === 0) return files.bytes;
  const share = Number.isFinite(rows) ? Math.min(1, rows / files.rows) : 1;
  return Number.isFinite(bytes) ? Math.min(bytes, files.bytes * share) : files.bytes * share;
}

async function filesOf(
  { schema, table }: PlannedScan,
  ask: (sql: string) => Promise<(string | null)[]>,
): Promise<TableFiles> {
  const name = (text: string): string => `"${text.replaceAll('"', '""')}"`;
  const answer = await ask(
    `SELECT CAST(coalesce(sum(file_size_in_bytes), 0) AS varchar) || ' ' || CAST(coalesce(sum(IF(content = 0, record_count)), 0) AS varchar) FROM ${name(schema)}.${name(`${table}$files`)}`,
  );
  const [bytes = NaN, rows = NaN] = (answer.at(-1) ?? "").split(" ").map(Number);
  return { bytes, rows };
}
