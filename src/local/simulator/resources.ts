import { createHash } from "node:crypto";
import { type EventList, type Feed, type FeedScope, windowSize } from "./feed";
import { isoSeconds } from "./subjects";

/** What is at an address: an answer of the API before limits and faults have their say. */
export interface Resource {
  status: number;
  /** Made only when it is sent. */
  body: () => string;
  /** Differs when the body does; none where there is nothing to compare. */
  version?: string;
  /** Whether it is a list of events, which `X-Poll-Interval` is for. */
  polled: boolean;
  link?: string;
}

const pageLimit = 100;
const defaultPerPage = 30;
const commitsListed = 250;
const noCommit = /^0{40}$/;

/**
 * Finds what a path of the API leads to.
 *
 * @param origin - scheme and host, for the links to other pages
 */
export function findResource(feed: Feed, url: URL, nowMs: number, origin: string): Resource {
  const parts = url.pathname.split("/").slice(1).map(decodePart);
  const [first, owner = "", third = "", fourth, fifth, ...more] = parts;
  if (more.length > 0) return notFound();
  if (first === "events" && parts.length === 1) return page(feed.list(nowMs), url, origin);
  if (first === "repos" && fourth === "events" && fifth === undefined) {
    return scoped(feed, { kind: "repo", name: `${owner}/${third}` }, url, nowMs, origin);
  }
  if (first === "orgs" && third === "events" && fourth === undefined) {
    return scoped(feed, { kind: "org", name: owner }, url, nowMs, origin);
  }
  const mine = fourth === undefined || (fourth === "public" && fifth === undefined);
  if (first === "users" && third === "events" && mine) {
    return scoped(feed, { kind: "user", name: owner }, url, nowMs, origin);
  }
  if (first !== "repos" || fifth === undefined) return notFound();
  const repo = `${owner}/${third}`;
  if (fourth === "compare" && feed.hasRepo(repo)) return compare(repo, fifth);
  if (fourth === "pulls") return pull(feed, repo, fifth, nowMs);
  return notFound();
}

/** How many commits lie between two: the simulator's answer follows from their names alone. */
export function commitsBetween(before: string, head: string): number {
  const hash = createHash("sha256").update(`${before}...${head}`).digest();
  // One commit mostly, now and then dozens.
  return Math.floor(1 / (1 - hash.readUInt16BE(0) / 66_000)) - (hash.readUInt8(2) < 2 ? 1 : 0);
}

export function notFound(): Resource {
  return failure(404, "Not Found", "https://docs.github.com/rest");
}

function failure(status: number, message: string, documentation: string): Resource {
  const body = { message, documentation_url: documentation, status: String(status) };
  return { status, body: () => JSON.stringify(body), polled: false };
}

function scoped(feed: Feed, scope: FeedScope, url: URL, nowMs: number, origin: string): Resource {
  const list = feed.scoped(scope, nowMs);
  return list === undefined ? notFound() : page(list, url, origin);
}

function page(list: EventList, url: URL, origin: string): Resource {
  const perPage = Math.min(pageLimit, readCount(url, "per_page", defaultPerPage));
  const number = readCount(url, "page", 1);
  if ((number - 1) * perPage >= windowSize) {
    return failure(
      422,
      "In order to keep the API fast for everyone, pagination is limited for this resource.",
      "https://docs.github.com/v3/#pagination",
    );
  }
  const first = (number - 1) * perPage;
  const last = Math.ceil(list.size / perPage);
  return {
    status: 200,
    body: () => `[${list.slice(first, Math.min(first + perPage, windowSize)).join(",")}]`,
    version: `${url.pathname}?${list.version}-${perPage}-${number}`,
    polled: true,
    link: links(`${origin}${url.pathname}`, perPage, number, last),
  };
}

function links(address: string, perPage: number, number: number, last: number): string {
  const link = (to: number, rel: string): string =>
    `<${address}?per_page=${perPage}&page=${to}>; rel="${rel}"`;
  return [
    ...(number > 1 ? [link(number - 1, "prev")] : []),
    ...(number < last ? [link(number + 1, "next"), link(last, "last")] : []),
    ...(number > 1 ? [link(1, "first")] : []),
  ].join(", ");
}

/** @see https://docs.github.com/en/rest/commits/commits#compare-two-commits */
function compare(repo: string, range: string): Resource {
  const [before = "", head = ""] = range.split("...");
  if (!isCommit(before) || !isCommit(head)) return notFound();
  const commits = commitsBetween(before, head);
  const address = `https://api.github.com/repos/${repo}`;
  const body = {
    url: `${address}/compare/${range}`,
    base_commit: { sha: before, url: `${address}/commits/${before}` },
    status: commits === 0 ? "identical" : "ahead",
    ahead_by: commits,
    behind_by: 0,
    total_commits: commits,
    commits: Array.from({ length: Math.min(commits, commitsListed) }, (_, place) => {
      const sha = place === commits - 1 ? head : shaOf(`${head}~${commits - 1 - place}`);
      return { sha, url: `${address}/commits/${sha}` };
    }),
  };
  return fixed(body);
}

/** @see https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request */
function pull(feed: Feed, repo: string, number: string, nowMs: number): Resource {
  if (!/^\d{1,15}$/.test(number)) return notFound();
  const state = feed.pull(repo, Number(number), nowMs);
  if (state === undefined) return notFound();
  const { id, createdMs, endedMs, merged } = state;
  const endedAt = endedMs === undefined ? null : isoSeconds(endedMs);
  return fixed({
    id,
    number: state.number,
    url: `https://api.github.com/repos/${state.repo}/pulls/${state.number}`,
    state: endedAt === null ? "open" : "closed",
    created_at: isoSeconds(createdMs),
    updated_at: endedAt ?? isoSeconds(createdMs),
    closed_at: endedAt,
    merged_at: merged ? endedAt : null,
    merged,
  });
}

function fixed(value: unknown): Resource {
  const text = JSON.stringify(value);
  return { status: 200, body: () => text, version: shaOf(text), polled: false };
}

function isCommit(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text) && !noCommit.test(text);
}

function shaOf(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function readCount(url: URL, name: string, otherwise: number): number {
  const value = Number(url.searchParams.get(name) ?? otherwise);
  return Number.isInteger(value) && value > 0 ? value : otherwise;
}
