import type { DataFrame } from "danfojs-node";
import { WorkbenchError } from "../errors";
import { buildFrame, type Dtype, isMissing, isNumeric, placeOf, readFrame } from "./frame-data";

/**
 * A copy of a frame with values where there were none: null in texts and booleans, NaN in numbers.
 * The frame itself stays as it is; danfojs' own `fillNa`, told the columns, changes it.
 *
 * @param values - what to put in, by column; it has to be of the column's type
 * @throws {@link WorkbenchError} code USAGE for a column that is not there, or a value of another type
 *
 * @example
 * ```ts
 * fillMissing(frame, { commits: 0, language: "unknown" });
 * ```
 */
export function fillMissing(
  frame: DataFrame,
  values: Readonly<Record<string, number | string | boolean>>,
): DataFrame {
  const data = readFrame(frame);
  const fills = new Map(
    Object.entries(values).map(([name, value]) => {
      const at = placeOf(data, name);
      checkType(name, data.dtypes[at] ?? "string", value);
      return [at, value] as const;
    }),
  );
  return buildFrame({
    ...data,
    rows: data.rows.map((row) =>
      row.map((value, at) => (isMissing(value) && fills.has(at) ? fills.get(at) : value)),
    ),
  });
}

function checkType(name: string, dtype: Dtype, value: unknown): void {
  const wanted = isNumeric(dtype) ? "number" : dtype;
  if (typeof value === wanted && !Number.isNaN(value)) return;
  throw new WorkbenchError("USAGE", `${name} cannot be filled with ${JSON.stringify(value)}`, {
    hint: `give a ${wanted}: the column is ${dtype}`,
  });
}
