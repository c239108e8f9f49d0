import { type AnalysisResult, toAnalysisResult } from "../../../src/lib/analyses/analyse";
import { findAnalysis } from "../../../src/lib/analyses/index";
import { checkParameters } from "../../../src/lib/analyses/parameters";
import type { QueryResultFields } from "../../../src/lib/athena/result";
import type { Row } from "../../../src/lib/athena/values";

/** The answer an analysis would give of these rows. */
export function answer(name: string, rows: readonly Row[], dataset = "github"): AnalysisResult {
  const analysis = findAnalysis(name);
  const parameters = checkParameters(analysis, {});
  return toAnalysisResult(queryOf(rows), analysis, { dataset, parameters });
}

/** A query's answer of these rows. */
export function queryOf(rows: readonly Row[]): QueryResultFields {
  const names = Object.keys(rows[0] ?? {});
  return {
    columns: names.map((name) => ({ name, type: "varchar" })),
    values: names.map((name) => rows.map((row) => row[name] ?? null)),
    queryExecutionId: "q-1",
    dataScannedBytes: 1024,
    engineMs: 12,
    costUsd: 0.00005,
    reused: false,
    truncated: false,
    sql: "SELECT 1",
  };
}
