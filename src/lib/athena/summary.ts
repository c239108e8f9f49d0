import { formatBytes, formatCount, formatMs, formatUsd } from "../notebook/figures";

/** When an answer of the local cache was asked of Athena. */
export interface CachedAnswer {
  /** Milliseconds since 1970. */
  askedMs: number;
  /** How long ago that was when the cache answered. */
  ageMs: number;
}

/** What a query's line of figures is made from. */
export interface QueryFigures {
  rowCount: number;
  truncated: boolean;
  reused: boolean;
  cached: CachedAnswer | undefined;
  dataScannedBytes: number;
  costUsd: number;
  engineMs: number;
}

/**
 * "20 rows · 1.2 MB scanned · $0.00005 at AWS's list price · 340 ms", or
 * "20 rows · from the local cache, of 12:03:44 UTC, 4 min old".
 */
export function describeQuery(figures: QueryFigures): string {
  const { rowCount, reused, cached } = figures;
  const rows = `${formatCount(rowCount)} ${rowCount === 1 ? "row" : "rows"}`;
  const shown = figures.truncated ? `the first ${rows}` : rows;
  if (cached !== undefined) return `${shown} · ${describeCached(cached)}`;
  return [
    shown,
    reused ? "answered from a stored result" : `${formatBytes(figures.dataScannedBytes)} scanned`,
    `${formatUsd(figures.costUsd)} at AWS's list price`,
    formatMs(figures.engineMs),
  ].join(" · ");
}

/** The day too where it was another one. */
function describeCached({ askedMs, ageMs }: CachedAnswer): string {
  const asked = new Date(askedMs).toISOString();
  const today = new Date(askedMs + ageMs).toISOString();
  const day = asked.slice(0, 10) === today.slice(0, 10) ? "" : `${asked.slice(0, 10)} `;
  return `from the local cache, of ${day}${asked.slice(11, 19)} UTC, ${formatAge(ageMs)} old`;
}

function formatAge(ms: number): string {
  const seconds = ms / 1000;
  if (seconds < 100) return `${Math.floor(seconds)} s`;
  if (seconds < 6000) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} days`;
}
