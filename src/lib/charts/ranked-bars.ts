import { emptySpec, frameSpec } from "./frame-spec";
import { checkRowCount, type ChartSpec, type ChartWords } from "./spec";
import { colourOf, inks, labelOf } from "./theme";
import { narrowBelow } from "./width-classes";
import { barAxis, namesParams } from "./bar-axis";
import { clipName } from "./words";

/** One bar: a name, and a value for each series it is stacked from. */
export interface RankedBar {
  name: string;
  values: Readonly<Record<string, number>>;
  /** More figures for the tooltip, by title; the same titles in every bar. */
  details: Readonly<Record<string, number>>;
}

/** What a ranked bar chart says. */
export interface RankedBarsWords extends ChartWords {
  /** The axis of values: "Events". */
  measure: string;
  /** What a name is: "Repository". */
  subject: string;
  /** The series, in the order they are stacked. */
  series: readonly string[];
}

const barHeight = 22;

/** Horizontal bars in the order given, stacked by series, with the total at their end. */
export function rankedBars(bars: readonly RankedBar[], words: RankedBarsWords): ChartSpec {
  if (bars.length === 0) return emptySpec(words);
  const details = Object.keys(bars[0]?.details ?? {});
  const values = bars.flatMap((bar, at) =>
    words.series
      .map((series, order) => ({
        bar: at,
        name: clipName(bar.name),
        series: labelOf(series),
        order,
        value: bar.values[series] ?? 0,
        ...detailFields(bar, details),
      }))
      .filter(({ value }) => value > 0),
  );
  checkRowCount(values.length);
  const present = words.series.filter((series) =>
    bars.some((bar) => (bar.values[series] ?? 0) > 0),
  );
  const y = barAxis(bars.length);
  const largest = Math.max(
    ...bars.map((bar) => words.series.reduce((sum, name) => sum + (bar.values[name] ?? 0), 0)),
  );
  const total = { aggregate: "sum", field: "value", type: "quantitative" };
  return frameSpec(
    {
      data: { values },
      params: namesParams(bars.map((bar) => (max) => clipName(bar.name, max))),
      encoding: { y },
      layer: [
        {
          mark: { type: "bar", cornerRadiusEnd: 1 },
          encoding: {
            x: {
              ...total,
              title: words.measure,
              axis: {
                // Never more than there are whole numbers; beside a domain that is an expression
                // Vega-Lite passes tickMinStep over.
                tickCount: { expr: `min(room < ${narrowBelow} ? 4 : 8, max(1, ${largest}))` },
                format: ",d",
              },
              // Room for the totals at the bars' ends.
              scale: {
                domainMin: 0,
                domainMax: { expr: `${largest} * (room < ${narrowBelow} ? 1.25 : 1.1)` },
                nice: false,
              },
            },
            color: {
              field: "series",
              type: "nominal",
              scale: { domain: present.map(labelOf), range: present.map(colourOf) },
              ...(present.length < 2 ? { legend: null } : {}),
            },
            order: { field: "order", type: "quantitative" },
            tooltip: [
              { field: "name", type: "nominal", title: words.subject },
              { field: "series", type: "nominal", title: "Type" },
              { ...total, title: words.measure, format: ",d" },
              ...details.map((title, index) => ({
                field: `detail${index}`,
                type: "quantitative",
                title,
                format: ",d",
              })),
            ],
          },
        },
        {
          mark: { type: "text", align: "left", dx: 4, color: inks.text, fontSize: 11 },
          encoding: { x: total, text: { ...total, format: ",d" } },
        },
      ],
    },
    words,
    Math.max(2, bars.length) * barHeight,
  );
}

function detailFields(bar: RankedBar, titles: readonly string[]): Record<string, number> {
  return Object.fromEntries(
    titles.map((title, at) => [`detail${at}`, bar.details[title] ?? 0] as const),
  );
}
