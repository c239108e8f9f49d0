import type { Row } from "../athena/values";
import { clipName } from "../charts/words";
import { numberAt, textAt } from "./read-row";

/**
 * Who has the most, in words, ties included: "a", "a and b", "a and 3 others". The rows come in
 * order, the largest first.
 */
export function leadersOf(
  rows: readonly Row[],
  column: string,
  measure: string,
): { names: string; tied: boolean } {
  const [first] = rows;
  const most = numberAt(first, measure);
  const tied = rows.filter((row) => numberAt(row, measure) === most);
  const [one = "", two = ""] = tied.map((row) => clipName(textAt(row, column), 30));
  if (tied.length <= 1) return { names: one, tied: false };
  const rest = tied.length === 2 ? two : `${tied.length - 1} others`;
  return { names: `${one} and ${rest}`, tied: true };
}

/** "1 event", "1,913 events" */
export function countOf(count: number, one: string): string {
  return `${count.toLocaleString("en-US")} ${count === 1 ? one : `${one}s`}`;
}
