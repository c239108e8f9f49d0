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
  const dtypes = columns.map(({ name, type }) => dtypeOf(type, rows, name));
  const names = columns.map(({ name }) => name);
  const data = rows.map((row) =>
    names.map((name, at) => toFrameValue(row[name], dtypes[at] ?? "string")),
  );
  return buildFrame({ columns: names, dtypes, rows: data });
}

function dtypeOf(
  type: string,
  rows: readonly Readonly<Record<string, unknown>>[],
  name: string,
): Dtype {
  switch (type.replace(/\(.*$/, "").trim().toLowerCase()) {
    case "tinyint":
    case "smallint":
    case "integer":
    case "int":
    case "bigint":
      return rows.some((row) => typeof row[name] === "bigint") ? "string" : "int32";
    case "decimal":
      return rows.some((row) => typeof row[name] === "string") ? "string" : "float32";
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

function toFrameValue(value: unknown, dtype: Dtype): unknown {
  const missing = value === null || value === undefined;
  if (isNumeric(dtype)) return missing ? NaN : Number(value);
  if (missing) return null;
  if (dtype === "boolean") return value;
  if (typeof value === "object") return toJsonText(value);
  return `${value as string | number | boolean | bigint}`;
}
