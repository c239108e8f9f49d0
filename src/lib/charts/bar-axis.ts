import { byWidth, narrowBelow, type WidthClass, widthClasses } from "./width-classes";

/** So many columns of a bar's name fit beside it, where names take a third of the width. */
const nameLengths: Readonly<Record<WidthClass, number>> = {
  Narrow: 23,
  Middle: 28,
  Broad: 38,
  Wide: 48,
  Full: 60,
};

/**
 * The bars' names as values of the chart, one list a class of widths. Bars are told apart by their
 * place (0, 1, …), never by their names: Vega keeps groups in plain objects, where a login such as
 * `constructor` would find something else, and two long names may be cut to the same text.
 *
 * @param names - each makes a name of at most `max` characters, safe to show
 */
export function namesParams(names: readonly ((max: number) => string)[]): unknown[] {
  return widthClasses.map((width) => ({
    name: `barNames${width}`,
    value: names.map((name) => name(nameLengths[width])),
  }));
}

/**
 * The vertical axis of a chart with a bar a row, in the order of field `bar`, labelled by
 * {@link namesParams}.
 */
export function barAxis(count: number, gap = 0.25): Record<string, unknown> {
  return {
    field: "bar",
    type: "ordinal",
    scale: {
      domain: Array.from({ length: count }, (_, at) => at),
      paddingInner: gap,
      paddingOuter: gap / 2,
    },
    axis: {
      title: null,
      labelExpr: `(${byWidth("barNames")})[datum.value]`,
      labelLimit: { expr: `max(120, room * (room < ${narrowBelow} ? 0.42 : 0.36))` },
      ticks: false,
      domain: false,
      labelPadding: 6,
    },
  };
}
