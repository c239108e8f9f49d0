import type { GitHubEvent } from "../../../src/lib/events/event";

/** A commit's id made of one number. */
export function commit(number: number): string {
  return number.toString(16).padStart(40, "0");
}

/** A push in today's shape. */
export function push(id: number, repo = "octo/cat", payload: object = {}): GitHubEvent {
  return {
    id: String(id),
    type: "PushEvent",
    actor: { id: 1, login: "mona" },
    repo: { id: 5, name: repo },
    payload: {
      push_id: id,
      ref: "refs/heads/main",
      before: commit(2 * id + 1),
      head: commit(2 * id + 2),
      ...payload,
    },
    created_at: "2026-11-24T10:00:00Z",
  };
}

/** A pull request's event in today's shape. */
export function pull(
  id: number,
  action: string,
  subjectId: number,
  fields: object = {},
): GitHubEvent {
  return {
    ...push(id),
    type: "PullRequestEvent",
    payload: { action, number: 3, pull_request: { id: subjectId, number: 3, ...fields } },
  };
}
