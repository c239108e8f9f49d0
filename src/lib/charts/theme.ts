import { narrowBelow } from "./width-classes";

/** Okabe and Ito's colours, told apart by the colour-blind too. */
const palette = {
  blue: "#0072b2",
  orange: "#e69f00",
  green: "#009e73",
  purple: "#cc79a7",
  sky: "#56b4e9",
  grey: "#999999",
} as const;

/** The same thing has the same colour in every chart. */
const seriesColours: Readonly<Record<string, string>> = {
  PushEvent: palette.blue,
  PullRequestEvent: palette.orange,
  IssuesEvent: palette.green,
  ForkEvent: palette.purple,
  "Other types": palette.grey,
  People: palette.blue,
  Bots: palette.orange,
  Issues: palette.green,
  "Pull requests": palette.orange,
  New: palette.green,
  Returning: palette.blue,
  Gone: palette.grey,
  Captured: palette.blue,
  Missed: palette.grey,
  "Told by the push": palette.blue,
  "Looked up": palette.sky,
};

/** What the legend calls a series. */
const seriesLabels: Readonly<Record<string, string>> = {
  PushEvent: "Pushes",
  PullRequestEvent: "Pull requests",
  IssuesEvent: "Issues",
  ForkEvent: "Forks",
};

/** The colour of a series; sky blue for one that has none of its own. */
export function colourOf(series: string): string {
  return seriesColours[series] ?? palette.sky;
}

/** The name of a series as people read it. */
export function labelOf(series: string): string {
  return seriesLabels[series] ?? series;
}

/** The whole width of a chart, in pixels, where no container gives one. */
export const defaultWidth = 720;

/** The colours of what is not data: in a page they are the page's own, see `followPage`. */
export const inks = {
  text: "#24292f",
  quiet: "#57606a",
  line: "#8c959f",
  grid: "#e5e8eb",
  ground: "#ffffff",
} as const;

/** Vega-Lite's configuration for every chart: one look, white ground, few lines. */
export const themeConfig = {
  background: inks.ground,
  font: "Helvetica, Arial, 'DejaVu Sans', sans-serif",
  view: { stroke: null },
  title: {
    anchor: "start",
    frame: "bounds",
    color: inks.text,
    fontSize: 15,
    fontWeight: 600,
    lineHeight: 20,
    subtitleColor: inks.quiet,
    subtitleFontSize: 12,
    subtitleLineHeight: 16,
    subtitlePadding: 4,
    offset: 12,
  },
  axis: {
    labelColor: inks.text,
    labelFontSize: 12,
    labelSeparation: 6,
    titleColor: inks.quiet,
    titleFontSize: 12,
    titleFontWeight: "normal",
    titlePadding: 8,
    grid: false,
    domainColor: inks.line,
    tickColor: inks.line,
  },
  axisQuantitative: { grid: true, gridColor: inks.grid, domain: false, ticks: false },
  legend: {
    orient: "top",
    direction: "horizontal",
    title: null,
    labelColor: inks.text,
    labelFontSize: 12,
    titleColor: inks.quiet,
    titleFontWeight: "normal",
    symbolType: "square",
    offset: 4,
    columns: { expr: `room < ${narrowBelow} ? 2 : 5` },
  },
  // Black by Vega-Lite's own choice, in a chart of one's own.
  header: { labelColor: inks.text, titleColor: inks.quiet },
  text: { color: inks.text },
  rule: { color: inks.quiet },
} as const;
