import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { finished } from "node:stream/promises";
import { Random } from "../../src/local/simulator/random";

const words =
  "fix add update remove test parser reader cache config timeout retry docs build release merge branch " +
  "error handle null check type index query page render style layout button deploy pipeline schema";
const vocabulary = words.split(" ");
const logins = 8000;
const repositories = 4000;

/**
 * Writes a file of events as GitHub's API gave them with commits, one a line, about 1.5 KB each; the
 * same seed gives the same file.
 *
 * @returns the file's size in bytes
 */
export async function writeEvents(path: string, count: number, seed: number): Promise<number> {
  const random = new Random(seed);
  const file = createWriteStream(path);
  for (let index = 0; index < count; index += 1) {
    const line = `${JSON.stringify(makeEvent(random, 40_000_000_000 + index))}\n`;
    if (!file.write(line)) await once(file, "drain");
  }
  file.end();
  await finished(file);
  return file.bytesWritten;
}

function makeEvent(random: Random, id: number): object {
  // A few repositories and people are behind most events.
  const repoId = Math.floor(random.next() ** 3 * repositories) + 1;
  const userId = Math.floor(random.next() ** 2 * logins) + 1;
  const login = `developer-${userId}`;
  const repo = `owner-${repoId % 900}/project-${repoId}`;
  const type = random.weighted([
    ["PushEvent", 0.72],
    ["PullRequestEvent", 0.14],
    ["IssuesEvent", 0.1],
    ["ForkEvent", 0.04],
  ]);
  return {
    id: String(id),
    type,
    actor: {
      id: userId,
      login,
      display_login: login,
      gravatar_id: "",
      url: `https://api.github.com/users/${login}`,
      avatar_url: `https://avatars.githubusercontent.com/u/${userId}?`,
    },
    repo: { id: repoId, name: repo, url: `https://api.github.com/repos/${repo}` },
    payload: type === "PushEvent" ? makePush(random, repo, id) : makeSubject(random, repo, login),
    public: true,
    created_at: new Date(1_769_900_000_000 + (id % 86_400) * 1000)
      .toISOString()
      .replace(".000", ""),
  };
}

function makePush(random: Random, repo: string, id: number): object {
  const size = 1 + random.below(4);
  return {
    repository_id: id % repositories,
    push_id: id * 3,
    size,
    distinct_size: size,
    ref: `refs/heads/${random.pick(vocabulary)}-${random.below(500)}`,
    head: random.sha(),
    before: random.sha(),
    commits: Array.from({ length: size }, () => {
      const sha = random.sha();
      return {
        sha,
        author: { email: `${random.sha()}@users.noreply.github.com`, name: sentence(random, 2) },
        message: sentence(random, 8 + random.below(30)),
        distinct: true,
        url: `https://api.github.com/repos/${repo}/commits/${sha}`,
      };
    }),
  };
}

function makeSubject(random: Random, repo: string, login: string): object {
  const number = random.below(9000) + 1;
  const url = `https://api.github.com/repos/${repo}/issues/${number}`;
  return {
    action: random.pick(["opened", "closed", "reopened"]),
    number,
    issue: {
      url,
      labels_url: `${url}/labels{/name}`,
      comments_url: `${url}/comments`,
      events_url: `${url}/events`,
      html_url: `https://github.com/${repo}/issues/${number}`,
      id: random.below(2 ** 31),
      node_id: random.sha().slice(0, 20),
      number,
      title: sentence(random, 8),
      user: { login, id: random.below(2 ** 30), type: "User", site_admin: false },
      state: "open",
      locked: false,
      comments: random.below(20),
      created_at: "2026-01-31T23:59:59Z",
      updated_at: "2026-01-31T23:59:59Z",
      closed_at: null,
      body: `${sentence(random, 40)}\n\n${sentence(random, 20 + random.below(60))} – „ok“ ✓`,
    },
  };
}

function sentence(random: Random, length: number): string {
  return Array.from({ length }, () => random.pick(vocabulary)).join(" ");
}
