import { describe, expect, it } from "vitest";
import type { Origin } from "../../../src/lib/landing/origin";
import { startOffset } from "../../../src/lib/landing/origin";
import { checkPosition, checkReached, type TopicState } from "../../../src/lib/landing/topic-guard";

const origin: Origin = {
  clusterId: "c",
  topic: "t",
  topicId: "1".repeat(32),
  partition: 0,
  startOffset: 0n,
};

function state(low: bigint, high: bigint, identity: Partial<Origin> = {}): TopicState {
  const { clusterId, topic, topicId } = { ...origin, ...identity };
  return { identity: { clusterId, topic, topicId }, bounds: new Map([[0, { low, high }]]) };
}

const place = "s3://raw/t/_origin/t+0.json";

describe("checkPosition", () => {
  // Log start and end, the offset wanted when it was asked and now, and what is wrong.
  it.each([
    [0n, 100n, 50n, 50n, undefined],
    [50n, 100n, 50n, 50n, undefined],
    [0n, 50n, 50n, 50n, undefined],
    [51n, 100n, 50n, 50n, /were deleted before they were landed/],
    // Read meanwhile, then left the log: nothing is lost.
    [80n, 100n, 50n, 90n, undefined],
    [95n, 100n, 50n, 90n, /5 records from 90 on were deleted/],
    // The end was asked for before more was written and read.
    [0n, 60n, 50n, 90n, undefined],
    [0n, 49n, 50n, 50n, /before the 50 that was to come next/],
  ])("log %s to %s, wanted %s, now %s", (low, high, asked, now, problem) => {
    const check = (): void => checkPosition(origin, state(low, high), asked, place, now);
    if (problem === undefined) check();
    else {
      expect(check).toThrow(problem);
      expect(check).toThrow(expect.objectContaining({ code: "TOPIC_MISMATCH" }) as Error);
    }
  });

  it.each([
    [{ topicId: "2".repeat(32) }, /was made anew/],
    [{ clusterId: "other" }, /is on another cluster/],
  ])("refuses another topic: %o", (identity, problem) => {
    expect(() => checkPosition(origin, state(0n, 100n, identity), 50n, place)).toThrow(problem);
  });
});

describe("checkReached", () => {
  it("lets what was read be written after it has left the log, but not beyond the log", () => {
    checkReached(origin, state(80n, 100n), 49n, place);
    checkReached(origin, state(100n, 100n), 49n, place);
    expect(() => checkReached(origin, state(0n, 49n), 49n, place)).toThrow(/ends at offset 49/);
  });
});

describe("startOffset", () => {
  it.each([
    [10n, undefined, 10n],
    [10n, 40n, 40n],
    // Committed for another prefix, and cut since.
    [50n, 40n, 50n],
  ])("of a new prefix: the log begins at %s, committed %s: %s", (low, committed, start) => {
    expect(startOffset({ low, high: 100n }, committed)).toBe(start);
  });
});
