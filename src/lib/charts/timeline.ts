import { emptySpec, frameSpec } from "./frame-spec";
import { checkRowCount, type ChartSpec, type ChartWords } from "./spec";
import { colourOf, inks, labelOf } from "./theme";
import { narrowBelow } from "./width-classes";

/** How long a bar of a timeline is. */
export type TimeBucket = "minute" | "10 minutes" | "hour" | "day" | "week" | "month";

/** A value of a series in a bucket of time. */
export interface TimelinePoint {
  /** The bucket's start, ISO 8601, UTC. */
  start: string;
  series: string;
  /** Below zero it is drawn below the axis, and told without its sign. */
  value: number;
}

/** What a timeline says. */
export interface TimelineWords extends ChartWords {
  measure: string;
  bucket: TimeBucket;
  /** The series in the order they are stacked. Default: the four types of event and the rest. */
  series?: readonly string[];
  /** What is counted, for the tooltip. Default: Events. */
  counted?: string;
  /** Bars that get a mark above them, and the value they are above, drawn as a line. */
  peaks?: { starts: readonly string[]; above: number };
}

const knownSeries = ["PushEvent", "PullRequestEvent", "IssuesEvent", "ForkEvent"];
const otherSeries = "Other types";
/** With more bars than this, gaps between them would eat them up on a narrow page. */
const maxSpacedBars = 60;
const maxNamedBars = 4;
/** Over more days than this, hours are labelled by their day. */
const maxClockDays = 2.5;

const timeUnits: Readonly<Record<TimeBucket, unknown>> = {
  minute: "utcyearmonthdatehoursminutes",
  "10 minutes": { unit: "utcyearmonthdatehoursminutes", step: 10 },
  hour: "utcyearmonthdatehours",
  day: "utcyearmonthdate",
  // Vega's own weeks begin on Sundays; these bars begin where their data does.
  week: "binnedutcyearweek",
  month: "utcyearmonth",
};

/** Time over date: the date is written below the first label and at each midnight. */
const clockLabel =
  "datum.index == 0 || (utchours(datum.value) == 0 && utcminutes(datum.value) == 0) " +
  "? [utcFormat(datum.value, '%H:%M'), utcFormat(datum.value, '%-d %b %Y')] " +
  ": utcFormat(datum.value, '%H:%M')";
const dayLabel =
  "datum.index == 0 || utcdate(datum.value) == 1 && utcmonth(datum.value) == 0 " +
  "? [utcFormat(datum.value, '%-d %b'), utcFormat(datum.value, '%Y')] " +
  ": utcFormat(datum.value, '%-d %b')";
/** The labels of an axis of time, by the bucket, as an expression of Vega's. */
export const dateLabels: Readonly<Record<TimeBucket, string>> = {
  minute: clockLabel,
  "10 minutes": clockLabel,
  hour: clockLabel,
  day: dayLabel,
  week: dayLabel,
  month: "utcFormat(datum.value, '%b %Y')",
};

/** Stacked bars over time, UTC, a bar a bucket, from zero. */
export function timeline(points: readonly TimelinePoint[], words: TimelineWords): ChartSpec {
  if (points.length === 0) return emptySpec(words);
  const values = groupPoints(points, words.series);
  checkRowCount(values.length);
  const present = [...(words.series ?? [...knownSeries, otherSeries])].filter((series) =>
    values.some((value) => value.series === labelOf(series)),
  );
  const start = { field: "start", type: "temporal", timeUnit: timeUnits[words.bucket] };
  const starts = [...new Set(values.map((value) => value.start))];
  const total = { aggregate: "sum", field: "value", type: "quantitative" };
  const amount = { ...total, field: "amount" };
  const color = {
    field: "series",
    type: "nominal",
    scale: { domain: present.map(labelOf), range: present.map(colourOf) },
  };
  // Over several days half of the clock's labels would be dropped, and the dates with them.
  const inDays = words.bucket === "hour" && spanDays(starts) > maxClockDays;
  const dense = starts.length > maxSpacedBars;
  const bars = {
    mark: { type: "bar", binSpacing: dense ? 0 : 1, strokeWidth: dense ? 0.5 : 0 },
    encoding: {
      color: { ...color, ...(present.length < 2 ? { legend: null } : {}) },
      // Bars that touch would show the ground between them as thin lines.
      ...(dense ? { stroke: color } : {}),
      order: { field: "order", type: "quantitative" },
      tooltip: [
        {
          ...start,
          title: `${barName(words.bucket)} from (UTC)`,
          format: tooltipTimes(words.bucket),
        },
        { field: "series", type: "nominal", title: "Type" },
        { ...amount, title: words.counted ?? "Events", format: ",d" },
      ],
    },
  };
  return frameSpec(
    {
      data: { values },
      encoding: {
        x: {
          ...start,
          title: "Time (UTC)",
          axis: {
            labelExpr: inDays ? dayLabel : dateLabels[words.bucket],
            // Few bars are each named, and weeks, of which the axis knows none that begin on Mondays;
            // between many others it finds round times.
            ...(starts.length <= maxNamedBars || words.bucket === "week"
              ? { values: starts.map((moment) => Date.parse(moment)) }
              : inDays
                ? { tickCount: { interval: "day", step: 1 } }
                : { tickCount: { expr: `room < ${narrowBelow} ? 4 : 10` } }),
            labelOverlap: true,
            labelAlign: timeLabelAlign,
          },
        },
        y: {
          ...total,
          title: words.measure,
          axis: { tickMinStep: 1, labelExpr: "format(abs(datum.value), ',d')", tickCount: 6 },
        },
      },
      layer: [bars, ...peakLayers(values, words)],
    },
    words,
    260,
  );
}

/** A date's label is 80 pixels wide: at the right end it would reach out of the picture. */
export const timeLabelAlign = {
  expr: "scale('x', datum.value) > range('x')[1] - 32 ? 'right' : 'center'",
};

/** A line at the value that peaks are above, and a mark over each. */
function peakLayers(values: readonly TimelineValue[], { peaks, bucket }: TimelineWords): unknown[] {
  if (peaks === undefined || peaks.starts.length === 0) return [];
  const marked = peaks.starts.map((start) => {
    const ofBar = values.filter((value) => value.start === start);
    return { start, value: ofBar.reduce((sum, { value }) => sum + value, 0) };
  });
  const total = { field: "value", type: "quantitative" };
  return [
    {
      data: { values: [{ value: peaks.above }] },
      mark: { type: "rule", color: inks.quiet, strokeDash: [4, 4] },
      encoding: { x: null, y: total },
    },
    {
      data: { values: marked },
      mark: {
        type: "point",
        shape: "triangle-down",
        filled: true,
        color: inks.text,
        opacity: 1,
        size: 60,
        yOffset: -8,
      },
      encoding: {
        x: { field: "start", type: "temporal", timeUnit: timeUnits[bucket], bandPosition: 0.5 },
        y: total,
        tooltip: [
          {
            field: "start",
            type: "temporal",
            timeUnit: timeUnits[bucket],
            title: "Peak from (UTC)",
            format: tooltipTimes(bucket),
          },
          { ...total, title: "Events", format: ",d" },
        ],
      },
    },
  ];
}

function spanDays(starts: readonly string[]): number {
  const times = starts.map((start) => Date.parse(start));
  const [first, last] = times.reduce(
    ([least, most], time) => [Math.min(least, time), Math.max(most, time)],
    [Infinity, -Infinity],
  );
  return (last - first) / 86_400_000;
}

function barName(bucket: TimeBucket): string {
  return bucket === "10 minutes" ? "Ten minutes" : bucket.charAt(0).toUpperCase() + bucket.slice(1);
}

function tooltipTimes(bucket: TimeBucket): string {
  return bucket === "month" ? "%Y-%m" : "%Y-%m-%d %H:%M";
}

interface TimelineValue {
  start: string;
  series: string;
  order: number;
  value: number;
  amount: number;
}

/** The series keep their names, all others are one. */
function groupPoints(
  points: readonly TimelinePoint[],
  names: readonly string[] = knownSeries,
): TimelineValue[] {
  const groups = new Map<string, TimelineValue>();
  for (const { start, series, value } of points) {
    if (value === 0) continue;
    const at = names.indexOf(series);
    const name = labelOf(at < 0 ? otherSeries : series);
    const key = `${start} ${name}`;
    const known = groups.get(key);
    if (known === undefined) {
      const order = at < 0 ? names.length : at;
      groups.set(key, { start, series: name, order, value, amount: Math.abs(value) });
    } else {
      known.value += value;
      known.amount = Math.abs(known.value);
    }
  }
  return [...groups.values()];
}
