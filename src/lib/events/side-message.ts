import type { EventSourceName } from "./message";

/** What is told of the events beside themselves: how many were caught, and what was learnt later. */
export type SideKind = "coverage" | "enrichment";

/**
 * How many events of one type and one minute were captured, and how many there were by estimate:
 * the JSON value of a message of the coverage topic. Increments: those of a minute add up.
 */
export interface CoverageMessage {
  /** The run that counted. */
  run_id: string;
  /** The number of the report within its run. */
  seq: number;
  /** The minute the events were created in, ISO 8601, UTC. */
  minute: string;
  event_type: string;
  captured: number;
  /** Of all there were, captured or not. */
  estimated: number;
  source: EventSourceName;
  /** The address of the API. */
  api: string;
  recorded_at: string;
}

/** What was learnt. */
export const enrichmentKinds = ["push_commits", "pull_opened"] as const;
export type EnrichmentKind = (typeof enrichmentKinds)[number];

/**
 * Something learnt of an event by asking for it later: the JSON value of a message of the
 * enrichment topic.
 */
export interface EnrichmentMessage {
  kind: EnrichmentKind;
  event_type: string;
  /** Of the push, or of the pull request's closing. */
  event_id: string;
  repo: string;
  repo_id: number;
  /** Of the pull request. */
  number: number | null;
  /** The pull request's id. */
  subject_id: number | null;
  /** Of the push. */
  commits: number | null;
  /** Of the pull request, ISO 8601, UTC. */
  opened_at: string | null;
  /** The endpoint that told. */
  obtained_from: "compare" | "pulls";
  /** `gone`: the API has it no more, or never will; it is not asked again. */
  status: "ok" | "gone";
  source: EventSourceName;
  /** The address of the API. */
  api: string;
  fetched_at: string;
}
