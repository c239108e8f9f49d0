import { describe, expect, it } from "vitest";
import { judgeArchiveAnswer } from "../../../src/lib/github/archive-answer";

const nowMs = Date.UTC(2026, 0, 31, 22);

function judge(status: number, headers: Record<string, string> = {}): boolean {
  return judgeArchiveAnswer(
    { status, headers: new Headers(headers) },
    "https://data.gharchive.org",
    nowMs,
  );
}

describe("judgeArchiveAnswer", () => {
  it.each([
    [200, true],
    [404, false],
    [410, false],
  ])("takes %i for a file that is there: %s", (status, there) => {
    expect(judge(status)).toBe(there);
  });

  it.each<[number, Record<string, string>, object]>([
    [429, {}, { waitMs: 60_000 }],
    [429, { "retry-after": "7" }, { waitMs: 7000 }],
    [429, { "retry-after": "0" }, { waitMs: 1000 }],
    [403, { "retry-after": "Sat, 31 Jan 2026 22:02:00 GMT" }, { waitMs: 120_000 }],
    [500, {}, { minMs: 0 }],
    [503, { "retry-after": "30" }, { minMs: 30_000 }],
    [408, { "retry-after": "soon" }, { minMs: 0 }],
  ])("waits and comes again after %i %j", (status, headers, context) => {
    expect(() => judge(status, headers)).toThrow(
      expect.objectContaining({ code: "GITHUB", retryable: true, context }),
    );
  });

  it.each([204, 206, 400, 401, 403, 405])("takes %i for a refusal", (status) => {
    expect(() => judge(status)).toThrow(
      expect.objectContaining({
        code: "GITHUB",
        retryable: false,
        message: `https://data.gharchive.org refused an hour (${status})`,
      }),
    );
  });
});
