import type { Column, Row } from "../athena/values";
import { WorkbenchError } from "../errors";
import { athenaTypes, type ColumnDefinition } from "./definition";
import { type ColumnOfTable, type RowOfTable, type TableName, tables } from "./index";

/** The parts of a result that rows are read from. */
export interface TableResult {
  columns: readonly Column[];
  rows: readonly Row[];
}

/**
 * The rows of a query over one table, typed by the table's definition. That the result has the
 * columns, of their types and without nulls where there may be none, is checked.
 *
 * @param columns - the columns wanted. Default: all of the table
 * @throws {@link WorkbenchError} code USAGE where a column is missing, of another type, or null
 *   where it never is
 * @example
 * ```ts
 * const result = await wb.query("SELECT repo, commits FROM github_events LIMIT 5");
 * for (const { repo, commits } of readRows("github_events", result, ["repo", "commits"])) {
 *   console.log(repo.toUpperCase(), commits ?? "unknown");
 * }
 * ```
 */
export function readRows<N extends TableName, C extends ColumnOfTable<N> = ColumnOfTable<N>>(
  table: N,
  result: TableResult,
  columns?: readonly C[],
): Pick<RowOfTable<N>, C>[] {
  const definitions: Readonly<Record<string, ColumnDefinition>> = tables[table].columns;
  const names: readonly string[] = columns ?? Object.keys(definitions);
  const found = new Map(result.columns.map(({ name, type }) => [name, type]));
  for (const name of names) {
    const { type, required } = definitions[name] ?? { type: "string", required: undefined };
    const had = found.get(name)?.replace(/\(.*$/, "");
    if (had !== athenaTypes[type]) {
      const what = had === undefined ? "is not in the result" : `is ${had} in the result`;
      throw new WorkbenchError("USAGE", `${table}.${name} ${what}, not ${athenaTypes[type]}`, {
        hint: `select the column ${name} of ${table} as it is`,
      });
    }
    if (required === true && result.rows.some((row) => row[name] === null)) {
      throw new WorkbenchError(
        "USAGE",
        `${table}.${name} is null in the result, which it never is`,
        {
          hint: "an outer join makes such rows: read them without readRows",
        },
      );
    }
  }
  return result.rows.map(
    (row) => Object.fromEntries(names.map((name) => [name, row[name]])) as Pick<RowOfTable<N>, C>,
  );
}
