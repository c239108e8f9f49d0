import { parseDurationMs } from "../duration";
import { WorkbenchError } from "../errors";
import type { QueryParameter } from "./parameters";

/** How a query runs. */
export interface QueryOptions {
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
