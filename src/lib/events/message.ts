import type { GitHubEvent } from "./event";

/** Where an event came from. */
export const eventSources = ["github", "archive", "file", "simulator"] as const;
export type EventSourceName = (typeof eventSources)[number];

/** The JSON value of a Kafka message; snake_case, since the Glue job and other clients read it. */
export interface EventMessage {
  id: string;
  event_type: string;
  /** The repository's full name, which is the message's key too. */
  repo: string;
  /** The actor's login. */
  user: string;
  /** The event's `created_at`. */
  timestamp: string;
  repo_id: number;
  user_id: number;
  /** The organization's login, or null. */
  org: string | null;
  source: EventSourceName;
  /** When the workbench first saw it, ISO 8601, UTC. */
  ingested_at: string;
  /** As GitHub sent it. */
  payload: Readonly<Record<string, unknown>>;
}

/** Maps an event to the message that carries it. */
export function toMessage(
  event: GitHubEvent,
  source: EventSourceName,
  ingestedAtMs: number,
): EventMessage {
  return {
    id: event.id,
    event_type: event.type,
    repo: event.repo.name,
    user: event.actor.login,
    timestamp: event.created_at,
    repo_id: event.repo.id,
    user_id: event.actor.id,
    org: event.org?.login ?? null,
    source,
    ingested_at: new Date(ingestedAtMs).toISOString(),
    payload: event.payload,
  };
}
