import { createRequire } from "node:module";
import type { DataFrame } from "danfojs-node";
import { WorkbenchError } from "../errors";

/** What danfojs calls the types of columns; its numbers are doubles, whatever they are called. */
export type Dtype = "float32" | "int32" | "string" | "boolean";

/** A frame's columns and rows, as plain arrays. */
export interface FrameData {
  columns: readonly string[];
  dtypes: readonly Dtype[];
  rows: readonly (readonly unknown[])[];
}

/** Names whose getter a danfojs frame reads of itself: a column of that name breaks it. */
const reservedNames =
  /^(\$.*|__proto__|constructor|axis|columns|config|ctypes|dtypes|index|ndim|shape|size|tensor|T|values|copy|loc|iloc)$/;

/** Takes a frame apart, one of the workbench's or any of danfojs'. */
export function readFrame(frame: DataFrame): FrameData {
  return {
    columns: frame.columns,
    dtypes: frame.dtypes as Dtype[],
    rows: frame.values as unknown[][],
  };
}

/**
 * Makes a frame. danfojs is loaded at the first call (about a second). A column called as one of
 * the frame's own fields (`index`, `values`, …) gets a `_` at its end.
 *
 * @throws {@link WorkbenchError} code USAGE where a column's name is there twice
 */
export function buildFrame({ columns, dtypes, rows }: FrameData): DataFrame {
  const names = columns.map((name) => (reservedNames.test(name) ? `${name}_` : name));
  if (new Set(names).size !== names.length) {
    throw new WorkbenchError("USAGE", `a frame cannot have a column twice: ${names.join(", ")}`, {
      hint: "give each column a name of its own",
    });
  }
  const danfo = createRequire(__filename)("danfojs-node") as typeof import("danfojs-node");
  return new danfo.DataFrame(rows, { columns: names, dtypes: [...dtypes] });
}

/**
 * The place of a column.
 *
 * @throws {@link WorkbenchError} code USAGE naming the columns there are
 */
export function placeOf({ columns }: FrameData, name: string): number {
  const at = columns.indexOf(name);
  if (at >= 0) return at;
  throw new WorkbenchError("USAGE", `the frame has no column ${JSON.stringify(name)}`, {
    hint: `its columns are ${columns.join(", ")}`,
  });
}

/** Whether a column holds numbers. */
export function isNumeric(dtype: Dtype | undefined): boolean {
  return dtype === "int32" || dtype === "float32";
}

/** Whether there is no value: null, undefined, or NaN, which stands for a missing number. */
export function isMissing(value: unknown): boolean {
  return value === null || value === undefined || Number.isNaN(value);
}

/** Numbers by size, booleans false first, texts by their characters: the same on every machine. */
export function compareValues(a: unknown, b: unknown): number {
  if (typeof a === typeof b) return (a as string) < (b as string) ? -1 : a === b ? 0 : 1;
  return String(a) < String(b) ? -1 : String(a) === String(b) ? 0 : 1;
}
