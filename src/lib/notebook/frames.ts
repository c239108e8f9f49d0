import type { DataFrame } from "danfojs-node";
import { buildFrame, type Dtype, isNumeric } from "../frames/frame-data";
import { toJsonText } from "../json-text";

/** A column for a frame: its name and Athena's type. */
export interface FrameColumn {
  name: string;
  type: string;
}

/**
 * A danfojs DataFrame whose columns have the types of the query, never guessed from the values:
 *
 * - a missing number is NaN, as in pandas: danfojs counts a null as a value in `mean`, and throws
 *   on it in `describe`; other missing values are null;
 * - a bigint column with a value beyond 2^53 is text, for a number would be another number;
 * - numeric texts stay text; an empty frame keeps its columns and types;
 * - dates and timestamps are ISO 8601 texts, which danfojs's `dt` and Vega both take;
 * - arrays, maps and rows are JSON texts;
 * - a column called as one of the frame's own fields (`index`, `values`, …) gets a `_` at its end.
 *
 * danfojs is loaded at the first call (about a second). It calls every number "int32" or
 * "float32", but keeps JavaScript's doubles.
 *
 * @throws {@link WorkbenchError} code USAGE where a column's name is there twice
 */
export function makeFrame(
  columns: readonly FrameColumn[],
  rows: readonly Readonly<Record<string, unknown>>[],
): DataFrame {
  const values = columns.map(({ name }) => rows.map((row) => row[name]));
  return makeColumnFrame(columns, values);
}

/**
 * As {@link makeFrame}, of a list of values for each column.
 *
 * @throws {@link WorkbenchError} code USAGE where a column's name is there twice
 */
export function makeColumnFrame(
  columns: readonly FrameColumn[],
  values: readonly (readonly unknown[])[],
): DataFrame {
  const dtypes = columns.map(({ type }, at) => dtypeOf(type, values[at] ?? []));
  const shown = values.map((column, at) => frameValues(column, dtypes[at] ?? "string"));
  const rows = (shown[0] ?? []).map((_, row) => shown.map((column) => column[row]));
  return buildFrame({ columns: columns.map(({ name }) => name), dtypes, rows });
}

function dtypeOf(type: string, values: readonly unknown[]): Dtype {
  switch (type.replace(/\(.*$/, "").trim().toLowerCase()) {
    case "tinyint":
    case "smallint":
    case "integer":
    case "int":
    case "bigint":
      return values.some((value) => typeof value === "bigint") ? "string" : "int32";
    case "decimal":
      return values.some((value) => typeof value === "string") ? "string" : "float32";
    case "double":
    case "float":
    case "real":
      return "float32";
    case "boolean":
      return "boolean";
    default:
      return "string";
  }
}

function frameValues(values: readonly unknown[], dtype: Dtype): readonly unknown[] {
  if (isNumeric(dtype)) return values.map((value) => Number(value ?? NaN));
  if (dtype === "boolean") return values.map((value) => value ?? null);
  return values.map((value) => {
    if (typeof value === "string") return value;
    if (value === null || value === undefined) return null;
    if (typeof value === "object") return toJsonText(value);
    return `${value as number | boolean | bigint}`;
  });
}
