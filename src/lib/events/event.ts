/**
 * An event as GitHub sends it, in every payload era: the types below name only what is common to
 * all of them; `payload` is kept as it came.
 *
 * @see https://docs.github.com/en/rest/using-the-rest-api/github-event-types
 */
export interface GitHubEvent {
  /** Unique within its type only: de-duplicate on (type, id). */
  id: string;
  /** "PushEvent", "PullRequestEvent", … */
  type: string;
  actor: { id: number; login: string };
  /** `name` is the full name, "owner/name". */
  repo: { id: number; name: string };
  org?: { id: number; login: string };
  payload: Readonly<Record<string, unknown>>;
  /** ISO 8601, UTC, whole seconds. */
  created_at: string;
  public?: boolean;
}

/** The types kept unless `--types` says otherwise. */
export const defaultEventTypes: readonly string[] = [
  "PushEvent",
  "PullRequestEvent",
  "IssuesEvent",
  "ForkEvent",
];

/** What makes an event one and the same. */
export function eventKey(event: Pick<GitHubEvent, "id" | "type">): string {
  return `${event.type}:${event.id}`;
}
