import type { FirehoseKind } from "./block";
import type { Random } from "./random";
import { forkeeOf, issuePayload, isoSeconds, pullRequestPayload, refPayload } from "./subjects";
import type { Account, Repository } from "./world";

/** What a payload is made from. */
export interface PayloadParts {
  kind: FirehoseKind;
  repository: Repository;
  actor: Account;
  atMs: number;
  /** A number that no other event has. */
  id: number;
  random: Random;
  /** The pull request or issue that the event is about. */
  subject: PayloadSubject | undefined;
}

/** A pull request or issue; its chance is its own, the same in each of its events. */
export interface PayloadSubject {
  id: number;
  number: number;
  author: Account;
  openedMs: number;
  merged: boolean;
  random: Random;
}

const titles = ["Crash on start", "Document the settings", "Support Windows paths", "Flaky test"];

/** The payload of an event of the firehose as JSON, in the form GitHub sends since October 2025. */
export function firehosePayload(parts: PayloadParts): string {
  const { kind } = parts;
  return kind === "push" ? pushPayload(parts) : JSON.stringify(otherPayload(kind, parts));
}

/** Most events are pushes: they are written directly, in a fraction of the time. */
function pushPayload({ repository, id, random }: PayloadParts): string {
  const ref = random.chance(0.7) ? "refs/heads/main" : `refs/heads/topic-${random.below(50)}`;
  const head = random.sha();
  const before = random.chance(0.05) ? "0".repeat(40) : random.sha();
  return (
    `{"repository_id":${repository.id},"push_id":${id},"ref":"${ref}",` +
    `"head":"${head}","before":"${before}"}`
  );
}

function otherPayload(
  kind: Exclude<FirehoseKind, "push">,
  parts: PayloadParts,
): Record<string, unknown> {
  const { repository, actor, atMs, id, random } = parts;
  switch (kind) {
    case "create":
    case "delete":
      return refPayload(kind, actor, random);
    case "watch":
      return { action: "started" };
    case "fork":
      return { action: "forked", forkee: forkeeOf(repository, actor, atMs, id) };
    case "release":
      return { action: "published", release: { id, tag_name: `v1.${random.below(40)}.0` } };
    case "comment":
      return {
        action: "created",
        issue: { id: parts.subject?.id, number: parts.subject?.number },
        comment: { id, body: "A comment.", created_at: isoSeconds(atMs) },
      };
    case "pull-opened":
    case "pull-ended":
    case "review":
      return pullPayload(parts);
    case "issue-opened":
    case "issue-closed":
      return issueOf(parts);
  }
}

function pullPayload({
  kind,
  repository,
  id,
  atMs,
  subject,
}: PayloadParts): Record<string, unknown> {
  if (subject === undefined) throw new RangeError(`${kind} is about nothing`);
  const { random, merged } = subject;
  const pull = {
    ...{ id: subject.id, number: subject.number, repository, author: subject.author },
    ...{ title: "", openedMs: subject.openedMs, closedMs: null, comments: 0 },
    headRef: subject.author.bot ? `bump-${random.below(900)}` : `topic-${random.below(50)}`,
    headSha: random.sha(),
    baseSha: random.sha(),
  };
  const action = kind === "pull-opened" ? "opened" : merged ? "merged" : "closed";
  const payload = pullRequestPayload(kind === "review" ? "created" : action, pull);
  if (kind !== "review") return payload;
  return { ...payload, review: { id, state: "approved", submitted_at: isoSeconds(atMs) } };
}

function issueOf({
  kind,
  repository,
  atMs,
  random,
  subject,
}: PayloadParts): Record<string, unknown> {
  if (subject === undefined) throw new RangeError(`${kind} is about nothing`);
  const closed = kind === "issue-closed";
  const issue = {
    ...{ id: subject.id, number: subject.number, repository, author: subject.author },
    title: subject.random.pick(titles),
    openedMs: subject.openedMs,
    closedMs: closed ? atMs : null,
    comments: closed ? random.below(6) : 0,
  };
  const reason = random.chance(0.8) ? "completed" : "not_planned";
  return issuePayload(closed ? "closed" : "opened", issue, atMs, closed ? reason : null);
}
