import { WorkbenchError } from "../errors";

/** A Vega-Lite v5 specification, as plain JSON. */
export type ChartSpec = Readonly<Record<string, unknown>>;

/** More marks than this are slow to draw and too many to read. */
export const maxChartRows = 5000;

/**
 * Refuses to draw more rows than a chart can show.
 *
 * @throws {@link WorkbenchError} code USAGE that tells to aggregate
 */
export function checkRowCount(count: number): void {
  if (count <= maxChartRows) return;
  throw new WorkbenchError(
    "USAGE",
    `a chart of ${count.toLocaleString("en-US")} rows; at most ${maxChartRows.toLocaleString("en-US")} can be drawn`,
    { hint: "aggregate in the SQL (GROUP BY a longer time, or a LIMIT), then chart that" },
  );
}

/** What every chart says in words. */
export interface ChartWords {
  /** What was found, in a sentence. */
  title: string;
  /** Which data: dataset, span, how much. */
  subtitle: string;
  /** What kind of picture it is, for those who cannot see it. */
  description: string;
  /** What would bring data, where there is none. Default: the command that brings events. */
  remedy?: string;
}
