import type { DataFrame } from "danfojs-node";
import { buildFrame, type Dtype, isMissing, isNumeric, readFrame } from "./frame-data";
import { extremes, mean, quantile, sorted, standardDeviation } from "./statistics";

const shape: readonly (readonly [name: string, dtype: Dtype])[] = [
  ["column", "string"],
  ["type", "string"],
  ["count", "int32"],
  ["missing", "int32"],
  ["distinct", "int32"],
  ["least", "string"],
  ["largest", "string"],
  ["mean", "float32"],
  ["std", "float32"],
  ["q1", "float32"],
  ["median", "float32"],
  ["q3", "float32"],
];

/**
 * What a frame holds, a row a column of it: type, how many values there are, how many are missing,
 * how many differ, the least and the largest (as text, for times and names have them too), and of
 * numbers mean, standard deviation (of a sample) and quartiles.
 *
 * danfojs' own `describe` throws where numbers are missing, and knows nothing of texts.
 *
 * @example
 * ```ts
 * display(describeFrame(busiest.frame()));
 * ```
 */
export function describeFrame(frame: DataFrame): DataFrame {
  const { columns, dtypes, rows } = readFrame(frame);
  return buildFrame({
    columns: shape.map(([name]) => name),
    dtypes: shape.map(([, dtype]) => dtype),
    rows: columns.map((name, at) => {
      const values = rows.map((row) => row[at]).filter((value) => !isMissing(value));
      const { least, largest } = extremes(values);
      const numbers = isNumeric(dtypes[at]) ? sorted(values as number[]) : [];
      return [
        name,
        dtypes[at],
        values.length,
        rows.length - values.length,
        new Set(values).size,
        textOf(least),
        textOf(largest),
        mean(numbers),
        standardDeviation(numbers),
        ...[0.25, 0.5, 0.75].map((fraction) => quantile(numbers, fraction)),
      ];
    }),
  });
}

function textOf(value: unknown): string | null {
  return value === undefined ? null : `${value as string | number | boolean}`;
}
