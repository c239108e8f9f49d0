import type { DataFrame } from "danfojs-node";
import { show } from "../notebook/display";
import { makeColumnFrame } from "../notebook/frames";
import { formatTextTable } from "../notebook/text-table";
import { countRows, toRows } from "./column-values";
import { type CachedAnswer, describeQuery } from "./summary";
import type { Column, ColumnValues, Row } from "./values";

/** What a {@link QueryResult} is made from. */
export interface QueryResultFields {
  columns: readonly Column[];
  values: ColumnValues;
  queryExecutionId: string;
  dataScannedBytes: number;
  engineMs: number;
  costUsd: number;
  reused: boolean;
  cached?: CachedAnswer | undefined;
  truncated: boolean;
  sql: string;
}

/** The answer to a query: typed rows, and what they cost. */
export class QueryResult {
  readonly columns: readonly Column[];
  /** The typed values, a list for each column. */
  readonly values: ColumnValues;
  #rows: readonly Row[] | undefined;
  readonly queryExecutionId: string;
  /** Bytes that the engine read from storage. */
  readonly dataScannedBytes: number;
  /** Milliseconds the engine worked, without queueing. */
  readonly engineMs: number;
  /** US dollars at AWS's list price; see `queryCostUsd`. */
  readonly costUsd: number;
  /** True where Athena answered from a stored result. */
  readonly reused: boolean;
  /** Set where the local cache answered, and nothing was asked of Athena. */
  readonly cached: CachedAnswer | undefined;
  /** True where `maxRows` left rows on the server. */
  readonly truncated: boolean;
  readonly sql: string;

  constructor(fields: QueryResultFields) {
    this.columns = fields.columns;
    this.values = fields.values;
    this.queryExecutionId = fields.queryExecutionId;
    this.dataScannedBytes = fields.dataScannedBytes;
    this.engineMs = fields.engineMs;
    this.costUsd = fields.costUsd;
    this.reused = fields.reused;
    this.cached = fields.cached;
    this.truncated = fields.truncated;
    this.sql = fields.sql;
  }

  /** The typed rows; made at the first call. */
  get rows(): readonly Row[] {
    return (this.#rows ??= toRows(this.columns, this.values));
  }

  /** How many rows there are here. */
  get rowCount(): number {
    return countRows(this.values);
  }

  /** The rows as a danfojs DataFrame, with the columns' types (see `makeFrame`). */
  frame(): DataFrame {
    return makeColumnFrame(this.columns, this.values);
  }

  /** Shows the rows as a table in a notebook, with bytes scanned and cost; elsewhere as text. */
  async show(): Promise<void> {
    await show(this);
  }

  /** "20 rows · 1.2 MB scanned · $0.00005 at AWS's list price · 340 ms" */
  get summary(): string {
    return describeQuery(this);
  }

  /** A result left as a cell's last line prints as a table. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return `${formatTextTable(this.columns, this.rows)}\n${this.summary}`;
  }
}
