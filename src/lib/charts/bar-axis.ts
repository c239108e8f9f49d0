import { clipName } from "./words";

/**
 * The bars' names as a value of the chart. Bars are told apart by their place (0, 1, …), never by
 * their names: Vega keeps groups in plain objects, where a login such as `constructor` would find
 * something else, and two long names may be cut to the same text.
 */
export function namesParam(names: readonly string[]): { name: string; value: string[] } {
  return { name: "barNames", value: names.map((name) => clipName(name)) };
}

/**
 * The vertical axis of a chart with a bar a row, in the order of field `bar`, labelled by
 * {@link namesParam}.
 *
 * @param share - of the chart's width that the labels may take
 */
export function barAxis(count: number, share: number, gap = 0.25): Record<string, unknown> {
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
      labelExpr: "barNames[datum.value]",
      labelLimit: { expr: `max(120, room * ${share})` },
      ticks: false,
      domain: false,
      labelPadding: 6,
    },
  };
}
