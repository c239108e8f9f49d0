import { describe, expect, it } from "vitest";
import { judgeAnswer } from "../../../src/lib/github/answer";

const nowMs = 1_790_000_000_000;
const url = "https://api.github.com/events";

describe("judgeAnswer", () => {
  it.each([
    ["events", { status: 200, text: "[]" }, { kind: "events", items: [] }],
    ["no change", { status: 304, text: "" }, { kind: "not-modified" }],
    [
      "Retry-After in seconds",
      { status: 403, text: "secondary rate limit", headers: { "retry-after": "7" } },
      { kind: "wait", scope: "all", waitMs: 7000 },
    ],
    [
      "Retry-After as a date",
      { status: 429, text: "", headers: { "retry-after": new Date(nowMs + 9000).toUTCString() } },
      { kind: "wait", waitMs: 9000 },
    ],
    [
      "the limit used up",
      {
        status: 403,
        text: "API rate limit exceeded",
        headers: {
          "x-ratelimit-remaining": "0",
          "x-ratelimit-reset": String(nowMs / 1000 + 100),
        },
      },
      { kind: "wait", scope: "token", waitMs: 101_000 },
    ],
    [
      "a reset by the server's clock, which is behind ours",
      {
        status: 403,
        text: "API rate limit exceeded",
        headers: {
          "x-ratelimit-remaining": "0",
          "x-ratelimit-reset": String(nowMs / 1000 + 100),
          date: new Date(nowMs - 30_000).toUTCString(),
        },
      },
      { kind: "wait", scope: "token", waitMs: 131_000 },
    ],
    [
      "a secondary limit while nothing is left either",
      {
        status: 403,
        text: "You have exceeded a secondary rate limit.",
        headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1", "retry-after": "5" },
      },
      { kind: "wait", scope: "all", waitMs: 5000 },
    ],
    [
      "a secondary limit without a time",
      { status: 403, text: "You have exceeded a secondary rate limit." },
      { kind: "wait", scope: "all", waitMs: 60_000 },
    ],
    ["429 without a time", { status: 429, text: "" }, { kind: "wait", waitMs: 60_000 }],
    ["a gateway's error", { status: 502, text: "<html>" }, { kind: "retry", minMs: 0 }],
    [
      "an error that says when",
      { status: 503, text: "", headers: { "retry-after": "3" } },
      { kind: "retry", minMs: 3000 },
    ],
    ["no answer", { status: 0, text: "ECONNRESET" }, { kind: "retry", reason: "ECONNRESET" }],
    [
      "HTML",
      { status: 200, text: "<!DOCTYPE html>" },
      { kind: "retry", reason: "the answer was HTML" },
    ],
    ["a body cut off", { status: 200, text: '[{"id":' }, { kind: "retry" }],
    ["an object", { status: 200, text: '{"message":"?"}' }, { kind: "retry" }],
  ])("%s", (_name, answer, verdict) => {
    expect(judgeAnswer({ headers: {}, ...answer }, url, nowMs)).toMatchObject(verdict);
  });

  it.each([
    [401, "Bad credentials", "bad-token", /refused the token \(401\)/, /GITHUB_TOKEN/],
    [404, "Not Found", "missing", /events does not exist \(404\)/, /GITHUB_API_URL/],
    [403, "Resource not accessible", "fatal", /answered 403: Resource not/, /GITHUB_TOKEN/],
    [422, "Validation Failed", "fatal", /answered 422: Validation Failed/, /GITHUB_API_URL/],
  ] as const)("%i will not mend, and has its cure", (status, text, kind, message, hint) => {
    const verdict = judgeAnswer({ status, text, headers: {} }, url, nowMs);
    expect(verdict.kind).toBe(kind);
    if (!("error" in verdict)) return;
    expect(verdict.error.message).toMatch(message);
    expect(verdict.error.hint).toMatch(hint);
    expect(verdict.error.code).toBe("GITHUB");
  });
});
