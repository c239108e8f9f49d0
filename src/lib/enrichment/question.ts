import type { GitHubEvent } from "../events/event";
import { isJsonObject } from "../events/fields";

/** Something to ask the API. */
export type Question =
  | { kind: "push_commits"; owner: string; repo: string; base: string; head: string }
  | { kind: "pull_opened"; owner: string; repo: string; number: number; subjectId: number };

/** A question, and what makes it one and the same. */
export interface Wanted {
  /** Two events may want the same: one push to two branches, a pull request closed twice. */
  key: string;
  question: Question;
}

const commitId = /^[0-9a-f]{40,64}$/;
const nothingBefore = /^0+$/;
/** As GitHub allows them; `.` and `..` would lead to another address. */
const namePart = /^(?!\.{1,2}$)[\w.-]+$/;

/**
 * What is worth asking of an event: the commits of a push that carries no size, the opening of a
 * pull request that was closed or merged and does not tell.
 *
 * @returns undefined where there is nothing to ask, or nothing to be had: what a new branch holds
 *   cannot be compared with anything
 */
export function questionOf(event: GitHubEvent): Wanted | undefined {
  const [owner = "", repo = "", ...more] = event.repo.name.split("/");
  if (more.length > 0 || !namePart.test(owner) || !namePart.test(repo)) return undefined;
  if (event.type === "PushEvent") return questionOfPush(event, owner, repo);
  return event.type === "PullRequestEvent" ? questionOfPull(event, owner, repo) : undefined;
}

/** The pull request that an event tells the opening of. */
export function openedPull({ type, payload }: GitHubEvent): number | undefined {
  const pull = payload["pull_request"];
  if (type !== "PullRequestEvent" || payload["action"] !== "opened" || !isJsonObject(pull)) {
    return undefined;
  }
  return wholeNumber(pull["id"]);
}

/** The key of the question after a pull request's opening. */
export function pullKey(subjectId: number): string {
  return `pull:${subjectId}`;
}

function questionOfPush(event: GitHubEvent, owner: string, repo: string): Wanted | undefined {
  const { size, distinct_size: distinctSize, commits, before: base, head } = event.payload;
  if (size !== undefined || distinctSize !== undefined || commits !== undefined) return undefined;
  if (!isCommit(base) || !isCommit(head)) return undefined;
  return {
    key: `push:${event.repo.id}:${base}...${head}`,
    question: { kind: "push_commits", owner, repo, base, head },
  };
}

function questionOfPull(event: GitHubEvent, owner: string, repo: string): Wanted | undefined {
  const { action, pull_request: pull } = event.payload;
  if ((action !== "closed" && action !== "merged") || !isJsonObject(pull)) return undefined;
  const subjectId = wholeNumber(pull["id"]);
  const number = wholeNumber(event.payload["number"] ?? pull["number"]);
  if (subjectId === undefined || number === undefined) return undefined;
  if (typeof pull["created_at"] === "string") return undefined;
  return {
    key: pullKey(subjectId),
    question: { kind: "pull_opened", owner, repo, number, subjectId },
  };
}

function isCommit(value: unknown): value is string {
  return typeof value === "string" && commitId.test(value) && !nothingBefore.test(value);
}

function wholeNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
