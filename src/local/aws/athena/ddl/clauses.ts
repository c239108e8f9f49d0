import type { HiveColumn, PartitionSpec, RowFormat, StoredAs } from "./ddl";
import { readHiveType } from "./hive-type";
import type { TokenReader } from "./token-reader";

/** `IF NOT EXISTS`. */
export function takeIfNotExists(reader: TokenReader): boolean {
  return reader.take("IF", "NOT", "EXISTS");
}

/** `name type COMMENT 'words'`. */
export function readColumn(reader: TokenReader): HiveColumn {
  const name = reader.name();
  const type = readHiveType(reader);
  return { name, type, comment: takeComment(reader) };
}

/** `COMMENT 'words'`, where it comes next. */
export function takeComment(reader: TokenReader): string | undefined {
  return reader.take("COMMENT") ? reader.string() : undefined;
}

/** `('name'='value', …)`. */
export function readProperties(reader: TokenReader): Record<string, string> {
  const pairs = reader.list((): [string, string] => {
    const name = reader.string();
    reader.expectSign("=");
    return [name, reader.literal()];
  });
  return Object.fromEntries(pairs);
}

/** `(key = value, …)` after the word PARTITION, and a LOCATION. */
export function readPartition(reader: TokenReader): PartitionSpec {
  reader.expect("PARTITION");
  const pairs = reader.list((): [string, string] => {
    const key = reader.name();
    reader.expectSign("=");
    return [key, reader.literal()];
  });
  const location = reader.take("LOCATION") ? reader.string() : undefined;
  return { values: Object.fromEntries(pairs), location };
}

/** The words of DELIMITED, with the SerDe's property that each of them sets. */
const delimiters: [string[], string][] = [
  [["FIELDS", "TERMINATED", "BY"], "field.delim"],
  [["ESCAPED", "BY"], "escape.delim"],
  [["COLLECTION", "ITEMS", "TERMINATED", "BY"], "collection.delim"],
  [["MAP", "KEYS", "TERMINATED", "BY"], "mapkey.delim"],
  [["LINES", "TERMINATED", "BY"], "line.delim"],
  [["NULL", "DEFINED", "AS"], "serialization.null.format"],
];

/** What follows `ROW FORMAT`. */
export function readRowFormat(reader: TokenReader): RowFormat {
  if (reader.take("SERDE")) {
    const serde = reader.string();
    const properties = reader.take("WITH", "SERDEPROPERTIES") ? readProperties(reader) : {};
    return { serde, properties };
  }
  reader.expect("DELIMITED");
  const properties: Record<string, string> = {};
  for (;;) {
    const found = delimiters.find(([words]) => reader.take(...words));
    if (found === undefined) break;
    properties[found[1]] = reader.string();
  }
  const field = properties["field.delim"];
  // Hive sets both from the one clause.
  if (field !== undefined) properties["serialization.format"] = field;
  return { serde: undefined, properties };
}

/** What follows `STORED AS`. */
export function readStoredAs(reader: TokenReader): StoredAs {
  if (reader.take("INPUTFORMAT")) {
    const input = reader.string();
    reader.expect("OUTPUTFORMAT");
    return { input, output: reader.string() };
  }
  return { format: reader.name().toUpperCase() };
}
