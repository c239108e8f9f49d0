import { describe, expect, it } from "vitest";
import type { Answer } from "../../../src/lib/github/answer";
import type { PageRequest } from "../../../src/lib/github/api-client";
import { apiPoller, type PollerOptions } from "../../../src/lib/github/poller";
import type { SourceBatch } from "../../../src/lib/github/source";
import { VirtualTime } from "../support/virtual-time";

const address = "https://api.example.org";

function event(id: number): Record<string, unknown> {
  return {
    id: String(id),
    type: "PushEvent",
    actor: { id: 1, login: "demo-ada" },
    repo: { id: 2, name: "demo-owner/parser" },
    payload: {},
    created_at: "2026-01-31T23:59:59Z",
  };
}

function ok(items: unknown, headers: Record<string, string> = {}): Answer {
  return {
    status: 200,
    headers: { "x-poll-interval": "10", ...headers },
    text: JSON.stringify(items),
  };
}

interface Asked extends PageRequest {
  atMs: number;
}

interface Polled {
  asked: Asked[];
  batches: SourceBatch[];
  log: string[];
}

/** Polls an API that answers by a script, some times or until something; tells what was asked, and when. */
async function poll(
  script: (request: PageRequest, number: number, nowMs: number) => Answer,
  until: number | ((batch: SourceBatch, nowMs: number) => boolean),
  options: Partial<PollerOptions> = {},
): Promise<Polled> {
  const time = new VirtualTime(0);
  const asked: Asked[] = [];
  const log: string[] = [];
  const write = (message: string): void => void log.push(message);
  const source = apiPoller({
    name: "github",
    address,
    unreachableHint: "check it",
    random: () => 0.5,
    connect: () =>
      Promise.resolve((request) => {
        asked.push({ ...request, atMs: time.nowMs });
        return Promise.resolve(script(request, asked.length, time.nowMs));
      }),
    ...options,
  });
  const batches: SourceBatch[] = [];
  const logger = { debug: () => undefined, info: write, warn: write };
  for await (const batch of source.batches(time.effects({ logger }))) {
    batches.push(batch);
    if (typeof until === "number" ? batches.length === until : until(batch, time.nowMs)) break;
  }
  return { asked, batches, log };
}

const pagesOf = (asked: readonly Asked[]): number[] => asked.map(({ page }) => page);
const timesOf = (asked: readonly Asked[]): number[] => asked.map(({ atMs }) => atMs);

describe("apiPoller", () => {
  it("asks for the newest page first and yields the oldest event first", async () => {
    const { asked, batches } = await poll(
      ({ page }) => ok([event(40 - page * 10), event(39 - page * 10)]),
      1,
    );
    expect(pagesOf(asked)).toEqual([1, 2, 3]);
    expect(asked[0]?.path).toBe("/events");
    expect(batches[0]?.events.map(({ id }) => id)).toEqual(["9", "10", "19", "20", "29", "30"]);
  });

  it("yields an event once that slid on to the next page between two requests", async () => {
    const { batches } = await poll(
      ({ page }) => ok(page === 3 ? [event(2), event(1)] : [event(2)]),
      1,
    );
    expect(batches[0]?.events.map(({ id }) => id)).toEqual(["1", "2"]);
  });

  it("polls no sooner than X-Poll-Interval asks", async () => {
    const { asked } = await poll(() => ok([]), 3);
    for (const page of [1, 2, 3]) {
      const times = timesOf(asked.filter((request) => request.page === page));
      const waits = times.slice(1).map((atMs, index) => atMs - (times[index] ?? 0));
      expect(waits.every((waitMs) => waitMs >= 10_000 && waitMs < 16_000)).toBe(true);
      expect(waits).toHaveLength(2);
    }
  });

  it("spreads its polls where the limit would not last", async () => {
    // A share of 24 of 30 requests in the hour that is left: eight polls, seven minutes apart.
    let remaining = 30;
    const { asked } = await poll(
      () =>
        ok([], {
          "x-ratelimit-limit": "30",
          "x-ratelimit-remaining": String((remaining -= 1)),
          "x-ratelimit-reset": "3600",
        }),
      2,
    );
    expect(asked[3]?.atMs).toBeGreaterThan(420_000);
    expect(asked[3]?.atMs).toBeLessThan(600_000);
  });

  it("sends each page's ETag back, of the token at hand, and counts what has not changed", async () => {
    const etags: string[] = [];
    const { batches } = await poll(
      ({ page, etag, token }) => {
        etags.push(`${token ?? ""}:${etag ?? "none"}`);
        return etag === undefined
          ? ok([event(page)], { etag: `"${token ?? ""}${page}"` })
          : { status: 304, headers: {}, text: "" };
      },
      2,
      { tokens: ["a"] },
    );
    expect(etags).toEqual(["a:none", "a:none", "a:none", 'a:"a1"', 'a:"a2"', 'a:"a3"']);
    expect(batches[1]?.events).toEqual([]);
    expect(batches[1]?.stats).toMatchObject({ requests: 6, notModified: 3 });
  });

  it("waits as long as it is told, with every request, then asks for the same page again", async () => {
    const { asked } = await poll(
      ({ page }, _number, nowMs) =>
        page === 2 && nowMs < 45_000
          ? { status: 429, headers: { "retry-after": "45" }, text: "" }
          : ok([]),
      1,
    );
    expect(asked.filter(({ atMs }) => atMs > 0 && atMs < 45_000)).toEqual([]);
    expect(pagesOf(asked).filter((page) => page === 2)).toHaveLength(2);
  });

  it("asks again after an error of the server, a few times, with growing waits", async () => {
    const { asked, batches } = await poll(
      ({ page }, _number, nowMs) =>
        page === 1 && nowMs < 1000 ? { status: 502, headers: {}, text: "" } : ok([event(1)]),
      1,
    );
    expect(timesOf(asked.filter(({ page }) => page === 1))).toEqual([0, 150, 450, 1050]);
    expect(batches[0]?.events).toHaveLength(1);
    await expect(poll(() => ({ status: 502, headers: {}, text: "" }), 1)).rejects.toMatchObject({
      code: "GITHUB",
      message: `${address}/events failed 8 times; the last time, the answer was 502`,
      retryable: true,
    });
  });

  it.each(["polite", "budget"] as const)(
    "goes on by itself after an outage of hours, asking ever more seldom (%s)",
    async (pace) => {
      const [fromMs, toMs] = [60_000, 3 * 3_600_000];
      const { asked, log } = await poll(
        ({ page }, _number, nowMs) =>
          nowMs > fromMs && nowMs < toMs
            ? { status: 503, headers: {}, text: "" }
            : ok(Array.from({ length: 100 }, (_, age) => event(nowMs / 10 - page * 100 - age))),
        ({ events }, nowMs) => nowMs > toMs && events.length > 0,
        { pace },
      );
      const during = asked.filter(({ atMs }) => atMs > fromMs && atMs < toMs);
      expect(during.length).toBeGreaterThan(100);
      expect(during.length).toBeLessThan(2500);
      expect(asked.at(-1)?.atMs).toBeLessThan(toMs + 120_000);
      expect(log.filter((line) => line.includes("again and again"))).toHaveLength(1);
      expect(log.filter((line) => line === "GitHub answers again")).toHaveLength(1);
    },
  );

  it("drops a token that is refused, by its last characters, and ends with the last one", async () => {
    const tokens = ["ghp_0000000000good", "ghp_0000000000dead"];
    const { asked, log } = await poll(
      ({ token }) =>
        token === tokens[1] ? { status: 401, headers: {}, text: "Bad credentials" } : ok([]),
      3,
      { tokens },
    );
    const dead = asked.filter(({ token }) => token === tokens[1]);
    expect(dead.every(({ atMs }) => atMs === 0)).toBe(true);
    expect(log.filter((line) => line.includes("…dead"))).not.toEqual([]);
    expect(log.join()).not.toContain("0dead");
    const last = poll(() => ({ status: 401, headers: {}, text: "" }), 1, { tokens });
    await expect(last).rejects.toMatchObject({ code: "GITHUB", hint: /GITHUB_TOKEN/ });
  });

  it("ends at once where nothing ever answered, and not where something did", async () => {
    const refused: Answer = {
      status: 0,
      headers: {},
      text: "ECONNREFUSED",
      networkCode: "ECONNREFUSED",
    };
    const first = poll(() => refused, 1);
    await expect(first).rejects.toMatchObject({ code: "GITHUB", hint: "check it" });
    const silent: Answer = {
      status: 0,
      headers: {},
      text: "ECONNRESET",
      networkCode: "ECONNRESET",
    };
    await expect(poll(() => silent, 1)).rejects.toMatchObject({
      message: `cannot reach ${address}: ECONNRESET`,
    });
    const later = await poll((_request, number) => (number === 2 ? refused : ok([])), 1);
    expect(later.asked).toHaveLength(4);
  });

  it("ends at once where the address is not that of an API", async () => {
    await expect(poll(() => ({ status: 404, headers: {}, text: "" }), 1)).rejects.toMatchObject({
      message: `${address}/events does not exist (404)`,
      hint: /GITHUB_API_URL/,
    });
  });

  it("keeps what is no event, with the reason and the place", async () => {
    const { batches } = await poll(({ page }) => ok(page === 2 ? [{ id: 1 }, event(5)] : []), 1);
    expect(batches[0]?.events).toHaveLength(1);
    expect(batches[0]?.unreadable).toEqual([
      {
        raw: '{"id":1}',
        reason: "not a GitHub event: actor is missing",
        origin: `${address}/events?page=2`,
      },
    ]);
  });

  it("ends quietly when it is stopped while it waits", async () => {
    const stop = new AbortController();
    const time = new VirtualTime(0);
    const source = apiPoller({
      name: "github",
      address,
      unreachableHint: "",
      connect: () => Promise.resolve(() => Promise.resolve(ok([event(1)]))),
    });
    const batches: SourceBatch[] = [];
    for await (const batch of source.batches(time.effects({ signal: stop.signal }))) {
      batches.push(batch);
      if (batches.length === 2) stop.abort();
    }
    expect(batches).toHaveLength(2);
  });
});
