import { describeError } from "../errors";
import { eventKey, type GitHubEvent } from "../events/event";
import { parseEvent } from "../events/parse-event";
import type { SeenEvent } from "./coverage";
import type { UnreadableEvent } from "./source";

/** A page of events as it was read, the newest first. */
export interface ParsedPage {
  /** From 1. */
  page: number;
  /** When the API was looked at. */
  atMs: number;
  /** As it was when it was read last; it then has no events. */
  unchanged: boolean;
  /** What the page held, readable or not. */
  items: number;
  events: readonly { key: string; event: GitHubEvent }[];
  /** The same, as the estimate of coverage takes them. */
  seen: readonly SeenEvent[];
  unreadable: readonly UnreadableEvent[];
}

/** Reads a page's events; what is none is kept with the reason. */
export function parsePage(
  items: readonly unknown[],
  page: number,
  atMs: number,
  url: string,
): ParsedPage {
  const events: { key: string; event: GitHubEvent }[] = [];
  const unreadable: UnreadableEvent[] = [];
  for (const item of items) {
    try {
      const event = parseEvent(item);
      events.push({ key: eventKey(event), event });
    } catch (error) {
      const origin = `${url}?page=${page}`;
      unreadable.push({ raw: JSON.stringify(item), reason: describeError(error), origin });
    }
  }
  const seen = events.map(({ key, event }) => ({
    key,
    type: event.type,
    createdAtMs: Date.parse(event.created_at),
  }));
  return { page, atMs, unchanged: false, items: items.length, events, seen, unreadable };
}

/** A page that is as it was when it was read last. */
export function unchangedPage(page: number, atMs: number): ParsedPage {
  return { page, atMs, unchanged: true, items: 0, events: [], seen: [], unreadable: [] };
}
