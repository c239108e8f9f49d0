import type { TrinoColumn, TrinoType } from "../../trino/client";

/** A column of a result, as `ResultSetMetadata` names its members. */
export interface ColumnInfo {
  CatalogName: string;
  SchemaName: string;
  TableName: string;
  Name: string;
  Label: string;
  Type: string;
  Precision: number;
  Scale: number;
  Nullable: "UNKNOWN";
  CaseSensitive: boolean;
}

/** Digits or characters by type; Athena reports 0 for those that are not here. */
const precisions: Readonly<Record<string, number>> = {
  tinyint: 3,
  smallint: 5,
  integer: 10,
  bigint: 19,
  float: 17,
  double: 17,
  varchar: 2_147_483_647,
  varbinary: 1_073_741_824,
  timestamp: 3,
  "timestamp with time zone": 3,
  time: 3,
};

/**
 * Describes a column as Athena does: the bare type's name, with precision and scale beside it.
 *
 * @see https://docs.aws.amazon.com/athena/latest/APIReference/API_ColumnInfo.html
 */
export function columnInfo(column: TrinoColumn): ColumnInfo {
  const Type = athenaType(column.typeSignature);
  const [first, second] = numbers(column.typeSignature);
  const sized = Type === "decimal" || Type === "char" || Type === "varchar";
  return {
    CatalogName: "hive",
    SchemaName: "",
    TableName: "",
    Name: column.name,
    Label: column.name,
    Type,
    Precision: (sized || Type.startsWith("time") ? first : undefined) ?? precisions[Type] ?? 0,
    Scale: Type === "decimal" ? (second ?? 0) : 0,
    Nullable: "UNKNOWN",
    CaseSensitive: Type === "varchar" || Type === "char",
  };
}

/** A column of texts in the result of a statement on the catalog. */
export function textColumn(name: string): ColumnInfo {
  return {
    CatalogName: "hive",
    SchemaName: "",
    TableName: "",
    Name: name,
    Label: name,
    Type: "string",
    Precision: 0,
    Scale: 0,
    Nullable: "UNKNOWN",
    CaseSensitive: false,
  };
}

/** Athena calls Trino's `real` a float; all else has the same name. */
function athenaType(type: TrinoType): string {
  return type.rawType === "real" ? "float" : type.rawType;
}

function numbers(type: TrinoType): number[] {
  return type.arguments.flatMap((argument) => (argument.kind === "LONG" ? [argument.value] : []));
}
