import { describe, expect, it } from "vitest";
import type { Answer } from "../../../src/lib/github/answer";
import { TokenPool, tokenName } from "../../../src/lib/github/token-pool";

const startMs = 1_790_000_000_000;
const hourMs = 3_600_000;

function told(limit: number, remaining: number, resetMs: number): Answer {
  return {
    status: 200,
    headers: {
      "x-ratelimit-limit": String(limit),
      "x-ratelimit-remaining": String(remaining),
      "x-ratelimit-reset": String(Math.ceil(resetMs / 1000)),
    },
    text: "",
  };
}

/** Spends all a pool allows for a time against limits of whole hours; when each request went. */
function spend(pool: TokenPool, limit: number, forMs: number, others = 0): Map<string, number[]> {
  const used = new Map<string, number>();
  const sent = new Map<string, number[]>();
  for (let nowMs = startMs; nowMs < startMs + forMs;) {
    const readyMs = pool.readyAtMs(3, nowMs);
    if (readyMs > nowMs) {
      nowMs = Math.ceil(readyMs);
      continue;
    }
    for (let request = 0; request < 3; request += 1) {
      const budget = pool.take(nowMs);
      if (budget === undefined) throw new Error("no token though the pool was ready");
      const token = budget.token ?? "";
      const hour = Math.floor((nowMs - startMs) / hourMs);
      const window = `${token} ${hour}`;
      used.set(window, (used.get(window) ?? others) + 1);
      sent.set(token, [...(sent.get(token) ?? []), nowMs]);
      const remaining = limit - (used.get(window) ?? 0);
      pool.settle(budget, told(limit, remaining, startMs + (hour + 1) * hourMs), nowMs);
    }
  }
  return sent;
}

describe("TokenPool", () => {
  it.each([
    [1, ["a"], 600],
    [0.8, ["a"], 600],
    [0.5, ["a", "b"], 600],
    [0.8, [], 60],
  ])("spends a share of %f of each limit, evenly and no more", (share, tokens, limit) => {
    const sent = spend(new TokenPool(tokens, share, startMs), limit, 2 * hourMs - 1);
    expect(sent.size).toBe(Math.max(1, tokens.length));
    for (const times of sent.values()) {
      for (const from of [startMs, startMs + hourMs]) {
        const inHour = times.filter((ms) => ms >= from && ms < from + hourMs).length;
        expect(inHour).toBeLessThanOrEqual(limit * share);
        expect(inHour).toBeGreaterThan(limit * share - 12);
        const inHalf = times.filter((ms) => ms >= from && ms < from + hourMs / 2).length;
        expect(Math.abs(inHalf - inHour / 2)).toBeLessThanOrEqual(4);
      }
    }
  });

  it("counts what others use of the same limit", () => {
    const sent = spend(new TokenPool(["a"], 0.8, startMs), 600, hourMs - 1, 400);
    expect(sent.get("a")?.length).toBeLessThanOrEqual(80);
    expect(sent.get("a")?.length).toBeGreaterThan(70);
  });

  it("lets another token go on where one is used up, and none where all are to wait", () => {
    const pool = new TokenPool(["a", "b"], 1, startMs);
    const first = pool.take(startMs);
    if (first === undefined) throw new Error("no token");
    pool.settle(first, told(600, 0, startMs + 5000), startMs);
    expect(pool.take(startMs + 10)?.token).not.toBe(first.token);
    pool.pause(startMs + 2000);
    expect(pool.take(startMs + 1999)).toBeUndefined();
    expect(pool.readyAtMs(1, startMs + 20)).toBe(startMs + 2000);
    expect(pool.take(startMs + 2000)).toBeDefined();
  });

  it("does not wait for a limit that the API does not have", () => {
    const pool = new TokenPool([], 0.8, startMs);
    for (let request = 0; request < 100; request += 1) {
      const budget = pool.take(startMs);
      if (budget === undefined) throw new Error("no token");
      pool.settle(budget, { status: 200, headers: {}, text: "" }, startMs);
    }
    expect(pool.readyAtMs(3, startMs)).toBe(startMs);
  });

  it("never names a token by more than its last four characters", () => {
    expect(tokenName("ghp_0123456789abcdef")).toBe("the token …cdef");
    expect(tokenName("secret")).toBe("a token");
    expect(tokenName(undefined)).toBe("requests without a token");
  });
});
