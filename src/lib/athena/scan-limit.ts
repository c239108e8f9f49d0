import { WorkbenchError } from "../errors";
import { formatBytes } from "../notebook/figures";

const hint =
  "ask for fewer days, types or columns, or raise the limit: maxScanBytes, or --max-scan";

/** The error of a query that is not run, for it would scan more than it may. */
export function scanRefused(
  estimatedBytes: number,
  maxScanBytes: number,
  sql: string,
): WorkbenchError {
  return new WorkbenchError(
    "ATHENA",
    `the query was not run: it would scan about ${formatBytes(estimatedBytes)}, and may scan ${formatBytes(maxScanBytes)}`,
    { hint, context: { estimatedBytes, maxScanBytes, sql } },
  );
}

/** The error of a query that was stopped, for it had scanned more than it may. */
export function scanStopped(
  dataScannedBytes: number,
  maxScanBytes: number,
  execution: { id: string; sql: string },
): WorkbenchError {
  return new WorkbenchError(
    "ATHENA",
    `the query was stopped: it had scanned ${formatBytes(dataScannedBytes)}, and may scan ${formatBytes(maxScanBytes)}`,
    {
      hint,
      context: {
        dataScannedBytes,
        maxScanBytes,
        queryExecutionId: execution.id,
        sql: execution.sql,
      },
    },
  );
}
