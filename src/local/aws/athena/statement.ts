import { invalidRequest } from "../api-error";
import { hasWord, leadingWords, trimStatement } from "./sql-text";

/** What kind of statement it is, in Athena's words, and what becomes of its result. */
export interface Statement {
  /** As Trino runs it. */
  sql: string;
  type: "DML" | "DDL" | "UTILITY";
  subtype: string;
  /** Whether the first row of the first page holds the columns' names. */
  header: boolean;
  /** Where the result goes below the output location; `undefined`: no result file. */
  file: "csv" | "txt" | undefined;
}

/** Athena's words that mean something else in Trino, or nothing. */
const refused = new Map([
  ["CALL", "CALL"],
  ["GRANT", "GRANT"],
  ["REVOKE", "REVOKE"],
  ["DENY", "DENY"],
  ["SET", "SET"],
  ["RESET", "RESET"],
  ["USE", "USE: name the database in QueryExecutionContext"],
  ["START", "transactions"],
  ["COMMIT", "transactions"],
  ["ROLLBACK", "transactions"],
  ["PREPARE", "prepared statements: pass ExecutionParameters"],
  ["EXECUTE", "prepared statements: pass ExecutionParameters"],
  ["DEALLOCATE", "prepared statements"],
  ["MSCK", "MSCK REPAIR TABLE"],
  ["UNLOAD", "UNLOAD"],
  ["OPTIMIZE", "OPTIMIZE"],
  ["VACUUM", "VACUUM"],
  ["KILL", "KILL"],
]);

/**
 * Reads a query string as far as Athena's answers depend on it.
 *
 * @throws ApiError InvalidRequestException for an empty text, several statements, or a statement
 * that the local Athena does not have
 */
export function readStatement(queryString: string): Statement {
  const trimmed = trimStatement(queryString);
  if ("problem" in trimmed) throw invalidRequest(trimmed.problem, "MALFORMED_QUERY");
  const { sql } = trimmed;
  const [first = "", second = "", third = ""] = leadingWords(sql, 3);
  const reason = refused.get(first) ?? refuseDdl(first, second, third);
  if (reason !== undefined) {
    throw invalidRequest(`the local Athena does not support ${reason}`, "NOT_SUPPORTED");
  }
  switch (first) {
    case "INSERT":
    case "UPDATE":
    case "DELETE":
    case "MERGE":
      return { sql, type: "DML", subtype: first, header: false, file: "csv" };
    case "EXPLAIN":
      return { sql, type: "DML", subtype: "EXPLAIN", header: false, file: "txt" };
    case "SHOW":
      return {
        sql: second === "DATABASES" ? replaceWord(sql, "DATABASES", "SCHEMAS") : sql,
        type: "UTILITY",
        subtype: `SHOW_${second}`,
        header: false,
        file: "txt",
      };
    case "DESCRIBE":
    case "DESC":
      return { sql, type: "UTILITY", subtype: "DESCRIBE_TABLE", header: false, file: "txt" };
    case "CREATE":
    case "DROP":
    case "ALTER":
      return readDdl(sql, first, second);
    default:
      // A misspelt first word too: Trino says what it expected.
      return { sql, type: "DML", subtype: "SELECT", header: true, file: "csv" };
  }
}

function readDdl(sql: string, first: string, second: string): Statement {
  if (first === "CREATE" && second === "TABLE" && hasWord(sql, "AS") && hasWord(sql, "SELECT")) {
    const subtype = "CREATE_TABLE_AS_SELECT";
    return { sql, type: "DDL", subtype, header: false, file: undefined };
  }
  const database = second === "DATABASE" || second === "SCHEMA";
  return {
    sql: second === "DATABASE" ? replaceWord(sql, "DATABASE", "SCHEMA") : sql,
    type: "DDL",
    subtype: `${first}_${database ? "DATABASE" : second === "OR" ? "VIEW" : second}`,
    header: false,
    file: "txt",
  };
}

function refuseDdl(first: string, second: string, third: string): string | undefined {
  if (first === "CREATE" && second === "EXTERNAL") {
    return "CREATE EXTERNAL TABLE: its tables are Iceberg, made by CREATE TABLE … WITH (location = 's3://…')";
  }
  if (first === "SHOW" && second === "PARTITIONS") {
    return 'SHOW PARTITIONS: SELECT * FROM "table$partitions"';
  }
  const others = ["TABLE", "VIEW", "DATABASE", "SCHEMA", "OR", ""];
  if (["CREATE", "DROP", "ALTER"].includes(first) && !others.includes(second)) {
    return `${first} ${second} ${third}`.trim();
  }
  return undefined;
}

function replaceWord(sql: string, from: string, to: string): string {
  return sql.replace(new RegExp(String.raw`\b${from}\b`, "i"), to);
}
