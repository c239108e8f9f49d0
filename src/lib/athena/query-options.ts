import { parseDurationMs } from "../duration";
import { WorkbenchError } from "../errors";
import { type QueryParameter, renderParameter } from "./parameters";

/** What a query may cost, and whether an earlier answer will do. */
export interface QueryLimits {
  /**
   * Bytes that the query may scan at the most. It is refused before it runs where the engine's plan
   * says that it reads more, and stopped while it runs where it has scanned more; see
   * docs/topics/queries.md for what each of both can promise. Default: no limit but the workgroup's.
   */
  maxScanBytes?: number;
  /**
   * Answer from the local cache where the same query was asked no longer ago than this (`"15m"`):
   * Athena is not asked then, and the result says so (`cached`). What Athena answers is kept for the
   * next time. `false`: neither. Default: ATHENA_CACHE, else `false`.
   */
  cache?: string | false;
}

/** How a query runs. */
export interface QueryOptions extends QueryLimits {
  /** Bound to the `?` of the query in order, by Athena itself: never pasted into the SQL. */
  params?: readonly QueryParameter[];
  /**
   * Keep this many rows and leave the rest on the server; the result says so (`truncated`).
   * Without it, a result of more than a million rows is an error.
   */
  maxRows?: number;
  /**
   * Take the stored result of the same query where it is no older than this (`"15m"`, up to
   * `"7d"`): nothing is scanned and nothing billed then, and the result says so (`reused`).
   * Default: always ask anew.
   *
   * @see https://docs.aws.amazon.com/athena/latest/ug/reusing-query-results.html
   */
  reuse?: string;
}

/** As long as Athena looks back: seven days. */
const maxReuseMinutes = 7 * 24 * 60;

/**
 * Whole minutes, rounded down, as Athena takes them.
 *
 * @throws {@link WorkbenchError} code USAGE for what is no duration, or out of range
 */
export function readReuseMinutes(reuse: string): number {
  const minutes = Math.floor(parseDurationMs(reuse, "reuse") / 60_000);
  if (minutes >= 1 && minutes <= maxReuseMinutes) return minutes;
  throw new WorkbenchError("USAGE", `reuse is ${JSON.stringify(reuse)}`, {
    hint: "give an age from 1m to 7d",
  });
}

/**
 * Checks what can be checked before anything is asked.
 *
 * @throws {@link WorkbenchError} code USAGE
 */
export function checkQuery(sql: string, options: QueryOptions): void {
  const { params = [], reuse, maxRows, maxScanBytes } = options;
  if (sql.trim() === "") {
    throw new WorkbenchError("USAGE", "the query is empty", {
      hint: 'npx workbench query "SELECT event_type, COUNT(*) FROM github_events GROUP BY event_type"',
    });
  }
  if (maxRows !== undefined && (!Number.isInteger(maxRows) || maxRows < 0)) {
    throw new WorkbenchError("USAGE", `maxRows is ${maxRows}`, { hint: "give a whole number" });
  }
  if (maxScanBytes !== undefined && !(maxScanBytes > 0)) {
    throw new WorkbenchError("USAGE", `maxScanBytes is ${maxScanBytes}`, {
      hint: "give a number of bytes above 0",
    });
  }
  params.forEach(renderParameter);
  if (reuse !== undefined) readReuseMinutes(reuse);
}
