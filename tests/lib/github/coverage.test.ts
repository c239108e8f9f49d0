import { describe, expect, it } from "vitest";
import { CoverageEstimate, type SeenEvent } from "../../../src/lib/github/coverage";

/** The newest 300 of a steady stream of events, at a moment. */
function window(atMs: number, perSecond: number): SeenEvent[] {
  const newest = Math.floor((atMs / 1000) * perSecond);
  return Array.from({ length: 300 }, (_, index) => ({
    key: String(newest - index),
    createdAtMs: Math.floor((newest - index) / perSecond) * 1000,
  }));
}

describe("CoverageEstimate", () => {
  it("knows nothing after one poll", () => {
    const estimate = new CoverageEstimate();
    estimate.add(window(1e9, 1), false);
    expect(estimate.value).toBeNull();
  });

  it("is whole while polls overlap", () => {
    const estimate = new CoverageEstimate();
    for (let poll = 0; poll < 5; poll += 1) estimate.add(window(1e9 + poll * 60_000, 4), false);
    expect(estimate.value).toBe(1);
  });

  it.each([
    [10, 0.5],
    [20, 0.25],
    [100, 0.05],
  ])("at %i events a second and a poll a minute it is about %f", (perSecond, share) => {
    const estimate = new CoverageEstimate();
    for (let poll = 0; poll < 20; poll += 1) {
      estimate.add(window(1e9 + poll * 60_000, perSecond), false);
    }
    expect(estimate.value ?? 0).toBeGreaterThan(share * 0.6);
    expect(estimate.value ?? 0).toBeLessThan(share * 1.4);
  });

  it("is not thrown off by a few events that come days late", () => {
    const estimate = new CoverageEstimate();
    for (let poll = 0; poll < 20; poll += 1) {
      const events = window(1e9 + poll * 60_000, 20);
      for (let late = 0; late < 20; late += 1) {
        events[late * 7] = { key: `late-${poll}-${late}`, createdAtMs: late * 1e7 };
      }
      estimate.add(events, false);
    }
    expect(estimate.value ?? 0).toBeGreaterThan(0.15);
    expect(estimate.value ?? 0).toBeLessThan(0.35);
  });

  it("takes a page that has not changed for an overlap", () => {
    const estimate = new CoverageEstimate();
    estimate.add(window(1e9, 20), false);
    estimate.add(window(1e9 + 60_000, 20), true);
    expect(estimate.value).toBe(1);
  });
});
