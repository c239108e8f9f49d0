/** Classes of charts by their width, from the narrowest. */
export const widthClasses = ["Narrow", "Middle", "Broad", "Wide", "Full"] as const;

/** One of {@link widthClasses}. */
export type WidthClass = (typeof widthClasses)[number];

/** Below this width, in pixels, a chart is narrow. */
export const narrowBelow = 520;

const middleBelow = 700;
/** In it is a notebook's chart. */
const broadBelow = 900;
const wideBelow = 1240;

/**
 * An expression of Vega's that takes, of the values called `…Narrow`, `…Middle` and so on, the one
 * for the chart's width.
 *
 * @param name - of ours, never from outside
 */
export function byWidth(name: string): string {
  return (
    `room < ${narrowBelow} ? ${name}Narrow : room < ${middleBelow} ? ${name}Middle` +
    ` : room < ${broadBelow} ? ${name}Broad : room < ${wideBelow} ? ${name}Wide : ${name}Full`
  );
}
