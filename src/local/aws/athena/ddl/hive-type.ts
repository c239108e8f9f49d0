import { TokenReader } from "./token-reader";

/** A type of Hive's grammar, taken apart. */
export type HiveType =
  | { kind: "plain"; name: string; sizes: number[] }
  | { kind: "array"; item: HiveType }
  | { kind: "map"; key: HiveType; value: HiveType }
  | { kind: "struct"; fields: { name: string; type: HiveType }[] };

/**
 * The types that a column may have, with Trino's word for each.
 *
 * @see https://docs.aws.amazon.com/athena/latest/ug/data-types.html
 */
const plainTypes: Readonly<Record<string, string>> = {
  boolean: "boolean",
  tinyint: "tinyint",
  smallint: "smallint",
  int: "integer",
  integer: "integer",
  bigint: "bigint",
  double: "double",
  float: "real",
  decimal: "decimal",
  char: "char",
  varchar: "varchar",
  string: "varchar",
  binary: "varbinary",
  date: "date",
  timestamp: "timestamp(6)",
};

/** Reads a type. @throws ApiError InvalidRequestException for one that Athena does not have */
export function readHiveType(reader: TokenReader): HiveType {
  if (reader.take("ARRAY")) {
    reader.expectSign("<");
    const item = readHiveType(reader);
    reader.expectSign(">");
    return { kind: "array", item };
  }
  if (reader.take("MAP")) {
    reader.expectSign("<");
    const key = readHiveType(reader);
    reader.expectSign(",");
    const value = readHiveType(reader);
    reader.expectSign(">");
    return { kind: "map", key, value };
  }
  if (reader.take("STRUCT")) {
    reader.expectSign("<");
    const fields: { name: string; type: HiveType }[] = [];
    do {
      const name = reader.name();
      reader.expectSign(":");
      fields.push({ name, type: readHiveType(reader) });
    } while (reader.takeSign(","));
    reader.expectSign(">");
    return { kind: "struct", fields };
  }
  const known = Object.keys(plainTypes).find((word) => reader.take(word.toUpperCase()));
  if (known === undefined) return reader.fail("a data type");
  const sizes: number[] = [];
  if (reader.takeSign("(")) {
    do sizes.push(reader.integer());
    while (reader.takeSign(","));
    reader.expectSign(")");
  }
  return { kind: "plain", name: known === "integer" ? "int" : known, sizes };
}

/** A type as the catalog keeps it. */
export function formatHiveType(type: HiveType): string {
  switch (type.kind) {
    case "array":
      return `array<${formatHiveType(type.item)}>`;
    case "map":
      return `map<${formatHiveType(type.key)},${formatHiveType(type.value)}>`;
    case "struct":
      return `struct<${type.fields.map((field) => `${field.name}:${formatHiveType(field.type)}`).join(",")}>`;
    case "plain":
      return type.sizes.length === 0 ? type.name : `${type.name}(${type.sizes.join(",")})`;
  }
}

/** A type in Trino's grammar, for a column of an Iceberg table. */
export function formatTrinoType(type: HiveType): string {
  switch (type.kind) {
    case "array":
      return `array(${formatTrinoType(type.item)})`;
    case "map":
      return `map(${formatTrinoType(type.key)}, ${formatTrinoType(type.value)})`;
    case "struct":
      return `row(${type.fields.map((field) => `"${field.name}" ${formatTrinoType(field.type)}`).join(", ")})`;
    case "plain": {
      // Iceberg has neither: it keeps small integers and bounded texts in the next wider type.
      const name = type.name === "tinyint" || type.name === "smallint" ? "int" : type.name;
      if (name === "char" || name === "varchar") return "varchar";
      const word = plainTypes[name] ?? name;
      return type.sizes.length === 0 ? word : `${word}(${type.sizes.join(", ")})`;
    }
  }
}

/** A type from the catalog's text. */
export function parseHiveType(text: string): HiveType {
  const reader = new TokenReader(text);
  const type = readHiveType(reader);
  reader.end();
  return type;
}
