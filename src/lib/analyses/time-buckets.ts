import type { TimeBucket } from "../charts/timeline";

/** One bar of time, chosen by the span that is to be shown. */
export interface BucketRule {
  bucket: TimeBucket;
  /** Spans shorter than this many minutes; the last rule takes what is left. */
  belowMinutes: number;
  /** The start of the bar that a time column falls into, as SQL. */
  start: (column: string) => string;
  /** The bar after the one that starts at a column's time, as SQL. */
  next: (column: string) => string;
}

const hourMinutes = 60;
const dayMinutes = 24 * hourMinutes;

const rule = (bucket: TimeBucket, belowMinutes: number, unit: string): BucketRule => ({
  bucket,
  belowMinutes,
  start: (column) => `date_trunc('${unit}', ${column})`,
  next: (column) => `date_add('${unit}', 1, ${column})`,
});

/** Bars for how much happens, fine enough to show the swing of a few hours. */
export const frequencyBuckets: readonly BucketRule[] = [
  rule("minute", 90, "minute"),
  {
    bucket: "10 minutes",
    belowMinutes: 12 * hourMinutes,
    start: (column) =>
      `date_add('minute', minute(${column}) / 10 * 10, date_trunc('hour', ${column}))`,
    next: (column) => `date_add('minute', 10, ${column})`,
  },
  rule("hour", 10 * dayMinutes, "hour"),
  rule("day", 366 * dayMinutes, "day"),
  rule("month", Infinity, "month"),
];

/** Bars for whole days and more: what people come back in. */
export const returningBuckets: readonly BucketRule[] = [
  rule("hour", 3 * dayMinutes, "hour"),
  rule("day", 60 * dayMinutes, "day"),
  rule("week", 400 * dayMinutes, "week"),
  rule("month", Infinity, "month"),
];

/** Bars for what is measured by the minute. */
export const measuringBuckets: readonly BucketRule[] = [
  rule("minute", 90, "minute"),
  rule("hour", 10 * dayMinutes, "hour"),
  rule("day", 366 * dayMinutes, "day"),
  rule("month", Infinity, "month"),
];

/**
 * A CASE over the span's length.
 *
 * @param minutes - the column that holds the length in minutes
 */
export function caseOf(
  rules: readonly BucketRule[],
  minutes: string,
  value: (rule: BucketRule) => string,
): string {
  const lines = rules.map((rule) =>
    rule.belowMinutes === Infinity
      ? `ELSE ${value(rule)}`
      : `WHEN ${minutes} < ${rule.belowMinutes} THEN ${value(rule)}`,
  );
  return `CASE ${lines.join(" ")} END`;
}
