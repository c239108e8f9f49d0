import { describe, expect, it } from "vitest";
import { SimulatedApi } from "../../../src/local/simulator/api";
import type { SimulatedAnswer } from "../../../src/local/simulator/exchange";
import { type FaultKind, parseFaults } from "../../../src/local/simulator/faults";
import { firehoseDefaults } from "../../../src/local/simulator/options";

describe("parseFaults", () => {
  it.each([
    ["5:500,reset", { every: 5, faults: [fault("500", 0), fault("reset", 0)] }],
    ["3:secondary=7,slow", { every: 3, faults: [fault("secondary", 7), fault("slow", 3000)] }],
    ['{"every":2,"faults":["cut","429=4"]}', { every: 2, faults: [fault("cut"), fault("429", 4)] }],
  ])("reads %s", (text, script) => expect(parseFaults(text)).toEqual(script));

  it("knows all faults as one word, but for the one that takes minutes", () => {
    expect(parseFaults("5:all").faults).toHaveLength(9);
    expect(parseFaults("5")).toEqual(parseFaults("5:all"));
    expect(parseFaults("5:all").faults.map(({ kind }) => kind)).not.toContain("hang");
  });

  it.each([
    ["0:500", "EVERY:KIND"],
    ["x", "EVERY:KIND"],
    ["5:bogus", '"bogus" is no fault'],
    ["5:slow=soon", '"slow=soon"'],
    ['{"every":', "not JSON"],
    ['{"every":5,"faults":"cut"}', "no list"],
    ['{"every":5,"faults":[]}', "no fault"],
  ])("refuses %s, saying why", (text, reason) => {
    expect(() => parseFaults(text)).toThrow(reason);
  });
});

function fault(kind: FaultKind, value = 0): { kind: FaultKind; value: number } {
  return { kind, value };
}

describe("SimulatedApi with a script of faults", () => {
  const nowMs = 1_790_000_000_000;
  const ask = (api: SimulatedApi, ms = nowMs): SimulatedAnswer =>
    api.answer({ method: "GET", path: "/events?per_page=100", headers: {} }, ms);
  const apiWith = (faults: string): SimulatedApi =>
    new SimulatedApi({ ...firehoseDefaults, faults: parseFaults(faults) }, nowMs);

  it("answers every so many requests with the next fault", () => {
    const api = apiWith("3:500,502");
    const statuses = Array.from({ length: 9 }, () => ask(api).status);
    expect(statuses).toEqual([200, 200, 500, 200, 200, 502, 200, 200, 500]);
    expect(api.requests).toMatchObject({ total: 9, faults: 3 });
  });

  it.each<[string, Partial<SimulatedAnswer>, RegExp]>([
    ["500", { status: 500 }, /^\{"message"/],
    ["502", { status: 502 }, /^<!DOCTYPE html>/],
    ["html", { status: 200 }, /^<!DOCTYPE html>/],
    ["cut", { status: 200, fault: "cut" }, /^\[.*\]$/s],
    ["truncated", { status: 200 }, /^\[.*[^\]]$/s],
    ["reset", { fault: "reset" }, /^/],
    ["slow=700", { status: 200, delayMs: 700 }, /^\[.*\]$/s],
    ["hang=9000", { fault: "hang", delayMs: 9000 }, /^/],
    ["secondary=2", { status: 403 }, /secondary rate limit/],
    ["429", { status: 429 }, /rate limit/],
  ])("shows %s", (kind, expected, body) => {
    const answer = ask(apiWith(`1:${kind}`));
    expect(answer).toMatchObject(expected);
    expect(answer.body).toMatch(body);
  });

  it("refuses for as long as a secondary limit says, and counts who does not wait", () => {
    const api = apiWith("2:secondary=2");
    ask(api);
    expect(ask(api, nowMs + 10).headers["retry-after"]).toBe("2");
    expect(ask(api, nowMs + 1500)).toMatchObject({ status: 403, headers: { "retry-after": "1" } });
    expect(api.violations).toEqual([
      {
        kind: "retry-after",
        client: "no token",
        path: "/events?per_page=100",
        startedMs: nowMs + 1500,
        toldMs: nowMs + 10,
        untilMs: nowMs + 2010,
      },
    ]);
    expect(ask(api, nowMs + 2500).status).toBe(200);
    expect(api.requests.violations).toBe(1);
  });

  it("tells nothing by an answer that never came", () => {
    const api = new SimulatedApi(
      { ...firehoseDefaults, requestLimit: 1, faults: parseFaults("1:reset") },
      nowMs,
    );
    expect(ask(api).headers["x-ratelimit-remaining"]).toBe("0");
    expect(ask(api, nowMs + 1000).status).toBe(403);
    expect(api.violations).toEqual([]);
    ask(api, nowMs + 2000);
    expect(api.violations).toMatchObject([{ kind: "limit", toldMs: nowMs + 1000 }]);
  });
});
