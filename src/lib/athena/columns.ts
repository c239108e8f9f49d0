import type { ColumnInfo } from "@aws-sdk/client-athena";
import type { TextRow } from "./csv-rows";
import { readerFor, type Column, type Reader, type Row, type Value } from "./values";

/** Turns a result's texts into typed values and rows. */
export interface RowReader {
  columns: readonly Column[];
  /** Whether a row only repeats the columns' names, as the first of a SELECT does. */
  isHeader(row: TextRow): boolean;
  /** How the texts of each column are read. */
  readers: readonly Reader[];
  /** A row of its texts. */
  read(row: TextRow): Row;
}

/** The reader for a result's columns. */
export function rowReader(infos: readonly ColumnInfo[]): RowReader {
  const names = uniqueNames(infos.map((info) => info.Name ?? ""));
  const columns = infos.map((info, at) => ({ name: names[at] ?? "", type: typeName(info) }));
  const readers: Reader[] = infos.map((info) => readerFor(info.Type ?? "varchar", info.Precision));
  const toRow = rowMaker(names);
  return {
    columns,
    readers,
    isHeader: (row) => infos.every((info, at) => row[at] === (info.Name ?? info.Label)),
    read: (row) => toRow(readers.map((read, at) => readValue(read, row[at]))),
  };
}

/** The value that a text stands for; where there is none, no value. */
export function readValue(read: Reader, text: string | null | undefined): Value {
  return text === null || text === undefined ? null : read(text);
}

/** Makes a row of its values, one for each name. */
export function rowMaker(names: readonly string[]): (values: readonly Value[]) => Row {
  if (names.includes("__proto__")) {
    // An assignment to that name would be none.
    return (values) => Object.fromEntries(names.map((name, at) => [name, values[at] ?? null]));
  }
  return (values) => {
    const row: Row = {};
    for (let at = 0; at < names.length; at += 1) row[names[at] ?? ""] = values[at] ?? null;
    return row;
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
