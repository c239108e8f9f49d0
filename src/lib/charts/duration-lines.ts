import { drawn, durationAxis, durationDomain } from "./duration-axis";
import { emptySpec, frameSpec } from "./frame-spec";
import { checkRowCount, type ChartSpec, type ChartWords } from "./spec";
import { colourOf } from "./theme";
import { narrowBelow } from "./width-classes";
import { formatDuration, formatMoment } from "./words";
import { dateLabels, type TimeBucket, timeLabelAlign } from "./timeline";

/** The durations of one series that fall into one bucket of time, in seconds. */
export interface DurationPoint {
  /** The bucket's start, ISO 8601, UTC. */
  start: string;
  series: string;
  count: number;
  q1: number;
  median: number;
  q3: number;
  /** More for the tooltip, as words, by title; the same titles in every point. */
  details: Readonly<Record<string, string>>;
}

/** What a chart of durations over time says. */
export interface DurationLinesWords extends ChartWords {
  measure: string;
  bucket: TimeBucket;
  series: readonly string[];
}

/** A line a series through the medians, a band around it for the middle half, logarithmic. */
export function durationLines(
  points: readonly DurationPoint[],
  words: DurationLinesWords,
): ChartSpec {
  if (points.length === 0) return emptySpec(words);
  checkRowCount(points.length);
  const titles = Object.keys(points[0]?.details ?? {});
  const values = points.map(({ start, series, count, q1, median, q3, details }) => ({
    start,
    series,
    count,
    q1: drawn(q1),
    median: drawn(median),
    q3: drawn(q3),
    when: formatMoment(start, words.bucket),
    medianText: formatDuration(median),
    middleText: `${formatDuration(q1)} to ${formatDuration(q3)}`,
    ...Object.fromEntries(titles.map((title, at) => [`detail${at}`, details[title] ?? ""])),
  }));
  const domain = durationDomain(values.map(({ q1, q3 }) => [q1, q3]));
  const present = words.series.filter((name) => points.some(({ series }) => series === name));
  const starts = [...new Set(points.map(({ start }) => start))];
  const y = (field: string): unknown => ({
    field,
    type: "quantitative",
    title: words.measure,
    ...durationAxis(domain),
  });
  return frameSpec(
    {
      data: { values },
      encoding: {
        x: {
          field: "start",
          type: "temporal",
          // Room for the points at both ends.
          scale: { type: "utc", padding: 12 },
          title: "Time of resolution (UTC)",
          axis: {
            labelExpr: dateLabels[words.bucket],
            // Weeks begin on Mondays, which the axis would not find by itself.
            ...(words.bucket === "week" || starts.length === 1
              ? { values: starts.map((moment) => Date.parse(moment)) }
              : { tickCount: { expr: `room < ${narrowBelow} ? 4 : 10` } }),
            labelOverlap: true,
            labelAlign: timeLabelAlign,
            grid: false,
          },
        },
        color: {
          field: "series",
          type: "nominal",
          scale: { domain: present, range: present.map(colourOf) },
          legend: present.length < 2 ? null : { symbolOpacity: 1 },
        },
      },
      layer: [
        {
          // A band of one moment has no width.
          mark:
            starts.length === 1
              ? { type: "rule", opacity: 0.35, strokeWidth: 8 }
              : { type: "area", opacity: 0.18, interpolate: "linear" },
          encoding: { y: y("q1"), y2: { field: "q3" } },
        },
        {
          mark: { type: "line", strokeWidth: 2, point: { size: 40, filled: true } },
          encoding: {
            y: y("median"),
            tooltip: [
              { field: "when", type: "nominal", title: `${words.bucket} of`.replace(/^./, upper) },
              { field: "series", type: "nominal", title: "Kind" },
              { field: "count", type: "quantitative", title: "Resolved", format: ",d" },
              { field: "medianText", type: "nominal", title: "Median" },
              { field: "middleText", type: "nominal", title: "Middle half" },
              ...titles.map((title, at) => ({ field: `detail${at}`, type: "nominal", title })),
            ],
          },
        },
      ],
    },
    words,
    260,
  );
}

function upper(letter: string): string {
  return letter.toUpperCase();
}
