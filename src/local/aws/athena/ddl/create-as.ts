import { takeComment, takeIfNotExists } from "./clauses";
import { TokenReader, type TableName } from "./token-reader";

/** A property of a WITH clause: a text, a list of texts, or anything else as it was written. */
export type WithValue = string | readonly string[] | { raw: string };

/** CREATE TABLE … AS. */
export interface CreateTableAs {
  kind: "create-table-as";
  table: TableName;
  ifNotExists: boolean;
  comment: string | undefined;
  properties: Readonly<Record<string, WithValue>>;
  /** The query as it was written, with WITH NO DATA where that stands after it. */
  query: string;
}

/** UNLOAD. */
export interface Unload {
  kind: "unload";
  query: string;
  location: string;
  properties: Readonly<Record<string, WithValue>>;
}

/**
 * CREATE TABLE … AS, from after the word TABLE on.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/create-table-as.html
 */
export function readCreateTableAs(reader: TokenReader): CreateTableAs {
  const ifNotExists = takeIfNotExists(reader);
  const table = reader.table();
  const comment = takeComment(reader);
  const properties = reader.take("WITH") ? readWith(reader) : {};
  reader.expect("AS");
  const query = reader.rest();
  if (query === "") reader.fail("a query");
  return { kind: "create-table-as", table, ifNotExists, comment, properties, query };
}

/**
 * UNLOAD, from after this word on.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/unload.html
 */
export function readUnload(reader: TokenReader): Unload {
  reader.expectSign("(");
  const query = reader.until(")");
  reader.expectSign(")");
  reader.expect("TO");
  const location = reader.string();
  const properties = reader.take("WITH") ? readWith(reader) : {};
  reader.end();
  return { kind: "unload", query, location, properties };
}

function readWith(reader: TokenReader): Record<string, WithValue> {
  const pairs = reader.list((): [string, WithValue] => {
    const name = reader.name();
    reader.expectSign("=");
    return [name, readValue(reader.until(",", ")"))];
  });
  return Object.fromEntries(pairs);
}

function readValue(text: string): WithValue {
  const reader = new TokenReader(text);
  if (text.startsWith("'")) return reader.string();
  if (!reader.take("ARRAY")) return { raw: text };
  reader.expectSign("[");
  const items: string[] = [];
  while (!reader.takeSign("]")) {
    items.push(reader.string());
    reader.takeSign(",");
  }
  return items;
}
