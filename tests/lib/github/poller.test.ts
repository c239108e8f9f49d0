import { describe, expect, it } from "vitest";
import type { Answer } from "../../../src/lib/github/answer";
import { apiPoller } from "../../../src/lib/github/poller";
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

/** Polls `polls` times an API that answers by a script; tells what was asked, and when. */
async function poll(
  script: (page: number, request: number, etag: string | undefined) => Answer,
  polls: number,
): Promise<{ asked: { page: number; atMs: number }[]; batches: SourceBatch[]; time: VirtualTime }> {
  const time = new VirtualTime(0);
  const asked: { page: number; atMs: number }[] = [];
  const source = apiPoller({
    name: "github",
    address,
    unreachableHint: "check it",
    once: false,
    connect: () =>
      Promise.resolve((page, etag) => {
        asked.push({ page, atMs: time.nowMs });
        return Promise.resolve(script(page, asked.length, etag));
      }),
  });
  const batches: SourceBatch[] = [];
  for await (const batch of source.batches(time.effects())) {
    batches.push(batch);
    if (batches.length === polls) break;
  }
  return { asked, batches, time };
}

describe("apiPoller", () => {
  it("asks for the oldest page first and yields the oldest event first", async () => {
    const { asked, batches } = await poll(
      (page) => ok([event(40 - page * 10), event(39 - page * 10)]),
      1,
    );
    expect(asked.map(({ page }) => page)).toEqual([3, 2, 1]);
    expect(batches[0]?.events.map(({ id }) => id)).toEqual(["9", "10", "19", "20", "29", "30"]);
  });

  it("yields an event once that slid on to the next page between two requests", async () => {
    const { batches } = await poll((page) => ok(page === 1 ? [event(2)] : [event(2), event(1)]), 1);
    expect(batches[0]?.events.map(({ id }) => id)).toEqual(["1", "2"]);
  });

  it("polls no sooner than X-Poll-Interval asks", async () => {
    const { asked } = await poll(() => ok([]), 3);
    expect(asked.map(({ atMs }) => atMs)).toEqual([
      0, 0, 0, 10_000, 10_000, 10_000, 20_000, 20_000, 20_000,
    ]);
  });

  it("spreads its polls where the limit would not last", async () => {
    // 30 requests left in an hour: ten polls, six minutes apart.
    const { asked } = await poll(
      () => ok([], { "x-ratelimit-remaining": "30", "x-ratelimit-reset": "3600" }),
      2,
    );
    expect(asked[3]?.atMs).toBeGreaterThanOrEqual(360_000);
  });

  it("sends each page's ETag back and counts what has not changed", async () => {
    const etags: (string | undefined)[] = [];
    const { batches } = await poll((page, _request, etag) => {
      etags.push(etag);
      return etag === undefined
        ? ok([event(page)], { etag: `"${page}"` })
        : { status: 304, headers: {}, text: "" };
    }, 2);
    expect(etags).toEqual([undefined, undefined, undefined, '"3"', '"2"', '"1"']);
    expect(batches[1]?.events).toEqual([]);
    expect(batches[1]?.stats).toMatchObject({ requests: 6, notModified: 3 });
  });

  it("waits as long as it is told, then asks for the same page again", async () => {
    const { asked } = await poll(
      (_page, request) =>
        request === 2 ? { status: 429, headers: { "retry-after": "45" }, text: "" } : ok([]),
      1,
    );
    expect(asked.map(({ page }) => page)).toEqual([3, 2, 2, 1]);
    expect((asked[2]?.atMs ?? 0) - (asked[1]?.atMs ?? 0)).toBe(45_000);
  });

  it("asks again after an error of the server, a few times, with growing waits", async () => {
    const { asked, batches } = await poll(
      (_page, request) => (request < 4 ? { status: 502, headers: {}, text: "" } : ok([event(1)])),
      1,
    );
    expect(asked).toHaveLength(6);
    expect(batches[0]?.events).toHaveLength(1);
    await expect(poll(() => ({ status: 502, headers: {}, text: "" }), 1)).rejects.toMatchObject({
      code: "GITHUB",
      message: `${address}/events failed 8 times; the last time, the answer was 502`,
      retryable: true,
    });
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
    const later = await poll((_page, request) => (request === 2 ? refused : ok([])), 1);
    expect(later.asked).toHaveLength(4);
  });

  it("keeps what is no event, with the reason and the place", async () => {
    const { batches } = await poll((page) => ok(page === 2 ? [{ id: 1 }, event(5)] : []), 1);
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
      once: false,
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
