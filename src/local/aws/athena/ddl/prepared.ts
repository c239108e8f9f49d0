import type { TokenReader } from "./token-reader";

/** Statements on prepared statements, which the workgroup keeps. */
export type PreparedWork =
  | { kind: "prepare"; name: string; query: string }
  | { kind: "deallocate"; name: string }
  | { kind: "execute"; name: string; parameters: readonly string[] };

/**
 * PREPARE, DEALLOCATE PREPARE and EXECUTE.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/querying-with-prepared-statements-sql-statements.html
 */
export function readPrepared(reader: TokenReader): PreparedWork {
  if (reader.take("PREPARE")) {
    const name = reader.name();
    reader.expect("FROM");
    const query = reader.rest();
    if (query === "") reader.fail("a statement");
    return { kind: "prepare", name, query };
  }
  if (reader.take("DEALLOCATE", "PREPARE")) {
    const name = reader.name();
    reader.end();
    return { kind: "deallocate", name };
  }
  reader.expect("EXECUTE");
  const name = reader.name();
  const parameters: string[] = [];
  if (reader.take("USING")) {
    do parameters.push(reader.until(","));
    while (reader.takeSign(","));
  }
  reader.end();
  return { kind: "execute", name, parameters };
}
