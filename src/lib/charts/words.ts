import { isDemoDataset } from "../config/dataset";
import { formatCount } from "../notebook/figures";
import { isolate, showControls } from "../notebook/html";
import { clipMiddle } from "../notebook/text-columns";

/**
 * A name from outside as a chart shows it: on one line, with no hidden marks, cut in its middle (of
 * `organisation/repository-7` either end may be what tells it from its neighbours), and kept
 * together where it is written from right to left.
 */
export function clipName(name: string, max = 60): string {
  return name.trim() === "" ? "(no name)" : isolate(clipMiddle(showControls(name), max));
}

/** What is counted, and what one of it is called. */
const nouns = {
  contributors: "contributor",
  events: "event",
  forks: "fork",
  pushes: "push",
  resolutions: "resolution",
} as const;

/** The subtitle: which data, which span, how much; invented events are called so. */
export function dataLine(
  data: {
    dataset: string;
    span: { from: string; to: string } | undefined;
    totals: Readonly<Record<string, number>>;
    coverage?: number | undefined;
    /** What the data was narrowed to. */
    scope?: string | undefined;
  },
  counted: keyof typeof nouns,
): string {
  const origin = isDemoDataset(data.dataset) ? "Simulated events" : "GitHub events";
  const scope = data.scope === undefined ? "" : ` · ${clipName(data.scope)}`;
  const source = `${origin}, dataset ${data.dataset}${scope}`;
  if (data.span === undefined) return `${source} · no data`;
  const count = data.totals[counted] ?? 0;
  const noun = count === 1 ? nouns[counted] : counted;
  return `${source} · ${formatSpan(data.span)} · ${formatCount(count)} ${noun}${coverageWords(data.coverage)}`;
}

/** 0.0412 → "4.1": finer below ten per cent, 100 only of what rounds to it. */
export function formatPercent(share: number): string {
  const percent = share * 100;
  if (percent >= 99.95) return "100";
  return percent < 10 ? percent.toFixed(1) : percent.toFixed(0);
}

/** " · about 4 % of all events captured", so that thin data is seen to be thin. */
function coverageWords(share: number | undefined): string {
  if (share === undefined) return "";
  return ` · about ${formatPercent(share)}\u00a0% of all events captured`;
}

/** "2021-07-21 06:00 – 09:00 UTC"; the second day only where it is another. */
export function formatSpan({ from, to }: { from: string; to: string }): string {
  const [start, end] = [formatMoment(from, "minute"), formatMoment(to, "minute")];
  if (start === end) return `${start} UTC`;
  const sameDay = start.slice(0, 10) === end.slice(0, 10);
  return `${start} – ${sameDay ? end.slice(11) : end} UTC`;
}

/** A moment (ISO 8601, UTC) as finely as its bucket: a month, a day, or to the minute. */
export function formatMoment(iso: string, bucket: string): string {
  if (bucket === "month") return iso.slice(0, 7);
  if (bucket === "day" || bucket === "week") return iso.slice(0, 10);
  return iso.slice(0, 16).replace("T", " ");
}

const units: readonly (readonly [seconds: number, one: string, many: string])[] = [
  [365 * 86_400, "year", "years"],
  [86_400, "day", "days"],
  [3600, "hour", "hours"],
  [60, "minute", "minutes"],
];

/** 9000 → "2.5 hours", in the largest unit of which there is at least one. */
export function formatDuration(seconds: number): string {
  for (const [size, one, many] of units) {
    if (seconds < size) continue;
    const value = seconds / size;
    const shown = value < 10 ? Math.round(value * 10) / 10 : Math.round(value);
    return `${shown} ${shown === 1 ? one : many}`;
  }
  const whole = Math.round(seconds);
  return `${whole} ${whole === 1 ? "second" : "seconds"}`;
}

/** Breaks a text at spaces into lines of at most `width` characters; a longer word is cut. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/[ \t\n]+/).filter((part) => part !== "")) {
    if (line === "") line = word;
    else if (line.length + 1 + word.length <= width) line += ` ${word}`;
    else {
      lines.push(line);
      line = word;
    }
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return line === "" && lines.length > 0 ? lines : [...lines, line];
}
