import { beforeEach, describe, expect, it } from "vitest";
import { SimulatedApi } from "../../../src/local/simulator/api";
import { clientName } from "../../../src/local/simulator/clients";
import type { SimulatedAnswer } from "../../../src/local/simulator/exchange";
import type { SimulatedEvent } from "../../../src/local/simulator/generator";
import { type ApiOptions, firehoseDefaults } from "../../../src/local/simulator/options";
import { commitsBetween } from "../../../src/local/simulator/resources";
import type { TruthReport } from "../../../src/local/simulator/truth";

const startMs = 1_790_000_000_000;
let api: SimulatedApi;
let nowMs: number;

function make(options: Partial<ApiOptions> = {}): void {
  api = new SimulatedApi({ ...firehoseDefaults, ...options }, startMs);
  nowMs = startMs;
}

function get(
  path: string,
  headers: Record<string, string> = {},
  startedMs = nowMs,
): SimulatedAnswer {
  return api.answer({ method: "GET", path, headers, startedMs }, nowMs);
}

function json(path: string): unknown {
  return JSON.parse(get(path).body);
}

const as = (token: string): Record<string, string> => ({ authorization: `token ${token}` });

beforeEach(() => make());

describe("SimulatedApi: limits", () => {
  it("gives each token a limit of its own, and those without one another", () => {
    expect(get("/events").headers).toMatchObject({
      "x-ratelimit-limit": "60",
      "x-ratelimit-remaining": "59",
      "x-poll-interval": "60",
    });
    expect(get("/events", as("a")).headers["x-ratelimit-remaining"]).toBe("4999");
    expect(get("/events", { authorization: "Bearer a" }).headers["x-ratelimit-used"]).toBe("2");
    expect(get("/events", as("b")).headers["x-ratelimit-used"]).toBe("1");
  });

  it("counts an hour from a client's first request, and gives the limit anew after it", () => {
    make({ requestLimit: 2 });
    nowMs += 90_500;
    get("/events");
    nowMs += 60_000;
    const last = get("/events");
    const resetMs = Number(last.headers["x-ratelimit-reset"]) * 1000;
    expect(resetMs - startMs).toBe(3_600_000 + 91_000);
    expect(last.headers["x-ratelimit-remaining"]).toBe("0");
    expect(get("/events").status).toBe(403);
    nowMs = resetMs;
    expect(get("/events")).toMatchObject({
      status: 200,
      headers: { "x-ratelimit-remaining": "1" },
    });
    expect(api.client().peakUsed).toBe(2);
  });

  it("counts an hour by the clock where asked to", () => {
    make({ limitWindowFrom: "clock" });
    const reset = Number(get("/events").headers["x-ratelimit-reset"]);
    expect(reset % 3600).toBe(0);
    expect(reset * 1000 - startMs).toBeLessThan(3_600_000);
  });

  it("takes nothing for a 304, nor for a look at the limit", () => {
    const { etag = "", ...headers } = get("/events?page=2").headers;
    expect(get("/events?page=2", { "if-none-match": etag })).toMatchObject({
      status: 304,
      body: "",
      headers: { etag, "x-ratelimit-remaining": headers["x-ratelimit-remaining"] },
    });
    expect(get("/events?page=1", { "if-none-match": etag }).status).toBe(200);
    nowMs += 1000;
    expect(get("/events?page=2", { "if-none-match": etag }).status).toBe(200);
    expect((json("/rate_limit") as { rate: { used: number } }).rate.used).toBe(3);
  });

  it("logs who asks on though told that the limit is spent, but not what was under way", () => {
    make({ requestLimit: 1, latencyMs: 100 });
    expect(get("/events").headers["x-ratelimit-remaining"]).toBe("0");
    const toldMs = nowMs + 100;
    nowMs += 150;
    expect(get("/events", {}, toldMs - 20).status).toBe(403);
    expect(get("/rate_limit").status).toBe(200);
    expect(get("/events", as("other")).status).toBe(200);
    expect(api.violations).toEqual([]);
    expect(get("/events").status).toBe(403);
    expect(api.violations).toMatchObject([{ kind: "limit", client: "no token", toldMs }]);
    expect(api.client().violations).toBe(1);
    expect(api.client("other").violations).toBe(0);
  });

  it("is lenient with clients on a real clock, as far as it is told to be", () => {
    make({ requestLimit: 1, grace: { inFlightMs: 250, earlyMs: 5 } });
    const resetMs = Number(get("/events").headers["x-ratelimit-reset"]) * 1000;
    for (const [atMs, violations] of [
      [startMs + 250, 0],
      [startMs + 251, 1],
      [resetMs - 6, 2],
      [resetMs - 5, 2],
    ] as const) {
      nowMs = atMs;
      get("/events");
      expect(api.requests.violations).toBe(violations);
    }
  });

  it.each([
    ["too many in a minute", { requestsPerMinute: 3, concurrent: 100 }],
    ["too many at once", { requestsPerMinute: 100, concurrent: 3 }],
  ])("refuses for a while who sends %s", (_, limits) => {
    make({ secondary: { ...limits, retryAfterSeconds: 30 }, latencyMs: 50 });
    const statuses = [1, 2, 3, 4].map(() => get("/events", as("a")).status);
    expect(statuses).toEqual([200, 200, 200, 403]);
    expect(get("/events", as("b")).status).toBe(200);
    nowMs += 30_000;
    expect(get("/events", as("a")).headers["retry-after"]).toBe("1");
    expect(api.violations).toMatchObject([{ kind: "retry-after", untilMs: startMs + 30_050 }]);
    nowMs += 51;
    expect(get("/events", as("a")).status).toBe(200);
  });

  it("refuses tokens that are bad, from the start or from a moment on", () => {
    make({ badTokens: { dead: 0 } });
    expect(get("/events", as("dead"))).toMatchObject({ status: 401 });
    api.revoke("live", startMs + 5000);
    expect(get("/events", as("live")).status).toBe(200);
    nowMs += 5000;
    expect(get("/events", as("live")).status).toBe(401);
    expect(api.client("live").byStatus).toEqual({ "200": 1, "401": 1 });
  });

  it("counts polls that come before the interval is over, though it answers them", () => {
    make({ pollIntervalSeconds: 10 });
    for (const page of [1, 2, 3]) get(`/events?page=${page}`);
    nowMs += 9000;
    get("/events?page=1");
    expect(api.requests.earlyPolls).toBe(1);
    nowMs += 10_000;
    for (const page of [1, 2, 3]) get(`/events?page=${page}`);
    expect(api.requests.earlyPolls).toBe(1);
  });

  it("names clients without showing their tokens", () => {
    const secret = "ghp_0123456789abcdef";
    get("/events", as(secret));
    expect(Object.keys(api.clientCounts)).toEqual([clientName(`Bearer ${secret}`)]);
    expect(get("/_simulator/truth").body).not.toContain(secret);
  });
});

describe("SimulatedApi: resources", () => {
  interface Commits {
    total_commits: number;
    commits: { sha: string }[];
  }

  const events = (path = "/events?per_page=100&page=2"): SimulatedEvent[] =>
    json(path) as SimulatedEvent[];

  it("serves the events of repositories, organizations and users", () => {
    make({ requestLimit: 100 });
    nowMs += 60_000;
    const event = events().find(({ org }) => org !== undefined);
    const user = String(event?.actor["login"]);
    for (const path of [
      `/repos/${String(event?.repo["name"])}/events`,
      `/orgs/${String(event?.org?.["login"])}/events`,
      `/users/${encodeURIComponent(user)}/events`,
      `/users/${encodeURIComponent(user)}/events/public`,
    ]) {
      expect(events(`${path}?per_page=100`).map(({ id }) => id)).toContain(event?.id);
      expect(get(path).headers["x-poll-interval"]).toBe("60");
    }
  });

  it("compares the two ends of a push, the same each time", () => {
    const push = events().find(
      ({ type, payload }) => type === "PushEvent" && !/^0+$/.test(String(payload["before"])),
    );
    const { before, head } = push?.payload as { before: string; head: string };
    const path = `/repos/${String(push?.repo["name"])}/compare/${before}...${head}`;
    const answer = json(path) as Commits;
    expect(answer.total_commits).toBe(commitsBetween(before, head));
    expect(answer.commits).toHaveLength(Math.min(250, answer.total_commits));
    expect(answer.commits.at(-1)?.sha ?? head).toBe(head);
    expect(json(path)).toEqual(answer);
  });

  it("makes most pushes one commit, few of them many, some none", () => {
    const counts = Array.from({ length: 3000 }, (_, n) => commitsBetween(`${n}`, "head"));
    const share = (from: number, to: number): number =>
      counts.filter((count) => count >= from && count <= to).length / counts.length;
    expect(share(0, 0)).toBeLessThan(0.05);
    expect(share(0, 0)).toBeGreaterThan(0);
    expect(share(1, 1)).toBeGreaterThan(0.4);
    expect(share(10, 1e6)).toBeGreaterThan(0.02);
  });

  it("tells when a pull request was opened and how it ended", () => {
    make({ requestLimit: 1000 });
    nowMs += 60_000;
    const pulls = events().filter(({ type }) => type === "PullRequestEvent");
    expect(pulls.length).toBeGreaterThan(3);
    for (const { payload, repo, created_at } of pulls) {
      const { number, action } = payload as { number: number; action: string };
      const pull = json(`/repos/${String(repo["name"])}/pulls/${number}`) as Record<
        string,
        unknown
      >;
      if (action === "opened") {
        expect(pull["created_at"]).toBe(created_at);
      } else {
        expect(pull).toMatchObject({
          state: "closed",
          merged: action === "merged",
          closed_at: created_at,
          merged_at: action === "merged" ? created_at : null,
        });
        expect(String(pull["created_at"]) < created_at).toBe(true);
      }
    }
  });

  it("knows nothing else", () => {
    make({ requestLimit: 1000 });
    const push = events().find(({ type }) => type === "PushEvent");
    const repo = `/repos/${String(push?.repo["name"])}`;
    const { head } = push?.payload as { head: string };
    for (const path of [
      "/",
      "/nowhere",
      "/repos/demo-none/there/events",
      "/orgs/demo-none/events",
      "/users/demo-none/events",
      `/users/${String(push?.actor["login"])}/received_events`,
      `/users/${String(push?.actor["login"])}/events/orgs`,
      `${repo}/compare/${"0".repeat(40)}...${head}`,
      `${repo}/compare/main...${head}`,
      `/repos/demo-none/there/compare/${head}...${head}`,
      `${repo}/pulls/1`,
      `${repo}/pulls/first`,
      `${repo}/pulls/1/files`,
      "/users/%E0%A4%A/events",
    ]) {
      expect([path, get(path).status]).toEqual([path, 404]);
    }
    expect(api.answer({ method: "POST", path: "/events", headers: {} }, nowMs).status).toBe(404);
  });
});

describe.each(["firehose", "timeline"] as const)("SimulatedApi: the truth of a %s", (mode) => {
  it("is told in numbers and in keys", () => {
    make({ mode, requestLimit: 100_000, secondary: undefined });
    const seen = new Set<string>();
    for (let second = 1; second <= 10; second += 1) {
      nowMs = startMs + second * 1000;
      for (const { type, id } of [1, 2, 3].flatMap(
        (page) => json(`/events?per_page=100&page=${page}`) as SimulatedEvent[],
      )) {
        seen.add(`${type}:${id}`);
      }
    }
    const truth = json("/_simulator/truth") as TruthReport;
    const keys = get("/_simulator/keys").body.trim().split("\n");
    expect(truth).toMatchObject({ invented: true, mode, requests: { total: 30 }, violations: [] });
    expect(keys).toHaveLength(truth.events);
    expect(Object.values(truth.by_type).reduce((sum, count) => sum + count, 0)).toBe(truth.events);
    expect(api.truth(nowMs).events).toBe(truth.events);
    // The window at the start holds what was before.
    expect(keys.filter((key) => seen.has(key)).length).toBeGreaterThan(seen.size - 301);
    expect(keys.every((key) => api.feed.existed(key, nowMs))).toBe(true);
    const span = `from=${startMs + 3000}&to=${startMs + 5000}`;
    const some = get(`/_simulator/keys?${span}`).body.trim().split("\n");
    expect(json(`/_simulator/truth?${span}`)).toMatchObject({ events: some.length });
    expect(some.length).toBeLessThan(keys.length / 2);
  });
});

describe("SimulatedApi: the truth", () => {
  it("refuses spans that it cannot read or that are too long", () => {
    nowMs = startMs + 30 * 86_400_000;
    expect(get("/_simulator/truth?from=yesterday").status).toBe(422);
    expect(get(`/_simulator/truth?from=${nowMs}&to=${startMs}`).status).toBe(422);
    expect(get("/_simulator/keys")).toMatchObject({ status: 422 });
    expect(get("/_simulator/truth").status).toBe(200);
    expect(api.requests.total).toBe(0);
  });
});
