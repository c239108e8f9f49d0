import { afterEach, beforeEach, describe, expect, it } from "vitest";
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
