import { invalidRequest } from "../api-error";
import { readAlterTable } from "./ddl/alter";
import { readCreateDatabase, readCreateTable } from "./ddl/create";
import { type CreateTableAs, readCreateTableAs, readUnload, type Unload } from "./ddl/create-as";
import type { CatalogDdl, CreateIcebergTable, DropDatabase, TableChange } from "./ddl/ddl";
import { type PreparedWork, readPrepared } from "./ddl/prepared";
import { readDescribe, readShow } from "./ddl/show";
import { TokenReader } from "./ddl/token-reader";
import { type Optimize, readOptimize, readVacuum, type Vacuum } from "./ddl/upkeep";
import { hasWord, leadingWords, quoteBackticks, trimStatement } from "./sql-text";

/** What a statement asks for where Trino cannot simply run its text. */
export type Work =
  | { kind: "trino" }
  | CatalogDdl
  | TableChange
  | CreateIcebergTable
  | DropDatabase
  | CreateTableAs
  | Unload
  | Optimize
  | Vacuum
  | PreparedWork;

/** What kind of statement it is, in Athena's words, and what becomes of its result. */
export interface Statement {
  /** As Trino runs it, where the work is Trino's. */
  sql: string;
  type: "DML" | "DDL" | "UTILITY";
  subtype: string;
  /** Whether the first row of the first page holds the columns' names. */
  header: boolean;
  /** Where the result goes below the output location; `undefined`: no result file. */
  file: "csv" | "txt" | undefined;
  work: Work;
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
  ["TRUNCATE", "TRUNCATE: DELETE FROM empties an Iceberg table"],
  ["ANALYZE", "ANALYZE"],
  ["COMMENT", "COMMENT"],
  ["REFRESH", "REFRESH"],
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
  const [first = "", second = ""] = leadingWords(sql, 2);
  const reason = refused.get(first);
  if (reason !== undefined) throw notSupported(reason);
  const reader = new TokenReader(sql);
  switch (first) {
    case "INSERT":
    case "UPDATE":
    case "DELETE":
    case "MERGE":
      return { ...dml, sql, subtype: first, header: false, work: byTrino };
    case "EXPLAIN":
      return { ...dml, sql, subtype: "EXPLAIN", header: false, file: "txt", work: byTrino };
    case "UNLOAD":
      reader.expect("UNLOAD");
      return {
        ...dml,
        sql,
        subtype: "UNLOAD",
        header: false,
        file: undefined,
        work: readUnload(reader),
      };
    case "OPTIMIZE":
      reader.expect("OPTIMIZE");
      return { ...dml, sql, subtype: "OPTIMIZE_TABLE", header: false, work: readOptimize(reader) };
    case "VACUUM":
      reader.expect("VACUUM");
      return { ...dml, sql, subtype: "VACUUM_TABLE", header: false, work: readVacuum(reader) };
    case "PREPARE":
    case "DEALLOCATE":
    case "EXECUTE":
      return { ...ddl, sql, subtype: first, work: readPrepared(reader) };
    case "MSCK": {
      reader.expect("MSCK", "REPAIR", "TABLE");
      const table = reader.table();
      reader.end();
      return { ...ddl, sql, subtype: "MSCK_REPAIR_TABLE", work: { kind: "repair-table", table } };
    }
    case "SHOW": {
      reader.expect("SHOW");
      const work = readShow(reader) ?? byTrino;
      return { ...utility, sql: quoteBackticks(sql), subtype: `SHOW_${second}`, work };
    }
    case "DESCRIBE":
    case "DESC": {
      reader.expect(first);
      const work = readDescribe(reader) ?? byTrino;
      return { ...utility, sql: quoteBackticks(sql), subtype: "DESCRIBE_TABLE", work };
    }
    case "CREATE":
    case "DROP":
    case "ALTER":
      return { ...ddl, ...readDdl(sql, reader, first, second) };
    default:
      // A misspelt first word too: Trino says what it expected.
      return { ...dml, sql, subtype: "SELECT", header: true, work: byTrino };
  }
}

const byTrino: Work = { kind: "trino" };
const dml = { type: "DML", file: "csv" } as const;
const ddl = { type: "DDL", header: false, file: "txt" } as const;
const utility = { type: "UTILITY", header: false, file: "txt" } as const;

function readDdl(
  sql: string,
  reader: TokenReader,
  first: string,
  second: string,
): Pick<Statement, "sql" | "subtype" | "work"> & Partial<Statement> {
  const database = second === "DATABASE" || second === "SCHEMA";
  const subtype = `${first}_${database ? "DATABASE" : second === "OR" ? "VIEW" : second}`;
  reader.expect(first);
  if (database && first === "CREATE") {
    reader.expect(second);
    return { sql, subtype, work: readCreateDatabase(reader) };
  }
  if (database && hasWord(sql, "CASCADE")) {
    reader.expect(second);
    const ifExists = reader.take("IF", "EXISTS");
    const work: Work = { kind: "drop-database", name: reader.name(), ifExists };
    reader.expect("CASCADE");
    reader.end();
    return { sql, subtype, work };
  }
  if (first === "CREATE" && (reader.take("TABLE") || reader.take("EXTERNAL", "TABLE"))) {
    return readTable(sql, reader, second === "EXTERNAL");
  }
  if (first === "ALTER" && reader.take("TABLE")) {
    // Trino's own form, which names the procedure.
    if (hasWord(sql, "EXECUTE"))
      throw notSupported("ALTER TABLE … EXECUTE: OPTIMIZE and VACUUM do it");
    return { sql, subtype, work: readAlterTable(reader) };
  }
  const known = database || ["TABLE", "VIEW", "OR"].includes(second);
  if (!known) throw notSupported([first, ...leadingWords(sql, 3).slice(1)].join(" "));
  const quoted = quoteBackticks(sql);
  return {
    sql: second === "DATABASE" ? quoted.replace(/\bDATABASE\b/i, "SCHEMA") : quoted,
    subtype,
    work: byTrino,
  };
}

function readTable(
  sql: string,
  reader: TokenReader,
  external: boolean,
): Pick<Statement, "sql" | "subtype" | "work"> & Partial<Statement> {
  if (!external && hasWord(sql, "AS") && (hasWord(sql, "SELECT") || hasWord(sql, "VALUES"))) {
    const work = readCreateTableAs(reader);
    return { sql, subtype: "CREATE_TABLE_AS_SELECT", work, file: undefined };
  }
  return { sql, subtype: "CREATE_TABLE", work: readCreateTable(reader, external) };
}

function notSupported(what: string): ReturnType<typeof invalidRequest> {
  return invalidRequest(`the local Athena does not support ${what}`, "NOT_SUPPORTED");
}
