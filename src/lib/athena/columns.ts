import type { ColumnInfo, Row as AthenaRow } from "@aws-sdk/client-athena";
import { readerFor, type Column, type Reader, type Row, type Value } from "./values";

/** Turns Athena's rows of texts into typed rows. */
export interface RowReader {
  columns: readonly Column[];
  /** Whether a row only repeats the columns' names, as the first of a SELECT does. */
  isHeader(row: AthenaRow): boolean;
  read(row: AthenaRow): Row;
}

/** The reader for a result's columns; a null is a value that Athena leaves out. */
export function rowReader(infos: readonly ColumnInfo[]): RowReader {
  const names = uniqueNames(infos.map((info) => info.Name ?? ""));
  const columns = infos.map((info, at) => ({ name: names[at] ?? "", type: typeName(info) }));
  const readers: Reader[] = infos.map((info) => readerFor(info.Type ?? "varchar", info.Precision));
  return {
    columns,
    isHeader: (row) =>
      infos.every((info, at) => row.Data?.[at]?.VarCharValue === (info.Name ?? info.Label)),
    // fromEntries, because a column may be called "__proto__".
    read: (row) =>
      Object.fromEntries(
        names.map((name, at): [string, Value] => {
          const text = row.Data?.[at]?.VarCharValue;
          return [name, text === undefined ? null : (readers[at] ?? String)(text)];
        }),
      ),
  };
}

/** `decimal(10,2)` says more than `decimal`; the other types are as Athena names them. */
function typeName(info: ColumnInfo): string {
  const type = info.Type ?? "varchar";
  return type === "decimal" && info.Precision !== undefined
    ? `decimal(${info.Precision},${info.Scale ?? 0})`
    : type;
}

/** Numbers repeated names, so that none hides another in a row or a frame. */
export function uniqueNames(names: readonly string[]): string[] {
  const taken = new Set(names);
  const seen = new Set<string>();
  return names.map((name, at) => {
    let unique = name === "" ? `_col${at}` : name;
    for (let number = 2; seen.has(unique); number++) {
      const next = `${name}_${number}`;
      unique = taken.has(next) ? unique : next;
    }
    seen.add(unique);
    return unique;
  });
}
