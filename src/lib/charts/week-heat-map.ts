import { emptySpec, frameSpec } from "./frame-spec";
import type { ChartSpec, ChartWords } from "./spec";
import { narrowBelow } from "./width-classes";

/** One cell: an hour of a weekday. */
export interface WeekHour {
  /** 1 is Monday, 7 Sunday (ISO 8601). */
  weekday: number;
  /** 0 to 23. */
  hour: number;
  /** What the colour shows. */
  value: number;
  /** More figures for the tooltip, by title; the same titles in every cell. */
  details: Readonly<Record<string, number>>;
}

/** What a week's heat map says. */
export interface WeekHeatMapWords extends ChartWords {
  /** What the colour shows: "Events per hour". */
  measure: string;
}

export const weekdays: readonly string[] = [
  "Monday",
  "Tuesday",
  "Wednesday",
  "Thursday",
  "Friday",
  "Saturday",
  "Sunday",
];

/** Seven rows of 24 cells, fuller for more; an hour without data stays empty. */
export function weekHeatMap(cells: readonly WeekHour[], words: WeekHeatMapWords): ChartSpec {
  if (cells.length === 0) return emptySpec(words);
  const titles = Object.keys(cells[0]?.details ?? {});
  const values = cells.map(({ weekday, hour, value, details }) => ({
    weekday,
    name: weekdays[weekday - 1] ?? "",
    hour,
    span: `${pad(hour)}:00 to ${pad((hour + 1) % 24)}:00`,
    value,
    ...Object.fromEntries(titles.map((title, at) => [`detail${at}`, details[title] ?? 0])),
  }));
  return frameSpec(
    {
      data: { values },
      params: [
        { name: "longNames", value: weekdays },
        { name: "shortNames", value: weekdays.map((name) => name.slice(0, 3)) },
      ],
      mark: { type: "rect", cornerRadius: 2 },
      encoding: {
        x: {
          field: "hour",
          type: "ordinal",
          scale: { domain: Array.from({ length: 24 }, (_, hour) => hour), padding: 0.06 },
          title: "Hour of the day (UTC)",
          axis: {
            // Every third hour is enough to count from, and legible on a telephone.
            labelExpr: "datum.value % 3 == 0 ? datum.value : ''",
            labelAngle: 0,
            ticks: false,
            domain: false,
          },
        },
        y: {
          field: "weekday",
          type: "ordinal",
          scale: { domain: [1, 2, 3, 4, 5, 6, 7], padding: 0.06 },
          axis: {
            title: null,
            labelExpr: `room < ${narrowBelow} ? shortNames[datum.value - 1] : longNames[datum.value - 1]`,
            ticks: false,
            domain: false,
            labelPadding: 6,
          },
        },
        color: {
          field: "value",
          type: "quantitative",
          title: words.measure,
          // One hue that covers the ground more and more: the order is seen without telling colours
          // apart, and on a dark ground as well as on a light one.
          scale: { range: ["rgba(0,114,178,0.1)", "rgba(0,114,178,1)"], domainMin: 0, nice: true },
          legend: {
            title: words.measure,
            gradientLength: 180,
            gradientThickness: 10,
            format: ",~r",
            tickCount: 4,
          },
        },
        tooltip: [
          { field: "name", type: "nominal", title: "Day" },
          { field: "span", type: "nominal", title: "Hour (UTC)" },
          { field: "value", type: "quantitative", title: words.measure, format: ",.3~r" },
          ...titles.map((title, at) => ({
            field: `detail${at}`,
            type: "quantitative",
            title,
            format: ",d",
          })),
        ],
      },
    },
    words,
    7 * 30,
  );
}

function pad(hour: number): string {
  return String(hour).padStart(2, "0");
}
