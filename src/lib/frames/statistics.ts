import { compareValues } from "./frame-data";

/** The sum; 0 of nothing. */
export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.length === 0 ? NaN : sum(values) / values.length;
}

/** The standard deviation of a sample (n − 1), as pandas and SQL's `stddev` have it; NaN below two. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return NaN;
  const middle = mean(values);
  return Math.sqrt(sum(values.map((value) => (value - middle) ** 2)) / (values.length - 1));
}

/**
 * A quantile with linear interpolation between the two values nearest to it, as pandas and NumPy
 * have it; NaN of nothing.
 *
 * @param sorted - the least first
 */
export function quantile(sorted: readonly number[], fraction: number): number {
  const at = (sorted.length - 1) * fraction;
  const [low, high] = [sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN];
  return low === high ? low : low + (high - low) * (at - Math.floor(at));
}

/** The least and the largest of numbers, texts or booleans; undefined of nothing. */
export function extremes(values: readonly unknown[]): { least: unknown; largest: unknown } {
  let [least, largest] = [values[0], values[0]];
  for (const value of values) {
    if (compareValues(value, least) < 0) least = value;
    if (compareValues(value, largest) > 0) largest = value;
  }
  return { least, largest };
}

/** Numbers, the least first, in an array of their own. */
export function sorted(values: readonly number[]): number[] {
  return Array.from(Float64Array.from(values).sort());
}
