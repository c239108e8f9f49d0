import type { QueryParameter } from "../athena/parameters";
import type { QueryLimits } from "../athena/query-options";
import type { Row } from "../athena/values";
import type { ChartSpec } from "../charts/spec";
import type { AnalysisScope } from "./scope";

/** What every analysis can be asked with. */
export interface AnalyseOptions extends QueryLimits, AnalysisScope {
  /**
   * Only the events of this many days back from the newest event in the data (not from today, so
   * that old data answers too); `"all"` for all of them. Default: each analysis' own.
   */
  days?: number | "all";
  /** How many lines at the most. Default: each analysis' own; not every analysis has one. */
  limit?: number;
}

/** The options of a run, checked and filled. */
export interface AnalysisParameters {
  /** Undefined: all data. */
  days: number | undefined;
  limit: number;
}

/** A parameter an analysis takes, for `--list` and its errors. */
export interface ParameterInfo {
  name: "days" | "limit";
  meaning: string;
  default: number | "all";
  min: number;
  max: number;
}

/** SQL with the values bound to its `?`. */
export interface BoundSql {
  sql: string;
  params: readonly QueryParameter[];
}

/** What a chart is built from, beside the rows. */
export interface AnalysisContext {
  /** The dataset's name, for the subtitle. */
  dataset: string;
  parameters: AnalysisParameters;
  /** What the question was narrowed to, for the subtitle; undefined for all of the data. */
  scope?: string | undefined;
  /** First and last moment of what was counted, ISO 8601; undefined where there is nothing. */
  span: { from: string; to: string } | undefined;
  /** The estimated share of all events that was captured, 0 to 1; undefined where nobody measured. */
  coverage?: number | undefined;
  /** Figures of the whole, from the `data_…` columns: `data_events` is `totals.events`. */
  totals: Readonly<Record<string, number>>;
}

/**
 * A question with its answer: the SQL, the chart and the words. One file an analysis; to add one,
 * write its file and list it in index.ts.
 *
 * Columns of the SQL that begin with `data_` tell of the whole, not of their row: `data_from` and
 * `data_to` give the span, the others become `totals`. They are taken out of the rows.
 */
export interface Analysis {
  /** As in `workbench analyse NAME`. */
  name: string;
  title: string;
  /** The question in words. */
  question: string;
  parameters: readonly ParameterInfo[];
  sql(parameters: AnalysisParameters): BoundSql;
  chart(rows: readonly Row[], context: AnalysisContext): ChartSpec;
  /** What the answer does not tell, in a sentence or two. */
  caveat: string;
}
