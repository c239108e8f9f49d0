import type { EventCounts } from "./exchange";

/** Events as the API lists them: the newest 300 and no more. */
export interface EventList {
  /** Differs when the list does. */
  version: string;
  size: number;
  /** The events from a position up to, not including, another, each as JSON. */
  slice(from: number, end: number): readonly string[];
}

/** Whose events. */
export type FeedScope = { kind: "repo" | "org" | "user"; name: string };

/** A pull request, as far as it has come. */
export interface PullState {
  id: number;
  number: number;
  repo: string;
  createdMs: number;
  /** Set once it ended. */
  endedMs: number | undefined;
  merged: boolean;
}

/** What happens in a simulated GitHub. */
export interface Feed {
  /** The events that show at a moment, the newest first. */
  list(nowMs: number): EventList;
  /** The same for one repository, organization or user; undefined if there is none of that name. */
  scoped(scope: FeedScope, nowMs: number): EventList | undefined;
  hasRepo(name: string): boolean;
  pull(repo: string, number: number, nowMs: number): PullState | undefined;
  /** Events that began to show after `fromMs`, up to and including `toMs`. */
  count(fromMs: number, toMs: number): EventCounts;
  /** Their keys, `PushEvent:123`, in the order they began to show. */
  keys(fromMs: number, toMs: number): Iterable<string>;
  /** Whether an event of that key had begun to show at a moment. */
  existed(key: string, nowMs: number): boolean;
}

/** The API shows this many events and no more. */
export const windowSize = 300;
