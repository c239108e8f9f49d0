import { describe, expect, it } from "vitest";
import { Enricher, type EnricherOptions } from "../../../src/lib/enrichment/enricher";
import type { Question } from "../../../src/lib/enrichment/question";
import { shareBudget } from "../../../src/lib/enrichment/request-budget";
import type { EnrichmentMessage } from "../../../src/lib/events/side-message";
import type { Answer } from "../../../src/lib/github/answer";
import { VirtualTime } from "../support/virtual-time";
import { pull, push } from "./events";

const api = "https://api.example.org";
const startMs = Date.parse("2026-11-24T10:00:00Z");

function ok(body: object, headers: Record<string, string> = {}): Answer {
  return { status: 200, headers, text: JSON.stringify(body) };
}

function failed(status: number, headers: Record<string, string> = {}, text = "no"): Answer {
  return { status, headers, text };
}

/** An enricher before an API that answers by a script, on a clock that jumps. */
class Bench {
  readonly time = new VirtualTime(startMs);
  readonly asked: { question: Question; atMs: number }[] = [];
  readonly messages: EnrichmentMessage[] = [];
  readonly warnings: string[] = [];
  readonly stop = new AbortController();
  readonly enricher: Enricher;

  constructor(
    answer: (question: Question, request: number) => Answer,
    options: Partial<EnricherOptions> = {},
  ) {
    const logger = {
      debug: () => undefined,
      info: () => undefined,
      warn: (text: string) => this.warnings.push(text),
    };
    this.enricher = new Enricher(
      {
        budget: { tryTake: () => true },
        emit: (message) => {
          this.messages.push(message);
        },
        source: "github",
        api,
        ask: (question) => {
          this.asked.push({ question, atMs: this.time.nowMs - startMs });
          return Promise.resolve(answer(question, this.asked.length));
        },
        ...options,
      },
      this.time.effects({ signal: this.stop.signal, logger }),
    );
  }

  /** Runs until nothing waits any more. */
  async finish(withinMs = 24 * 3_600_000): Promise<ReturnType<Enricher["run"]>> {
    this.enricher.close(withinMs);
    return this.enricher.run();
  }

  get commits(): unknown[] {
    return this.messages.map(({ event_id, commits, status }) => [event_id, commits, status]);
  }
}

const twoCommits = (): Answer => ok({ total_commits: 2, commits: [] });

describe("Enricher", () => {
  it("learns the commits of a push and the opening of a pull request", async () => {
    const bench = new Bench((question) =>
      question.kind === "push_commits"
        ? ok({ total_commits: 0 })
        : ok({ id: 900, created_at: "2026-11-01T00:00:00Z" }),
    );
    bench.enricher.offer(push(1));
    bench.enricher.offer(pull(2, "merged", 900));
    expect(await bench.finish()).toEqual({
      requests: 2,
      learnt: 2,
      gone: 0,
      fromMemory: 0,
      dropped: 0,
      failed: 0,
      waiting: 0,
    });
    const common = {
      repo: "octo/cat",
      repo_id: 5,
      status: "ok",
      source: "github",
      api,
      fetched_at: "2026-11-24T10:00:00.000Z",
    };
    expect(bench.messages).toEqual([
      {
        ...common,
        kind: "push_commits",
        event_type: "PushEvent",
        event_id: "1",
        number: null,
        subject_id: null,
        commits: 0,
        opened_at: null,
        obtained_from: "compare",
      },
      {
        ...common,
        kind: "pull_opened",
        event_type: "PullRequestEvent",
        event_id: "2",
        number: 3,
        subject_id: 900,
        commits: null,
        opened_at: "2026-11-01T00:00:00Z",
        obtained_from: "pulls",
      },
    ]);
  });

  it("asks nothing of a pull request whose opening was seen, before or after its closing", async () => {
    const bench = new Bench(twoCommits);
    bench.enricher.offer(pull(1, "opened", 900));
    bench.enricher.offer(pull(2, "merged", 900));
    bench.enricher.offer(pull(3, "closed", 901));
    bench.enricher.offer(pull(4, "opened", 901));
    expect((await bench.finish()).requests).toBe(0);
  });

  it("takes another pull request under the same number for none", async () => {
    const bench = new Bench(() => ok({ id: 7, created_at: "2026-11-01T00:00:00Z" }));
    bench.enricher.offer(pull(1, "merged", 900));
    await bench.finish();
    expect(bench.messages).toMatchObject([{ status: "gone", opened_at: null }]);
  });

  it("asks the same once, whether it waits, is asked or was answered", async () => {
    const again = { before: push(1).payload["before"], head: push(1).payload["head"] };
    const same = (id: number): ReturnType<typeof push> => push(id, "octo/cat", again);
    const bench: Bench = new Bench(() => {
      bench.enricher.offer(same(3));
      return twoCommits();
    });
    bench.enricher.offer(same(1));
    bench.enricher.offer(same(2));
    const running = bench.enricher.run();
    await bench.time.effects().sleep(1000);
    bench.enricher.offer(same(4));
    bench.enricher.close(1000);
    expect(await running).toMatchObject({ requests: 1, learnt: 4, fromMemory: 3 });
    expect(bench.messages.map(({ event_id }) => event_id)).toEqual(["1", "2", "3", "4"]);
  });

  it.each([404, 409, 410, 422, 451])("takes %i for gone, and never asks again", async (status) => {
    const bench = new Bench(() => failed(status));
    bench.enricher.offer(push(1));
    const running = bench.enricher.run();
    await bench.time.effects().sleep(1000);
    bench.enricher.offer(push(1));
    bench.enricher.close(1000);
    expect(await running).toMatchObject({ requests: 1, gone: 2 });
    expect(bench.commits[0]).toEqual(["1", null, "gone"]);
  });

  // What the API answers first, and when it may be asked again.
  it.each<[string, Answer, number]>([
    ["Retry-After", failed(403, { "retry-after": "120" }), 120_000],
    [
      "the limit's reset",
      failed(429, {
        "x-ratelimit-remaining": "0",
        "x-ratelimit-reset": String(startMs / 1000 + 600),
      }),
      601_000,
    ],
    ["a secondary limit", failed(403, {}, "You have exceeded a secondary rate limit"), 60_000],
    ["a fault", failed(502), 1000],
    ["a fault that says how long", failed(503, { "retry-after": "30" }), 30_000],
    ["no answer", failed(0), 1000],
    ["HTML", { status: 200, headers: {}, text: "<html>" }, 1000],
    ["a body that is cut off", { status: 200, headers: {}, text: '{"total_com' }, 1000],
    ["another body", ok({ message: "?" }), 1000],
    [
      "the last request of the limit",
      ok(
        { total_commits: 1 },
        { "x-ratelimit-remaining": "0", "x-ratelimit-reset": String(startMs / 1000 + 600) },
      ),
      601_000,
    ],
  ])("waits as told after %s, and asks then", async (_, first, waitMs) => {
    const bench = new Bench((_question, request) => (request === 1 ? first : twoCommits()));
    bench.enricher.offer(push(1));
    bench.enricher.offer(push(2));
    expect((await bench.finish()).learnt).toBe(2);
    const [begun, next] = bench.asked.map(({ atMs }) => atMs);
    expect(begun).toBe(0);
    expect(next).toBeGreaterThanOrEqual(waitMs);
    expect(next).toBeLessThanOrEqual(waitMs + 200);
    expect(bench.commits.at(-1)).toEqual(["2", 2, "ok"]);
  });

  it("gives up a question that only ever fails, and goes on with the next", async () => {
    const bench = new Bench((_question, request) => (request <= 3 ? failed(500) : twoCommits()));
    bench.enricher.offer(push(1));
    bench.enricher.offer(push(2));
    expect(await bench.finish()).toMatchObject({ requests: 4, learnt: 1, failed: 1 });
    expect(bench.asked.map(({ atMs }) => Math.round(atMs / 1000))).toEqual([0, 1, 3, 7]);
  });

  it("keeps a question while the API is away, however long", async () => {
    const bench = new Bench((_question, request) => (request <= 20 ? failed(0) : twoCommits()));
    bench.enricher.offer(push(1));
    expect(await bench.finish()).toMatchObject({ requests: 21, learnt: 1, failed: 0 });
    expect(bench.asked.at(-1)?.atMs).toBeLessThan(20 * 60_200);
  });

  it("says nothing of what it may not see, and does not ask again", async () => {
    const bench = new Bench(() => failed(403));
    bench.enricher.offer(push(1));
    const running = bench.enricher.run();
    await bench.time.effects().sleep(1000);
    bench.enricher.offer(push(1));
    bench.enricher.close(1000);
    expect(await running).toMatchObject({ requests: 1, learnt: 0, failed: 1 });
    expect(bench.messages).toEqual([]);
  });

  it("ends where the token is refused, and says so", async () => {
    const bench = new Bench(() => failed(401));
    bench.enricher.offer(push(1));
    bench.enricher.offer(push(2));
    expect((await bench.finish()).requests).toBe(1);
    expect(bench.warnings).toEqual([
      expect.stringMatching(/^enrichment ends: .* refused the token \(401\)/),
    ]);
  });

  it("spends no more than its share, on the busiest first, and counts what it drops", async () => {
    const bench = new Bench(twoCommits, { budget: shareBudget(5000, 0.02), capacity: 150 });
    let id = 0;
    for (let round = 0; round < 200; round += 1) {
      bench.enricher.offer(push((id += 1), `calm/repo${round}`));
      bench.enricher.offer(push((id += 1), "busy/repo"));
    }
    const stats = await bench.finish(3_600_000);
    expect(stats).toMatchObject({ requests: 100, learnt: 100, dropped: 250, waiting: 50 });
    expect(new Set(bench.messages.map(({ repo }) => repo))).toEqual(new Set(["busy/repo"]));
    // Spread evenly over the hour.
    const times = bench.asked.map(({ atMs }) => atMs);
    const gaps = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(36_000);
    expect(Math.max(...gaps)).toBeLessThan(36_300);
  });

  it("asks about the repositories named, and no others", async () => {
    const bench = new Bench(twoCommits, { repos: ["Octo/Cat"] });
    bench.enricher.offer(push(1, "octo/cat"));
    bench.enricher.offer(push(2, "octo/dog"));
    await bench.finish();
    expect(bench.commits).toEqual([["1", 2, "ok"]]);
  });

  it("stops at the signal, with what was learnt emitted", async () => {
    const bench: Bench = new Bench((_question, request) => {
      if (request === 2) bench.stop.abort();
      return twoCommits();
    });
    for (const id of [1, 2, 3]) bench.enricher.offer(push(id));
    expect(await bench.enricher.run()).toMatchObject({ requests: 2, learnt: 1, waiting: 2 });
  });

  it("stays bounded, whatever it is offered", async () => {
    const bench = new Bench(twoCommits, { budget: { tryTake: () => false } });
    for (let id = 0; id < 10_000; id += 1) bench.enricher.offer(push(id, `r/r${id % 7000}`));
    expect(await bench.finish(1000)).toMatchObject({ waiting: 2000, dropped: 8000 });
  });
});
