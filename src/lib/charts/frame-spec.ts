import { defaultWidth, narrowBelow, themeConfig } from "./theme";
import type { ChartSpec, ChartWords } from "./spec";
import { wrap } from "./words";

/** From this width, in pixels, a chart is wide. */
const wideFrom = 900;

/**
 * The whole width there is, and how long the title's lines may be in it. Words are values, never
 * parts of an expression: what comes from outside stays text.
 */
function widthParams({ title, subtitle }: ChartWords): unknown[] {
  const lines = (text: string, widths: readonly number[]): string[][] =>
    widths.map((width) => wrap(text, width));
  const [titleNarrow, titleMiddle, titleWide] = lines(title, [36, 52, 92]);
  const [subtitleNarrow, subtitleMiddle, subtitleWide] = lines(subtitle, [54, 74, 130]);
  return [
    {
      name: "room",
      // The product makes it follow the window: containerSize alone is asked once.
      expr: `(containerSize()[0] > 0 ? containerSize()[0] : ${defaultWidth}) + 0 * width`,
    },
    { name: "titleNarrow", value: titleNarrow },
    { name: "titleMiddle", value: titleMiddle },
    { name: "titleWide", value: titleWide },
    { name: "subtitleNarrow", value: subtitleNarrow },
    { name: "subtitleMiddle", value: subtitleMiddle },
    { name: "subtitleWide", value: subtitleWide },
  ];
}

function byWidth(name: string): { expr: string } {
  return {
    expr: `room < ${narrowBelow} ? ${name}Narrow : room < ${wideFrom} ? ${name}Middle : ${name}Wide`,
  };
}

/**
 * A template's marks with what every chart has: theme, title, subtitle, alternative text and a
 * width that follows its container.
 *
 * @param body - data, marks and encodings
 * @param height - pixels of the plot, without axes and titles
 */
export function frameSpec(body: ChartSpec, words: ChartWords, height: number): ChartSpec {
  const { params = [], ...marks } = body;
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v5.json",
    description: `${words.title}. ${words.description} ${words.subtitle}.`,
    params: [...widthParams(words), ...(params as unknown[])],
    title: { text: byWidth("title"), subtitle: byWidth("subtitle") },
    width: "container",
    height,
    autosize: { type: "fit-x", contains: "padding" },
    padding: 8,
    ...marks,
    config: themeConfig,
  };
}

/**
 * The same chart for a notebook. JupyterLab gives a chart no width to fill: its box is as wide as
 * the chart inside, which would be nothing at all. A page may set the width back to its container.
 */
export function forNotebook(spec: ChartSpec): ChartSpec {
  return spec["width"] === "container" ? { ...spec, width: defaultWidth } : spec;
}

/** The same chart at a fixed width in pixels, for a picture that has no container. */
export function atWidth(spec: ChartSpec, width: number): ChartSpec {
  const params = Array.isArray(spec["params"]) ? (spec["params"] as unknown[]) : [];
  return {
    ...spec,
    width: spec["width"] === "container" ? width : spec["width"],
    params: params.map((param) =>
      isNamed(param, "room") ? { name: "room", value: width } : param,
    ),
  };
}

function isNamed(param: unknown, name: string): boolean {
  return typeof param === "object" && param !== null && "name" in param && param.name === name;
}

/** What is shown where there is nothing to show: the words, and what would bring data. */
export function emptySpec(words: ChartWords): ChartSpec {
  return frameSpec(
    {
      data: { values: [{ text: "No data yet. `npx workbench run` brings some." }] },
      mark: { type: "text", fontSize: 13, color: "#57606a", align: "center" },
      encoding: { text: { field: "text" } },
    },
    words,
    80,
  );
}
