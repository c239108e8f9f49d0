import type { ChartSpec } from "./spec";
import { inks } from "./theme";

/**
 * Inks and grounds as the page around the chart has them. Each is a colour to SVG and to a canvas,
 * where the download of a picture draws.
 */
const pageColours: ReadonlyMap<unknown, string> = new Map([
  [inks.text, "currentColor"],
  [inks.quiet, "color-mix(in srgb, currentColor 72%, transparent)"],
  [inks.line, "#8c959f99"],
  [inks.grid, "#8c959f40"],
  [inks.ground, "transparent"],
]);

/**
 * The same chart for a page that shows it as SVG: words and lines follow the page's own colours, so
 * that one drawing serves light, dark and paper. Data keeps its colours.
 */
export function followPage(spec: ChartSpec): ChartSpec {
  return replaceColours(spec) as ChartSpec;
}

function replaceColours(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(replaceColours);
  if (typeof value !== "object" || value === null) return pageColours.get(value) ?? value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => [
      key,
      key === "data" || key === "datasets" ? item : replaceColours(item),
    ]),
  );
}
