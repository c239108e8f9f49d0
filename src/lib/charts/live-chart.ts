import type { LiveSnapshot, WindowTotals } from "../live/board";
import { Chart } from "./chart";
import { timeline } from "./timeline";
import { dataLine, formatMoment } from "./words";

/**
 * A chart of how the stream stands: a bar a window, stacked by type, and in its title the rate of
 * the last window that is complete. A window that is open, or was begun before the reading, is
 * told of in the subtitle: its bar is short for that reason.
 *
 * @param dataset - the dataset's name, for the subtitle
 * @example
 * ```ts
 * const last = await wb.live({ from: "10m", for: "1m", onSnapshot: () => undefined });
 * await liveChart(last, wb.dataset).show();
 * ```
 */
export function liveChart(snapshot: LiveSnapshot, dataset: string): Chart {
  const { windows } = snapshot;
  const first = windows[0];
  const last = windows.at(-1);
  const span =
    first === undefined || last === undefined
      ? undefined
      : { from: first.bucket_start, to: last.bucket_end };
  const events = windows.reduce((sum, window) => sum + window.events, 0);
  const subtitle = dataLine({ dataset, span, totals: { events } }, "events");
  const points = windows.flatMap(({ bucket_start: start, by_type }) =>
    Object.entries(by_type).map(([series, value]) => ({ start, series, value })),
  );
  return new Chart(
    timeline(points, {
      title: findingOf(windows),
      subtitle: `${subtitle}${unfinishedWords(windows)}`,
      description: "Stacked bar chart of events per window of time by type.",
      measure: "Events per window",
      bucket: "minute",
    }),
  );
}

/** Events a second of the newest complete window. */
function findingOf(windows: readonly WindowTotals[]): string {
  const complete = windows.filter(({ state, partial }) => state !== "open" && !partial).at(-1);
  if (complete !== undefined) {
    const seconds = (Date.parse(complete.bucket_end) - Date.parse(complete.bucket_start)) / 1000;
    const rate = complete.events / seconds;
    const shown = rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString("en-US");
    return `${shown} events a second in the window from ${formatMoment(complete.bucket_start, "minute")} UTC`;
  }
  return windows.length === 0 ? "No events have streamed by yet" : "No window is complete yet";
}

function unfinishedWords(windows: readonly WindowTotals[]): string {
  const open = windows.filter(({ state }) => state === "open").length;
  const cut = windows.filter(({ partial }) => partial).length;
  return (
    (open > 0 ? ` · ${open} still open` : "") +
    (cut > 0 ? ` · ${cut} begun before the reading` : "")
  );
}
