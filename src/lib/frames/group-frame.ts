import type { DataFrame } from "danfojs-node";
import { WorkbenchError } from "../errors";
import {
  buildFrame,
  type Dtype,
  type FrameData,
  isMissing,
  isNumeric,
  placeOf,
  readFrame,
} from "./frame-data";
import { extremes, mean, quantile, sorted, standardDeviation, sum } from "./statistics";

/** What can be told of a column's values in a group; values that are missing never count. */
export const groupMeasures = [
  "count",
  "distinct",
  "sum",
  "mean",
  "median",
  "std",
  "min",
  "max",
  "first",
] as const;

/** One of {@link groupMeasures}. */
export type GroupMeasure = (typeof groupMeasures)[number];

/** `"count"` counts rows; `["mean", "commits"]` measures a column. */
export type Aggregate = "count" | readonly [measure: GroupMeasure, column: string];

/**
 * Groups a frame by one column or several, with a row a group, in the order in which groups first
 * appear. A missing key is a group of its own, as in SQL.
 *
 * - `count`: how many values there are (without a column: how many rows); `distinct`: how many
 *   different ones; `sum` is 0 of nothing, the other measures are missing there;
 * - `mean`, `median` (interpolated), `std` (of a sample) and `sum` take numbers only;
 * - `min`, `max`, `first` take texts and booleans too.
 *
 * danfojs' own `groupby` joins the keys of several columns by `-`, so that `x-y, z` and `x, y-z`
 * become one group, and counts missing values in the mean.
 *
 * @param by - the columns of the key
 * @param aggregates - the columns of the result, by name
 * @throws {@link WorkbenchError} code USAGE for a column that is not there, a measure that does not
 *   exist or does not fit its column, and a name that is there twice
 *
 * @example
 * ```ts
 * const byRepo = groupFrame(events.frame(), ["repo", "event_type"], {
 *   events: "count",
 *   people: ["distinct", "user_login"],
 *   last: ["max", "created_at"],
 * });
 * display(sortFrame(byRepo, { column: "events", order: "desc" }));
 * ```
 */
export function groupFrame(
  frame: DataFrame,
  by: string | readonly string[],
  aggregates: Readonly<Record<string, Aggregate>>,
): DataFrame {
  const data = readFrame(frame);
  const keys = typeof by === "string" ? [by] : by;
  const places = keys.map((name) => placeOf(data, name));
  const measured = Object.entries(aggregates).map(([name, aggregate]) => ({
    name,
    ...readAggregate(data, name, aggregate),
  }));
  const groups = groupRows(data.rows, places);
  return buildFrame({
    columns: [...keys, ...measured.map(({ name }) => name)],
    dtypes: [
      ...places.map((at) => data.dtypes[at] ?? "string"),
      ...measured.map(({ dtype }) => dtype),
    ],
    rows: groups.map((rows) => [
      ...places.map((at) => rows[0]?.[at]),
      ...measured.map(({ measure }) => measure(rows)),
    ]),
  });
}

interface Measured {
  dtype: Dtype;
  measure: (rows: readonly (readonly unknown[])[]) => unknown;
}

/** The rows of each group. Keys are compared one by one: joined they could be confused. */
function groupRows(rows: FrameData["rows"], places: readonly number[]): (readonly unknown[])[][] {
  type Level = Map<unknown, Level | (readonly unknown[])[]>;
  const root: Level = new Map();
  const groups: (readonly unknown[])[][] = [];
  for (const row of rows) {
    let level = root;
    places.forEach((at, depth) => {
      const key = isMissing(row[at]) ? null : row[at];
      const last = depth === places.length - 1;
      let next = level.get(key);
      if (next === undefined) {
        next = last ? [] : new Map<unknown, Level | (readonly unknown[])[]>();
        if (Array.isArray(next)) groups.push(next);
        level.set(key, next);
      }
      if (Array.isArray(next)) next.push(row);
      else level = next;
    });
  }
  // Without a key all rows are one group.
  return places.length === 0 ? [[...rows]] : groups;
}

function readAggregate(data: FrameData, name: string, aggregate: Aggregate): Measured {
  if (aggregate === "count") return { dtype: "int32", measure: (rows) => rows.length };
  const [measure, column] = aggregate;
  if (!groupMeasures.includes(measure)) {
    throw new WorkbenchError("USAGE", `${name}: there is no measure ${JSON.stringify(measure)}`, {
      hint: `the measures are ${groupMeasures.join(", ")}`,
    });
  }
  const at = placeOf(data, column);
  const dtype = data.dtypes[at] ?? "string";
  const valuesOf = (rows: FrameData["rows"]): unknown[] =>
    rows.map((row) => row[at]).filter((value) => !isMissing(value));
  const ofNumbers = (tell: (values: number[]) => number): Measured => {
    if (isNumeric(dtype)) {
      return {
        dtype: measure === "sum" ? dtype : "float32",
        measure: (rows) => tell(valuesOf(rows) as number[]),
      };
    }
    throw new WorkbenchError("USAGE", `${name}: ${measure} takes numbers, ${column} is ${dtype}`, {
      hint: "take count, distinct, min, max or first, or cast the column in the SQL",
    });
  };
  const none = isNumeric(dtype) ? NaN : null;
  switch (measure) {
    case "count":
      return { dtype: "int32", measure: (rows) => valuesOf(rows).length };
    case "distinct":
      return { dtype: "int32", measure: (rows) => new Set(valuesOf(rows)).size };
    case "sum":
      return ofNumbers(sum);
    case "mean":
      return ofNumbers(mean);
    case "median":
      return ofNumbers((values) => quantile(sorted(values), 0.5));
    case "std":
      return ofNumbers(standardDeviation);
    case "min":
      return { dtype, measure: (rows) => extremes(valuesOf(rows)).least ?? none };
    case "max":
      return { dtype, measure: (rows) => extremes(valuesOf(rows)).largest ?? none };
    case "first":
      return { dtype, measure: (rows) => valuesOf(rows)[0] ?? none };
  }
}
