import { emptySpec, frameSpec } from "./frame-spec";
import { checkRowCount, type ChartSpec, type ChartWords } from "./spec";
import { colourOf, inks } from "./theme";
import { drawn, durationAxis, durationDomain } from "./duration-axis";
import { barAxis, namesParams } from "./bar-axis";
import { formatCount } from "../notebook/figures";
import { clipName, formatDuration } from "./words";

/** The quantiles of one group, in seconds. */
export interface QuantileRange {
  name: string;
  /** What stands before the name: it is kept where a long name is cut. */
  kind?: string;
  series: string;
  /** How many values the quantiles are of. */
  count: number;
  p10: number;
  q1: number;
  median: number;
  q3: number;
  p90: number;
}

/** What a chart of quantiles says. */
export interface QuantileRangesWords extends ChartWords {
  measure: string;
  series: readonly string[];
}

/** Pixels of a row, the share of it between two rows, and a box in what is left. */
const rowHeight = 52;
const gap = 0.4;
const boxHeight = Math.round(rowHeight * (1 - gap) * 0.8);

/** This share of the axis at either end: half of the longest label at 400 pixels. */
const nearEdge = 0.18;

/** How to read the boxes, for the end of a subtitle. */
export const boxWords = " · box: middle half, line: 10–90\u00a0%";

/**
 * A box a group on a logarithmic axis of time: a thin line from the tenth to the ninetieth
 * percentile, a box of the middle half, a mark at the median. Nothing is faster than a second
 * there, for a logarithm has no zero.
 */
export function quantileRanges(
  ranges: readonly QuantileRange[],
  words: QuantileRangesWords,
): ChartSpec {
  if (ranges.length === 0) return emptySpec(words);
  checkRowCount(ranges.length);
  const domain = durationDomain(
    ranges.map(({ p10, p90 }): [number, number] => [drawn(p10), drawn(p90)]),
  );
  const values = ranges.map((range, at) => ({
    bar: at,
    name: labelOf(range, 60),
    series: range.series,
    count: range.count,
    p10: drawn(range.p10),
    q1: drawn(range.q1),
    median: drawn(range.median),
    q3: drawn(range.q3),
    p90: drawn(range.p90),
    medianText: formatDuration(range.median),
    medianAlign: alignAt(drawn(range.median), domain),
    middleText: `${formatDuration(range.q1)} to ${formatDuration(range.q3)}`,
    mostText: `${formatDuration(range.p10)} to ${formatDuration(range.p90)}`,
  }));
  const present = words.series.filter((name) => ranges.some(({ series }) => series === name));
  const x = (field: string): unknown => ({
    field,
    type: "quantitative",
    title: words.measure,
    ...durationAxis(domain),
  });
  const tooltip = [
    { field: "name", type: "nominal", title: "Group" },
    { field: "count", type: "quantitative", title: "Number", format: ",d" },
    { field: "medianText", type: "nominal", title: "Median" },
    { field: "middleText", type: "nominal", title: "Middle half" },
    { field: "mostText", type: "nominal", title: "10 % to 90 %" },
  ];
  return frameSpec(
    {
      data: { values },
      params: namesParams(
        ranges.map((range) => {
          const count = ` (${formatCount(range.count)})`;
          return (max) => `${labelOf(range, max - count.length)}${count}`;
        }),
      ),
      encoding: {
        y: barAxis(ranges.length, gap),
        tooltip,
      },
      layer: [
        {
          mark: { type: "rule", color: inks.quiet, strokeWidth: 1.5 },
          encoding: { x: x("p10"), x2: { field: "p90" } },
        },
        {
          mark: { type: "bar", height: boxHeight },
          encoding: {
            x: x("q1"),
            x2: { field: "q3" },
            color: {
              field: "series",
              type: "nominal",
              scale: { domain: present, range: present.map(colourOf) },
              legend: null,
            },
          },
        },
        {
          // Its length in pixels: JupyterLab's Vega-Lite knows no share of the row's height here.
          mark: { type: "tick", color: inks.text, thickness: 3, opacity: 1, size: boxHeight },
          encoding: { x: x("median") },
        },
        {
          mark: {
            type: "text",
            dy: -21,
            fontSize: 11,
            color: inks.text,
            align: { expr: "datum.medianAlign" },
          },
          encoding: { x: x("median"), text: { field: "medianText" } },
        },
      ],
    },
    words,
    ranges.length * rowHeight + 10,
  );
}

/** Near an edge a label stands inside of it: a narrow chart has no room beyond. */
function alignAt(seconds: number, [from, to]: readonly [number, number]): string {
  const share = Math.log(seconds / from) / Math.log(to / from);
  if (share < nearEdge) return "left";
  return share > 1 - nearEdge ? "right" : "center";
}

function labelOf({ name, kind }: QuantileRange, max: number): string {
  const start = kind === undefined ? "" : `${kind}, `;
  return `${start}${clipName(name, max - start.length)}`;
}
