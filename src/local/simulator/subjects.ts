import type { Random } from "./random";
import type { Account, Repository } from "./world";

/** A pull request or an issue, from its opening to its end. */
export interface Subject {
  id: number;
  number: number;
  repository: Repository;
  author: Account;
  title: string;
  openedMs: number;
  closedMs: number | null;
  comments: number;
}

/** A pull request besides. */
export interface PullRequest extends Subject {
  headRef: string;
  headSha: string;
  baseSha: string;
}

/** Moments written of late: most events happen within the same few seconds. */
const written = new Map<number, string>();
const writtenKept = 10_000;

/** ISO 8601 in whole seconds, as GitHub writes it. */
export function isoSeconds(ms: number): string {
  const second = Math.floor(ms / 1000);
  const known = written.get(second);
  if (known !== undefined) return known;
  const text = `${new Date(second * 1000).toISOString().slice(0, 19)}Z`;
  if (written.size >= writtenKept) written.clear();
  written.set(second, text);
  return text;
}

/** The payload of a PullRequestEvent, in the trimmed form that GitHub sends since October 2025. */
export function pullRequestPayload(action: string, pull: PullRequest): Record<string, unknown> {
  const { repository } = pull;
  const url = `https://api.github.com/repos/${repository.name}`;
  const repo = { id: repository.id, url, name: repository.name.split("/")[1] };
  return {
    action,
    number: pull.number,
    pull_request: {
      id: pull.id,
      number: pull.number,
      url: `${url}/pulls/${pull.number}`,
      head: { ref: pull.headRef, sha: pull.headSha, repo },
      base: { ref: "main", sha: pull.baseSha, repo },
    },
  };
}

/** The payload of an IssuesEvent: nearly the full issue. */
export function issuePayload(
  action: "opened" | "closed" | "reopened",
  issue: Subject,
  nowMs: number,
  stateReason: string | null,
): Record<string, unknown> {
  const { repository, author } = issue;
  const url = `https://api.github.com/repos/${repository.name}/issues/${issue.number}`;
  return {
    action,
    issue: {
      url,
      html_url: `https://github.com/${repository.name}/issues/${issue.number}`,
      id: issue.id,
      number: issue.number,
      title: issue.title,
      user: { login: author.login, id: author.id, type: author.bot ? "Bot" : "User" },
      labels: [],
      state: action === "closed" ? "closed" : "open",
      state_reason: stateReason,
      comments: issue.comments,
      created_at: isoSeconds(issue.openedMs),
      updated_at: isoSeconds(nowMs),
      closed_at: issue.closedMs === null ? null : isoSeconds(issue.closedMs),
      body: null,
    },
  };
}

/** The payload of a CreateEvent or a DeleteEvent. */
export function refPayload(
  kind: "create" | "delete",
  actor: Account,
  random: Random,
): Record<string, unknown> {
  const ref = `topic-${random.below(50)}`;
  const refType = random.chance(0.9) ? "branch" : "tag";
  const common = { ref, ref_type: refType, pusher_type: actor.bot ? "bot" : "user" };
  if (kind === "delete") return common;
  const fullRef = `refs/${refType === "tag" ? "tags" : "heads"}/${ref}`;
  return { ...common, full_ref: fullRef, master_branch: "main", description: null };
}

/** The repository that a ForkEvent tells of, nearly in full. */
export function forkeeOf(
  repository: Repository,
  owner: Account,
  atMs: number,
  id: number,
): Record<string, unknown> {
  const name = repository.name.split("/")[1] ?? "";
  return {
    id,
    name,
    full_name: `${owner.login}/${name}`,
    private: false,
    fork: true,
    owner: { login: owner.login, id: owner.id, type: "User" },
    created_at: isoSeconds(atMs),
    language: repository.language,
    license: repository.license,
    topics: repository.topics,
    stargazers_count: 0,
    default_branch: "main",
  };
}
