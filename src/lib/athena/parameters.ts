import { WorkbenchError } from "../errors";

/** What a `?` in a query can be bound to. */
export type QueryParameter = string | number | boolean | bigint | null | Date;

/** Athena takes each execution parameter as a text of 1 to 1024 characters. */
const maxLength = 1024;

/**
 * The SQL literal that stands for a value. Athena binds execution parameters as literals, so a
 * text must be quoted and its quotes doubled; what is bound can then never become SQL.
 *
 * Numbers keep their kind: `7` is an integer, `1.5` a double (`1.5E0`), a bigint a bigint. A Date
 * is a `TIMESTAMP` in UTC, milliseconds kept.
 *
 * @throws {@link WorkbenchError} code USAGE for NaN, infinities, an invalid date, a value of
 *   another type, a zero byte, and a literal longer than Athena takes (1024 characters)
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements-querying.html
 *
 * @example
 * ```ts
 * renderParameter("it's"); // 'it''s'
 * renderParameter(new Date(0)); // TIMESTAMP '1970-01-01 00:00:00.000'
 * ```
 */
export function renderParameter(value: QueryParameter): string {
  const literal = toLiteral(value);
  if (literal.length > maxLength) {
    throw new WorkbenchError(
      "USAGE",
      `a query parameter is ${literal.length} characters long as SQL; Athena takes ${maxLength}`,
      { hint: "bind a shorter value" },
    );
  }
  return literal;
}

/** What may hold a `?` that stands for no parameter, or is one. */
const questionMarks = /'(?:[^']|'')*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[^]*?\*\/|\?/g;

/**
 * SQL with the literals of {@link renderParameter} in the places of its `?`, for EXPLAIN, which
 * binds none. What runs is always bound by Athena.
 *
 * @throws {@link WorkbenchError} code USAGE where there are more or fewer than its `?`
 */
export function inlineParameters(sql: string, params: readonly QueryParameter[]): string {
  let used = 0;
  const text = sql.replaceAll(questionMarks, (token) => {
    const value = token === "?" ? params[used] : undefined;
    if (token === "?") used += 1;
    return value === undefined ? token : renderParameter(value);
  });
  if (used === params.length) return text;
  throw new WorkbenchError(
    "USAGE",
    `the SQL has ${used} ?, and ${params.length} values are given`,
    {
      hint: "give a value for each ?",
    },
  );
}

function toLiteral(value: QueryParameter): string {
  if (value === null) return "NULL";
  switch (typeof value) {
    case "string":
      if (value.includes("\0")) throw unusable("a text with a zero byte");
      return `'${value.replaceAll("'", "''")}'`;
    case "boolean":
      return value ? "TRUE" : "FALSE";
    case "bigint":
      return value.toString();
    case "number":
      return numberLiteral(value);
    default:
      return dateLiteral(value);
  }
}

function numberLiteral(value: number): string {
  if (!Number.isFinite(value)) throw unusable(String(value));
  if (Object.is(value, -0)) return "0";
  if (Number.isSafeInteger(value)) return String(value);
  // With an exponent it is a double; without, Trino would read a decimal.
  return value.toExponential().replace("e", "E").replace("E+", "E");
}

function dateLiteral(value: unknown): string {
  if (!(value instanceof Date)) throw unusable(`a value of type ${describeType(value)}`);
  const year = value.getUTCFullYear();
  if (Number.isNaN(year) || year < 0 || year > 9999) throw unusable("an invalid date");
  return `TIMESTAMP '${value.toISOString().replace("T", " ").replace("Z", "")}'`;
}

function describeType(value: unknown): string {
  return Array.isArray(value) ? "array" : typeof value;
}

function unusable(what: string): WorkbenchError {
  return new WorkbenchError("USAGE", `${what} cannot be a query parameter`, {
    hint: "bind a text, a finite number, a boolean, a bigint, a Date or null",
  });
}
