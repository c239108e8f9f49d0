import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parseFaults } from "../../../src/local/simulator/faults";
import {
  type Simulator,
  simulatorDefaults,
  type SimulatorOptions,
  startSimulator,
} from "../../../src/local/simulator/server";

let simulator: Simulator | undefined;
let nowMs = 0;

async function start(options: Partial<SimulatorOptions> = {}): Promise<void> {
  simulator = await startSimulator({ ...simulatorDefaults, port: 0, now: () => nowMs, ...options });
}

function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${simulator?.address ?? ""}${path}`, { headers });
}

beforeEach(() => {
  nowMs = Date.parse("2026-03-31T12:00:00Z");
});
afterEach(async () => {
  await simulator?.close();
  simulator = undefined;
});

describe("startSimulator", () => {
  it("serves three pages of a hundred events, and refuses a fourth", async () => {
    await start();
    const ids: string[] = [];
    for (const page of [1, 2, 3]) {
      const events = (await (await get(`/events?per_page=100&page=${page}`)).json()) as {
        id: string;
        type: string;
      }[];
      ids.push(...events.map(({ id, type }) => `${type}:${id}`));
    }
    expect(new Set(ids).size).toBe(300);
    expect((await get("/events?per_page=100&page=4")).status).toBe(422);
    expect(await (await get("/events")).json()).toHaveLength(30);
    expect(await (await get("/events?per_page=500")).json()).toHaveLength(100);
  });

  it("links the pages, and says when to poll again", async () => {
    await start();
    const { headers } = await get("/events?per_page=100&page=2");
    expect(headers.get("link")).toMatch(/page=3>; rel="next"/);
    expect(headers.get("link")).toMatch(/page=1>; rel="prev"/);
    expect(headers.get("x-poll-interval")).toBe("1");
  });

  it("answers 304 for nothing while nothing has changed", async () => {
    await start();
    const first = await get("/events?per_page=100&page=1");
    const etag = first.headers.get("etag") ?? "";
    const again = await get("/events?per_page=100&page=1", { "if-none-match": etag });
    expect(again.status).toBe(304);
    expect(again.headers.get("x-ratelimit-remaining")).toBe(
      first.headers.get("x-ratelimit-remaining"),
    );
    nowMs += 1000;
    const later = await get("/events?per_page=100&page=1", { "if-none-match": etag });
    expect(later.status).toBe(200);
  });

  it("keeps a limit, tells it, and gives it anew each hour", async () => {
    await start({ requestLimit: 2 });
    expect((await get("/events")).headers.get("x-ratelimit-remaining")).toBe("1");
    await get("/events");
    const refused = await get("/events");
    expect(refused.status).toBe(403);
    expect(refused.headers.get("x-ratelimit-remaining")).toBe("0");
    const told = (await (await get("/rate_limit")).json()) as { rate: { reset: number } };
    expect(Number(refused.headers.get("x-ratelimit-reset"))).toBe(told.rate.reset);
    nowMs = told.rate.reset * 1000;
    expect((await get("/events")).status).toBe(200);
  });

  it("knows no other address, and listens on loopback alone", async () => {
    await start();
    expect((await get("/users")).status).toBe(404);
    expect(simulator?.address).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });
});

describe("startSimulator with faults of the connection", () => {
  it.each([
    ["1:reset", "fetch failed"],
    ["1:hang=50", "fetch failed"],
    ["1:cut", "terminated"],
  ])("breaks off as %s asks", async (script, message) => {
    await start({ faults: parseFaults(script) });
    await expect(get("/events?per_page=100").then((answer) => answer.text())).rejects.toThrow(
      message,
    );
  });

  it("says how long the body would have been when it cuts it", async () => {
    await start({ faults: parseFaults("1:cut") });
    const { headers, body } = await get("/events?per_page=100");
    let read = 0;
    await expect(
      (async () => {
        for await (const chunk of body ?? []) read += (chunk as Uint8Array).length;
      })(),
    ).rejects.toThrow("terminated");
    expect(read).toBeLessThan(Number(headers.get("content-length")));
    expect(read).toBeGreaterThan(0);
  });

  it("takes its time where asked to, and is whole then", async () => {
    await start({ faults: parseFaults("2:slow=300") });
    await get("/events");
    const sinceMs = performance.now();
    expect(await (await get("/events")).json()).toHaveLength(30);
    expect(performance.now() - sinceMs).toBeGreaterThan(250);
  });

  it("answers the rest as ever", async () => {
    await start({ faults: parseFaults("2:truncated,502"), mode: "firehose" });
    expect(await (await get("/events")).json()).toHaveLength(30);
    await expect((await get("/events")).json()).rejects.toThrow(SyntaxError);
    expect(await (await get("/events")).json()).toHaveLength(30);
    expect((await get("/events")).status).toBe(502);
    const truth = await (await get("/_simulator/truth")).json();
    expect(truth).toMatchObject({ invented: true, requests: { total: 4, faults: 2 } });
    expect(simulator?.api.requests.byStatus).toEqual({ "200": 3, "502": 1 });
  });
});

describe("startSimulator", () => {
  it("says so where its port is taken", async () => {
    await start();
    const port = Number(new URL(simulator?.address ?? "").port);
    const second = startSimulator({ ...simulatorDefaults, port, now: () => nowMs });
    await expect(second).rejects.toThrow(`port ${port} is in use`);
  });

  it("links to pages that are there", async () => {
    await start();
    const { headers } = await get("/events?per_page=100");
    const next = /<([^>]+)>; rel="next"/.exec(headers.get("link") ?? "")?.[1] ?? "";
    expect(await (await fetch(next)).json()).toHaveLength(100);
  });
});
