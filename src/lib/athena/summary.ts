import { formatBytes, formatCount, formatMs, formatUsd } from "../notebook/figures";

/** What a query's line of figures is made from. */
export interface QueryFigures {
  rowCount: number;
  truncated: boolean;
  reused: boolean;
  dataScannedBytes: number;
  costUsd: number;
  engineMs: number;
}

/** "20 rows · 1.2 MB scanned · $0.00005 at AWS's list price · 340 ms" */
export function describeQuery(figures: QueryFigures): string {
  const { rowCount, reused } = figures;
  const rows = `${formatCount(rowCount)} ${rowCount === 1 ? "row" : "rows"}`;
  return [
    figures.truncated ? `the first ${rows}` : rows,
    reused ? "answered from a stored result" : `${formatBytes(figures.dataScannedBytes)} scanned`,
    `${formatUsd(figures.costUsd)} at AWS's list price`,
    formatMs(figures.engineMs),
  ].join(" · ");
}
