import { runQuery } from "../athena/query";
import type { QueryLimits } from "../athena/query-options";
import { QueryResult, type QueryResultFields } from "../athena/result";
import type { Row } from "../athena/values";
import { Chart } from "../charts/chart";
import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { findAnalysis } from "./index";
import type { Analysis, AnalysisContext, AnalyseOptions } from "./analysis";
import { coverageOf } from "./coverage";
import { checkParameters } from "./parameters";
import { narrow, scopeWords } from "./scope";

export type { AnalyseOptions } from "./analysis";

/** The answer to a named question: a query's result that knows its chart and its caveat. */
export class AnalysisResult extends QueryResult {
  readonly name: string;
  readonly title: string;
  readonly question: string;
  /** What the answer does not tell. */
  readonly caveat: string;
  /** First and last moment of what was counted; undefined where there is nothing. */
  readonly span: { from: string; to: string } | undefined;
  /** The estimated share of all events that was captured, 0 to 1; undefined where nobody measured. */
  readonly coverage: number | undefined;
  readonly #analysis: Analysis;
  readonly #context: AnalysisContext;

  constructor(fields: QueryResultFields, analysis: Analysis, context: AnalysisContext) {
    super(fields);
    this.name = analysis.name;
    this.title = analysis.title;
    this.question = analysis.question;
    this.caveat = analysis.caveat;
    this.span = context.span;
    this.coverage = context.coverage;
    this.#analysis = analysis;
    this.#context = context;
  }

  /** What was found, in a sentence: the chart's title. */
  get finding(): string {
    return this.chart().title;
  }

  /** The chart of the answer, with the SQL it came from. */
  chart(): Chart {
    const spec = this.#analysis.chart(this.rows, this.#context);
    const { params } = this.#analysis.sql(this.#context.parameters);
    return new Chart(spec, { sql: this.sql, params, caveat: this.caveat });
  }
}

/**
 * Answers a named question over the settings' dataset.
 *
 * @throws {@link WorkbenchError} code USAGE for an unknown name or a parameter out of range, and
 *   as `runQuery` does
 *
 * @example
 * ```ts
 * const busiest = await analyse(settings, "repository-activity", { days: 7, limit: 20 }, effects);
 * await busiest.chart().show();
 * const one = await analyse(settings, "busiest-hours", { repo: "octo/hello" }, effects);
 * ```
 */
export async function analyse(
  settings: Settings,
  name: string,
  options: AnalyseOptions,
  effects: Effects,
): Promise<AnalysisResult> {
  const analysis = findAnalysis(name);
  const { cache, maxScanBytes, repo, login, ...own } = options;
  const parameters = checkParameters(analysis, own);
  const limits: QueryLimits = {
    ...(cache === undefined ? {} : { cache }),
    ...(maxScanBytes === undefined ? {} : { maxScanBytes }),
  };
  const { sql, params } = narrow(name, analysis.sql(parameters), { repo, login });
  const result = await runQuery(settings, sql, { ...limits, params }, effects);
  const context = { dataset: settings.dataset, parameters, scope: scopeWords({ repo, login }) };
  const { span } = toAnalysisResult(result, analysis, context);
  if (span === undefined) return toAnalysisResult(result, analysis, context);
  const coverage = await coverageOf(settings, span, limits, effects);
  const dataScannedBytes = result.dataScannedBytes + coverage.dataScannedBytes;
  const costUsd = result.costUsd + coverage.costUsd;
  return toAnalysisResult({ ...fieldsOf(result), dataScannedBytes, costUsd }, analysis, {
    ...context,
    coverage: coverage.share,
  });
}

/** Takes the `data_…` columns, which tell of the whole, out of the rows. */
export function toAnalysisResult(
  result: QueryResultFields,
  analysis: Analysis,
  context: Pick<AnalysisContext, "dataset" | "parameters" | "scope" | "coverage">,
): AnalysisResult {
  const all = result.columns.map((column, at) => ({ column, values: result.values[at] ?? [] }));
  const isTotal = ({ column }: (typeof all)[number]): boolean => column.name.startsWith("data_");
  const shown = all.filter((one) => !isTotal(one));
  const {
    data_from: from,
    data_to: to,
    ...totals
  }: Row = Object.fromEntries(
    all.filter(isTotal).map(({ column, values }) => [column.name, values[0] ?? null]),
  );
  const span = typeof from === "string" && typeof to === "string" ? { from, to } : undefined;
  const columns = shown.map(({ column }) => column);
  const values = shown.map(({ values }) => values);
  return new AnalysisResult({ ...fieldsOf(result), columns, values }, analysis, {
    ...context,
    span,
    totals: Object.fromEntries(
      Object.entries(totals).map(([name, value]) => [name.slice("data_".length), Number(value)]),
    ),
  });
}

function fieldsOf(result: QueryResultFields): QueryResultFields {
  const { columns, values, queryExecutionId, dataScannedBytes, engineMs, costUsd } = result;
  const { reused, cached, truncated, sql } = result;
  return {
    columns,
    values,
    queryExecutionId,
    dataScannedBytes,
    engineMs,
    costUsd,
    reused,
    cached,
    truncated,
    sql,
  };
}
