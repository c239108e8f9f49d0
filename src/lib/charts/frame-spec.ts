import { followPage } from "./page-colours";
import { defaultWidth, inks, themeConfig } from "./theme";
import type { ChartSpec, ChartWords } from "./spec";
import { byWidth, type WidthClass, widthClasses } from "./width-classes";
import { wrap } from "./words";

/** So many characters make a line of the title and of the subtitle. */
const lineLengths: Readonly<Record<WidthClass, readonly [title: number, subtitle: number]>> = {
  Narrow: [36, 54],
  Middle: [52, 74],
  Broad: [72, 102],
  Wide: [92, 130],
  Full: [128, 180],
};

/**
 * The whole width there is, and how long the title's lines may be in it. Words are values, never
 * parts of an expression: what comes from outside stays text.
 */
function widthParams({ title, subtitle }: ChartWords): unknown[] {
  return [
    {
      name: "room",
      // The product makes it follow the window: containerSize alone is asked once.
      expr: `(containerSize()[0] > 0 ? containerSize()[0] : ${defaultWidth}) + 0 * width`,
    },
    ...widthClasses.flatMap((width) => {
      const [titleLength, subtitleLength] = lineLengths[width];
      return [
        { name: `title${width}`, value: wrap(title, titleLength) },
        { name: `subtitle${width}`, value: wrap(subtitle, subtitleLength) },
      ];
    }),
  ];
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
    usermeta: { title: words.title },
    description: `${words.title}. ${words.description} ${words.subtitle}.`,
    params: [...widthParams(words), ...(params as unknown[])],
    title: { text: { expr: byWidth("title") }, subtitle: { expr: byWidth("subtitle") } },
    width: "container",
    height,
    autosize: { type: "fit-x", contains: "padding" },
    padding: 8,
    ...marks,
    config: themeConfig,
  };
}

/**
 * The same chart for a notebook, in the colours of its page, light or dark.
 *
 * JupyterLab gives a chart no width to fill: its box is as wide as the chart inside, which would be
 * nothing at all. A page may set the width back to its container. Drawn as SVG, a chart changes
 * with the theme, and can be read out.
 */
export function forNotebook(spec: ChartSpec): ChartSpec {
  const usermeta = spec["usermeta"] as ChartSpec | undefined;
  return {
    ...followPage(spec),
    ...(spec["width"] === "container" ? { width: defaultWidth } : {}),
    usermeta: { ...usermeta, embedOptions: { renderer: "svg" } },
  };
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
      data: { values: [{ text: words.remedy ?? "npx workbench run brings events" }] },
      mark: { type: "text", fontSize: 13, color: inks.quiet, align: "center" },
      encoding: { text: { field: "text" } },
    },
    words,
    80,
  );
}
