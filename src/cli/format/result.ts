import type { AnalysisResult } from "../../lib/analyses/analyse";
import type { QueryResult } from "../../lib/athena/query";
import type { Column, Row } from "../../lib/athena/values";
import type { QueryStream } from "../../lib/athena/stream";
import { WorkbenchError } from "../../lib/errors";
import { formatTextTable } from "../../lib/notebook/text-table";
import { toJson, type CliContext } from "../context";
import { csvLines } from "./csv";
import type { CsvTexts } from "../../lib/frames/csv";

/** How a result is printed. */
export const formats = ["table", "json", "csv"] as const;

/** One of {@link formats}. */
export type Format = (typeof formats)[number];

/** A table on a terminal shows this many rows at most; the other formats show all. */
const maxTableRows = 1000;

/** A result as `--json` prints it. */
export interface ResultSummary {
  rows: readonly Row[];
  columns: readonly Column[];
  query_execution_id: string;
  data_scanned_bytes: number;
  engine_ms: number;
  cost_usd: number;
  reused: boolean;
  /** When Athena was asked, ISO 8601, where the local cache answered; else null. */
  cached_at: string | null;
}

/** The summary of a query. */
export function summarize(result: QueryResult): ResultSummary {
  return {
    rows: result.rows,
    columns: result.columns,
    query_execution_id: result.queryExecutionId,
    data_scanned_bytes: result.dataScannedBytes,
    engine_ms: result.engineMs,
    cost_usd: result.costUsd,
    reused: result.reused,
    cached_at: result.cached === undefined ? null : new Date(result.cached.askedMs).toISOString(),
  };
}

/** The summary of an analysis: a query's, with the analysis' name. */
export function summarizeAnalysis(result: AnalysisResult): ResultSummary & { name: string } {
  return { name: result.name, ...summarize(result) };
}

/**
 * Checks `--format` against `--json`.
 *
 * @throws {@link WorkbenchError} code USAGE
 */
export function checkFormat(format: string, json: boolean | undefined): Format {
  const known = formats.find((name) => name === format);
  if (known === undefined) {
    throw new WorkbenchError("USAGE", `--format is ${JSON.stringify(format)}`, {
      hint: `give ${formats.join(", ")}`,
    });
  }
  if (json === true && known === "csv") {
    throw new WorkbenchError("USAGE", "--format csv and --json contradict each other", {
      hint: "give one of them",
    });
  }
  return known;
}

/** A result as text: a table, or an array of row objects in JSON. */
export function formatResult(result: QueryResult, format: Exclude<Format, "csv">): string {
  if (format === "json") return toJson(result.rows);
  if (result.columns.length === 0) return "";
  return formatTextTable(result.columns, result.rows, { headRows: maxTableRows, tailRows: 0 });
}

/** Writes a result's rows as CSV while they come, and returns how many rows and guarded texts. */
export async function writeCsv(
  context: Pick<CliContext, "write">,
  stream: Pick<QueryStream, "columns"> & {
    pages: AsyncIterable<readonly Row[]> | Iterable<readonly Row[]>;
  },
  texts: CsvTexts = "guarded",
): Promise<{ rows: number; guarded: number }> {
  const { columns, pages } = stream;
  const lines = csvLines(columns, texts);
  if (columns.length > 0) await context.write(lines.header());
  let count = 0;
  for await (const rows of pages) {
    await context.write(rows.map((row) => lines.row(row)).join(""));
    count += rows.length;
  }
  return { rows: count, guarded: lines.guarded };
}
