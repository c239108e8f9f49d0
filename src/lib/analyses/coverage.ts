import { runQuery } from "../athena/query";
import type { QueryLimits } from "../athena/query-options";
import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import { numberAt } from "./read-row";

const sql = `
SELECT sum(captured) AS captured, sum(estimated) AS estimated
FROM coverage
WHERE minute >= date_trunc('minute', CAST(from_iso8601_timestamp(?) AS timestamp))
  AND minute <= CAST(from_iso8601_timestamp(?) AS timestamp)`.trim();

/** How much of what happened was captured, and what asking for it scanned and cost. */
export interface SpanCoverage {
  /** From 0 to 1; undefined where nobody measured, as with files and archive hours. */
  share: number | undefined;
  dataScannedBytes: number;
  costUsd: number;
}

/**
 * The estimated share of all public events that captures of a span have seen, by the records they
 * left in the table `coverage`.
 *
 * @param span - ISO 8601, UTC
 * @throws {@link WorkbenchError} code ATHENA; a table that is not there yet is no error
 */
export async function coverageOf(
  settings: Settings,
  span: { from: string; to: string },
  limits: QueryLimits,
  effects: Effects,
): Promise<SpanCoverage> {
  try {
    const params = [span.from, span.to];
    const options = { ...limits, params };
    const { rows, dataScannedBytes, costUsd } = await runQuery(settings, sql, options, effects);
    const [row] = rows;
    const estimated = numberAt(row, "estimated");
    const share = estimated > 0 ? Math.min(1, numberAt(row, "captured") / estimated) : undefined;
    return { share, dataScannedBytes, costUsd };
  } catch (error) {
    // A lake that no job run of this version has seen.
    if (error instanceof WorkbenchError && /TABLE_NOT_FOUND/.test(error.message)) {
      return { share: undefined, dataScannedBytes: 0, costUsd: 0 };
    }
    throw error;
  }
}
