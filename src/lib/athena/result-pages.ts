import type { ColumnInfo } from "@aws-sdk/client-athena";
import type { Settings } from "../config/settings";
import { throwIfAborted } from "../effects";
import { athenaError, type Athena } from "./client";
import type { TextRow } from "./csv-rows";

/** Athena's largest page; the header of a SELECT counts as a row of the first. */
const pageRows = 1000;

/** Rows as GetQueryResults gives them. */
export interface ResultPage {
  columns: readonly ColumnInfo[];
  rows: readonly TextRow[];
  /** Undefined on the last page. */
  nextToken: string | undefined;
}

/** Reads pages of a result through Athena's API. */
export class ResultPages {
  constructor(
    private readonly athena: Athena,
    private readonly settings: Settings,
    private readonly queryExecutionId: string,
    private readonly signal: AbortSignal | undefined,
  ) {}

  /**
   * One page: the first, or the one that a token stands for.
   *
   * @throws {@link WorkbenchError} code ATHENA
   * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
   */
  async read(token?: string): Promise<ResultPage> {
    const { client, sdk } = this.athena;
    try {
      const answer = await client.send(
        new sdk.GetQueryResultsCommand({
          QueryExecutionId: this.queryExecutionId,
          MaxResults: pageRows,
          ...(token === undefined ? {} : { NextToken: token }),
        }),
        this.signal === undefined ? {} : { abortSignal: this.signal },
      );
      const columns = answer.ResultSet?.ResultSetMetadata?.ColumnInfo ?? [];
      // A null is a value that Athena leaves out.
      const rows = (answer.ResultSet?.Rows ?? []).map(({ Data = [] }) =>
        columns.map((_, at) => Data[at]?.VarCharValue ?? null),
      );
      return { columns, rows, nextToken: answer.NextToken };
    } catch (error) {
      throwIfAborted(this.signal, "reading the result was stopped");
      const { queryExecutionId } = this;
      throw athenaError(error, "the query's result cannot be read", this.settings, {
        queryExecutionId,
      });
    }
  }

  /** The pages from a token on, a page at a time. */
  async *readFrom(token: string | undefined): AsyncGenerator<readonly TextRow[]> {
    for (let next = token; next !== undefined;) {
      const page = await this.read(next);
      yield page.rows;
      next = page.nextToken;
    }
  }
}
