import { runQuery } from "../athena/query";
import { formatPercent, formatSpan } from "../charts/words";
import type { Settings } from "../config/settings";
import { type Effects, throwIfAborted, withoutProgress } from "../effects";
import { describeError } from "../errors";
import { databaseHasTables } from "../glue/catalog";
import { formatCount } from "../notebook/figures";

/** What the tables held when a report was made. */
export interface DataSpan {
  events: number;
  /** Of the first and the last event, ISO 8601, UTC; null where there is none. */
  from: string | null;
  to: string | null;
  /** The estimated share of all events that was captured, 0 to 1; null where nobody measured. */
  share: number | null;
  /** Minutes, of those between the first and the last event, in which a capture measured. */
  minutes: number;
}

const sql = `
SELECT e.events, e.first_event, e.last_event, c.captured, c.estimated, c.minutes
FROM (
  SELECT count(*) AS events, min(created_at) AS first_event, max(created_at) AS last_event
  FROM github_events
) e
CROSS JOIN (
  SELECT sum(captured) AS captured, sum(estimated) AS estimated, count(DISTINCT minute) AS minutes
  FROM coverage
) c`.trim();

/**
 * What the dataset's tables hold, and how complete it is. Undefined where that cannot be asked: a
 * report is worth having all the same.
 *
 * @throws {@link WorkbenchError} code ABORTED alone
 */
export async function readDataSpan(
  settings: Settings,
  effects: Effects,
): Promise<DataSpan | undefined> {
  // The progress of this query is not the report's.
  const quiet = withoutProgress(effects);
  try {
    if (!(await databaseHasTables(settings, quiet))) {
      return { events: 0, from: null, to: null, share: null, minutes: 0 };
    }
    const [row] = (await runQuery(settings, sql, {}, quiet)).rows;
    const estimated = Number(row?.["estimated"] ?? 0);
    const moment = (name: string): string | null => {
      const value = row?.[name];
      return typeof value === "string" ? value : null;
    };
    return {
      events: Number(row?.["events"] ?? 0),
      from: moment("first_event"),
      to: moment("last_event"),
      share: estimated > 0 ? Math.min(1, Number(row?.["captured"] ?? 0) / estimated) : null,
      minutes: Number(row?.["minutes"] ?? 0),
    };
  } catch (error) {
    throwIfAborted(effects.signal);
    effects.logger.warn(`what the tables hold could not be asked: ${describeError(error)}`);
    return undefined;
  }
}

/** The same in words, for the head of a report. */
export function describeDataSpan(data: DataSpan | undefined): string {
  if (data === undefined) return "What the tables held could not be asked.";
  const { events, from, to, share, minutes } = data;
  if (from === null || to === null) return "The tables held no events yet.";
  const held = `The tables held ${formatCount(events)} ${events === 1 ? "event" : "events"}, ${formatSpan({ from, to })}.`;
  if (share === null) return `${held} How complete they are was not measured.`;
  // A capture that began before the first event kept, or ended after the last, adds a minute or two.
  const spanMinutes = Math.max(minutes, Math.ceil((Date.parse(to) - Date.parse(from)) / 60_000));
  return (
    `${held} Captures measured ${formatCount(minutes)} of these ${formatCount(spanMinutes)} minutes, and in them ` +
    `caught about ${formatPercent(share)}\u00a0% of what happened.`
  );
}
