import { type AnalysisResult, toAnalysisResult } from "../../../src/lib/analyses/analyse";
import { findAnalysis } from "../../../src/lib/analyses/index";
import { checkParameters } from "../../../src/lib/analyses/parameters";
import type { Row } from "../../../src/lib/athena/values";

/** The answer an analysis would give of these rows. */
export function answer(name: string, rows: readonly Row[], dataset = "github"): AnalysisResult {
  const analysis = findAnalysis(name);
  const columns = Object.keys(rows[0] ?? {}).map((column) => ({ name: column, type: "varchar" }));
  return toAnalysisResult(
    {
      columns,
      rows,
      queryExecutionId: "q-1",
      dataScannedBytes: 1024,
      engineMs: 12,
      costUsd: 0.00005,
      reused: false,
      truncated: false,
      sql: "SELECT 1",
    },
    analysis,
    { dataset, parameters: checkParameters(analysis, {}) },
  );
}
