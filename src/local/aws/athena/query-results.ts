import type { TextRow } from "../../../lib/athena/csv-rows";
import { invalidRequest } from "../api-error";
import type { Execution } from "./execution";
import { readRows, type RowPosition } from "./result-spool";

/** Athena's largest page, the header's row included. */
const maxPage = 1000;

/**
 * One page of a result. The first page of a SELECT begins with a row of the columns' names.
 *
 * @throws ApiError InvalidRequestException when there is no result, or the token is none of ours
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_GetQueryResults.html
 */
export async function pageOfResults(
  execution: Execution,
  dir: string,
  page: { maxResults: number | undefined; token: string | undefined },
): Promise<Record<string, unknown>> {
  requireResult(execution);
  const from = page.token === undefined ? { row: 0, byte: 0 } : readToken(page.token, execution);
  const size = page.maxResults ?? maxPage;
  const header = execution.statement.header && page.token === undefined;
  const count = header ? size - 1 : size;
  const { rows, next } =
    execution.rows === 0 || count === 0
      ? { rows: [], next: from }
      : await readRows(dir, { from, count, header: execution.statement.header });
  const shown: TextRow[] = header ? [execution.columns.map(({ Name }) => Name), ...rows] : rows;
  return {
    UpdateCount: execution.updateCount ?? 0,
    ResultSet: {
      Rows: shown.map((row) => ({
        Data: row.map((value) => (value === null ? {} : { VarCharValue: value })),
      })),
      ResultSetMetadata: { ColumnInfo: execution.columns },
    },
    ...(next.row < execution.rows ? { NextToken: writeToken(execution.id, next) } : {}),
  };
}

function requireResult({ state }: Execution): void {
  if (state === "QUEUED" || state === "RUNNING") {
    throw invalidRequest(`Query has not yet finished. Current state: ${state}`);
  }
  if (state !== "SUCCEEDED") {
    throw invalidRequest(`Query did not finish successfully. Final query state: ${state}`);
  }
}

function writeToken(id: string, { row, byte }: RowPosition): string {
  return Buffer.from(`${id}:${row}:${byte}`).toString("base64url");
}

function readToken(token: string, execution: Execution): RowPosition {
  const text = Buffer.from(token, "base64url").toString("utf8");
  const match = /^([0-9a-f-]+):(\d+):(\d+)$/.exec(text);
  if (match === null || match[1] !== execution.id) {
    throw invalidRequest("NextToken does not belong to this query execution");
  }
  return { row: Number(match[2]), byte: Number(match[3]) };
}
