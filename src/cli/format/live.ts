import type { LiveSnapshot, WindowTotals } from "../../lib/live/board";
import type { WindowUpdate } from "../../lib/live/update";
import type { WatchStats } from "../../lib/live/watch";
import { countOf } from "../../lib/analyses/leaders";
import { formatCount } from "../../lib/notebook/figures";
import { showControls } from "../../lib/notebook/html";
import { formatTextTable } from "../../lib/notebook/text-table";

/** What of a snapshot fits on a terminal, and what is said above it. */
export interface BoardLayout {
  title: string;
  columns: number;
  rows: number;
}

/** Windows side by side in the table of types. */
const windowColumns = 5;

/** A snapshot as a board that fits the terminal: types by window, repositories, contributors. */
export function formatBoard(snapshot: LiveSnapshot, { title, columns, rows }: BoardLayout): string {
  const text = [
    `${title} · ${snapshot.at.slice(11, 19)} UTC`,
    formatStats(snapshot.stats, snapshot.at),
    "",
    formatTypes(snapshot.windows.slice(-windowColumns)),
    "",
    formatTextTable(
      [{ name: "repository" }, { name: "events" }, { name: "commits" }],
      snapshot.top_repositories.map(({ repo, events, commits }) => ({
        repository: repo,
        events,
        commits: commits ?? "",
      })),
      all,
    ),
    "",
    formatTextTable(
      [{ name: "contributor" }, { name: "events" }, { name: "" }],
      snapshot.top_contributors.map(({ user_login, events, bot }) => ({
        contributor: user_login,
        events,
        "": bot ? "bot" : "",
      })),
      all,
    ),
  ];
  return text
    .join("\n")
    .split("\n")
    .slice(0, Math.max(1, rows - 1))
    .map((line) => line.slice(0, Math.max(1, columns - 1)))
    .join("\n");
}

const all = { headRows: 1000, tailRows: 0 };

/** What became of the messages, in one line; what is 0 and means trouble is left out. */
export function formatStats(stats: WatchStats, at: string): string {
  const troubles: [number, string][] = [
    [stats.late_events, "late"],
    [stats.windows_updated, stats.windows_updated === 1 ? "correction" : "corrections"],
    [stats.too_late, "too late"],
    [stats.future, "from the future (is this clock right?)"],
    [stats.unreadable, "unreadable"],
    [stats.overflow, "beyond memory"],
    [stats.missed, "deleted unread"],
    [stats.partitions_stalled, "partitions that give nothing"],
  ];
  return [
    `${formatCount(stats.events)} events`,
    `${formatCount(stats.duplicates)} duplicates left out`,
    ...troubles
      .filter(([count]) => count > 0)
      .map(([count, word]) => `${formatCount(count)} ${word}`),
    stats.watermark === null
      ? "no watermark yet"
      : `complete up to ${formatBehind(Date.parse(at) - Date.parse(stats.watermark))} ago`,
  ].join(" · ");
}

function formatBehind(ms: number): string {
  const seconds = Math.max(0, ms / 1000);
  if (seconds < 600) return `${seconds.toFixed(0)} s`;
  if (seconds < 36_000) return `${(seconds / 60).toFixed(0)} min`;
  const hours = seconds / 3600;
  return hours < 240 ? `${hours.toFixed(0)} h` : `${(hours / 24).toFixed(0)} days`;
}

/** A line a type, a column a window; a window that is open has an ellipsis, a partial one a tilde. */
function formatTypes(windows: readonly WindowTotals[]): string {
  const types = [...new Set(windows.flatMap(({ by_type }) => Object.keys(by_type)))].sort();
  const names = windows.map((window) => columnName(window));
  const rowOf = (name: string, countOf: (window: WindowTotals) => number): object => ({
    events: name,
    ...Object.fromEntries(windows.map((window) => [columnName(window), countOf(window)])),
  });
  const rows = [
    ...types.map((type) => rowOf(type, ({ by_type }) => by_type[type] ?? 0)),
    rowOf("all", ({ events }) => events),
  ];
  return formatTextTable(
    [{ name: "events" }, ...names.map((name) => ({ name }))],
    rows as Record<string, unknown>[],
    all,
  );
}

function columnName({ bucket_start, state, partial }: WindowTotals): string {
  // The day too: windows of years ago and of now can stand side by side.
  const moment = bucket_start.slice(5, 16).replace("T", " ");
  return `${partial ? "~" : ""}${moment}${state === "open" ? "…" : ""}`;
}

/** One window on one line: when, its state, how many, of which types, who leads. */
export function formatWindow(update: WindowUpdate): string {
  const types = [...update.events_per_minute]
    .sort((a, b) => b.events - a.events)
    .map(({ event_type, events }) => `${event_type} ${formatCount(events)}`)
    .join(", ");
  const notes = [
    ...(update.partial ? ["seen in part"] : []),
    ...(update.late_events > 0 ? [`${formatCount(update.late_events)} late`] : []),
    ...(update.forced ? ["closed before its time"] : []),
  ];
  const [first] = busiest(update);
  return [
    `${update.bucket_start.slice(0, 19)}Z ${update.state.padEnd(7)} ${countOf(update.events, "event")}`,
    showControls(types),
    ...(first === undefined
      ? []
      : [`most in ${showControls(first[0])} (${formatCount(first[1])})`]),
    ...(notes.length === 0 ? [] : [notes.join(", ")]),
  ].join(" · ");
}

function busiest({ repository_activity }: WindowUpdate): [string, number][] {
  const sums = new Map<string, number>();
  for (const { repo, events } of repository_activity) {
    sums.set(repo, (sums.get(repo) ?? 0) + events);
  }
  return [...sums].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 1);
}

/** A window as one line of JSON. What could steer a terminal is written as its code. */
export function formatJsonLine(update: WindowUpdate): string {
  return JSON.stringify(update).replaceAll(/[\p{Cc}\p{Cf}]/gu, (char) =>
    [...Array(char.length).keys()]
      .map((at) => `\\u${char.charCodeAt(at).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
