import { WorkbenchError } from "../errors";
import { Chart } from "./chart";
import { frameSpec } from "./frame-spec";
import { checkRowCount, type ChartSpec } from "./spec";

/** What stands around a chart of one's own. */
export interface OwnChartOptions {
  /** What is to be seen, in a sentence. */
  title: string;
  /** Which data: where from, which span. Default: how many rows. */
  subtitle?: string;
  /** What kind of picture it is, for those who cannot see it. Default: by its mark. */
  description?: string;
  /** Of the plot without axes and titles, in pixels. Default: 260. */
  height?: number;
}

/** What is drawn: a query's result, or rows alone. */
export interface ChartData {
  rows: readonly Readonly<Record<string, unknown>>[];
  sql?: string;
}

/**
 * A chart of one's own: a Vega-Lite specification (mark and encoding, or layers) with rows as its
 * data, and around it what every chart of the workbench has: theme, title, alternative text, a
 * width that follows the page, pictures as PNG and SVG.
 *
 * Timestamps are UTC: write `timeUnit: "utcyearmonthdate"`, `scale: { type: "utc" }`. A bigint becomes
 * a number.
 *
 * @throws {@link WorkbenchError} code USAGE for more than 5,000 rows, or a specification that
 *   brings data of its own
 * @see https://vega.github.io/vega-lite/docs/
 * @example
 * ```ts
 * const chart = makeChart(
 *   await wb.query("SELECT event_type, count(*) AS events FROM github_events GROUP BY 1"),
 *   { mark: "bar", encoding: { x: { field: "events", type: "quantitative" }, y: { field: "event_type" } } },
 *   { title: "Events by type" },
 * );
 * await chart.show();
 * ```
 */
export function makeChart(data: ChartData, spec: ChartSpec, options: OwnChartOptions): Chart {
  checkRowCount(data.rows.length);
  if ("data" in spec) {
    throw new WorkbenchError("USAGE", "the specification has data of its own", {
      hint: "give the rows as the first argument and leave data out",
    });
  }
  const count = data.rows.length;
  const { title, subtitle = `${count.toLocaleString("en-US")} ${count === 1 ? "row" : "rows"}` } =
    options;
  const words = { title, subtitle, description: options.description ?? describeMark(spec) };
  const body = { data: { values: data.rows.map(plainRow) }, ...spec };
  return new Chart(
    frameSpec(body, words, options.height ?? 260),
    data.sql === undefined ? {} : { sql: data.sql },
  );
}

/** "Bar chart.", "Chart in layers." */
function describeMark({ mark }: ChartSpec): string {
  const kind = typeof mark === "object" && mark !== null && "type" in mark ? mark.type : mark;
  if (typeof kind !== "string") return "Chart in layers.";
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)} chart.`;
}

function plainRow(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      typeof value === "bigint" ? Number(value) : value,
    ]),
  );
}
