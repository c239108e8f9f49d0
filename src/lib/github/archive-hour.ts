import { WorkbenchError } from "../errors";

/** An hour of GH Archive, UTC, as the number of hours since 1970. */
export type ArchiveHour = number;

/** Both ends are part of it. */
export interface HourRange {
  first: ArchiveHour;
  last: ArchiveHour;
}

const hourMs = 3_600_000;
const forms = "as 2026-01-31T22, 2026-01-31-22 or 2026-01-31 (the whole day), UTC";

/** The first hour whose events have ids. */
export const firstArchiveHour: ArchiveHour = Date.UTC(2015, 0, 1) / hourMs;

/**
 * Reads `--from` and `--to`. A day stands for all of its hours; without `to`, the range is the hour
 * or the day of `from`.
 *
 * @throws {@link WorkbenchError} code USAGE where a form is unknown, the order is wrong, or the
 * range begins before 2015
 * @example
 * ```ts
 * readHourRange("2026-01-31T22", "2026-02-01"); // 26 hours
 * ```
 */
export function readHourRange(from: string | undefined, to?: string): HourRange {
  if (from === undefined) {
    throw new WorkbenchError("USAGE", "the source archive needs its first hour", {
      hint: `--from 2026-01-31T22 --to 2026-02-01T01; hours ${forms}`,
    });
  }
  const range = { first: parseHour(from, "from", 0), last: parseHour(to ?? from, "to", 23) };
  if (range.first < firstArchiveHour) {
    throw new WorkbenchError("USAGE", `--from is ${from}: events before 2015 have no ids`, {
      hint: "the first hour that can be read is 2015-01-01T00",
    });
  }
  if (range.first > range.last) {
    throw new WorkbenchError("USAGE", `--from is ${from}, which is after --to, ${String(to)}`, {
      hint: "--to is the last hour that is read",
    });
  }
  return range;
}

/**
 * Refuses a range with hours that have not ended yet.
 *
 * @throws {@link WorkbenchError} code USAGE
 */
export function refuseFuture(range: HourRange, nowMs: number): void {
  const lastEnded = Math.floor(nowMs / hourMs) - 1;
  if (range.last <= lastEnded) return;
  throw new WorkbenchError(
    "USAGE",
    `the hour ${formatHour(Math.max(range.first, lastEnded + 1))} has not ended yet`,
    { hint: `the last hour that can be there is --to ${formatHour(lastEnded)}` },
  );
}

/** `2026-01-31T22` */
export function formatHour(hour: ArchiveHour): string {
  return new Date(hour * hourMs).toISOString().slice(0, 13);
}

/** Milliseconds since an hour ended. */
export function msSinceEnd(hour: ArchiveHour, nowMs: number): number {
  return nowMs - (hour + 1) * hourMs;
}

/**
 * The name of an hour's file: its hour has no leading zero.
 *
 * @see https://www.gharchive.org
 */
export function hourFileName(hour: ArchiveHour): string {
  const [day = "", hourOfDay] = formatHour(hour).split("T");
  return `${day}-${Number(hourOfDay)}.json.gz`;
}

/**
 * Reads one hour; a day alone stands for `hourOfDay` of it.
 *
 * @throws {@link WorkbenchError} code USAGE
 */
export function parseHour(text: string, option: string, hourOfDay: number): ArchiveHour {
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T-](\d{1,2}))?$/.exec(text.trim());
  const [, year, month, day, hour = hourOfDay] = match ?? [];
  const ms = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour));
  // Date.UTC rolls 30 February over into March, and hour 24 into the next day.
  const isReal =
    !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text.trim().slice(0, 10));
  if (match === null || !isReal) {
    throw new WorkbenchError("USAGE", `--${option} is ${JSON.stringify(text)}`, {
      hint: `give an hour ${forms}`,
    });
  }
  return ms / hourMs;
}
