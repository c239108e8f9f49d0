/**
 * At the pace polite half a second's arrivals gave the rates: a type of which none came in it was
 * said to be captured whole, where 4 % of all events were.
 */
import { expect, it } from "vitest";
import { CoverageEstimate, type SeenEvent } from "../../src/lib/github/coverage";

const startMs = 1_790_000_000_000;

/** 300 events that no other window holds; a forked repository for nineteen pushes. */
function windowOf(poll: number): SeenEvent[] {
  return Array.from({ length: 300 }, (_, at) => ({
    key: `${poll}:${at}`,
    type: at % 20 === 0 ? "ForkEvent" : "PushEvent",
    createdAtMs: startMs + poll * 60_000,
  }));
}

it("a type too rare for the measured moment is as thin as the rest", () => {
  const estimate = new CoverageEstimate();
  const usual = { complete: true, seamless: true, full: true, unchanged: false };
  for (let poll = 0; poll < 6; poll += 1) {
    const atMs = startMs + poll * 60_000;
    estimate.add({ events: windowOf(poll), atMs, ...usual });
    // 125 a second: 119 pushes, and of what is left too few to count.
    estimate.observeRate(
      new Map([
        ["PushEvent", 59],
        ["ForkEvent", 3],
      ]),
      496,
      atMs,
    );
  }
  expect(estimate.value).toBeCloseTo(0.04, 2);
  expect(estimate.byType["ForkEvent"]).toBeLessThan(0.06);

  const none = new CoverageEstimate();
  for (let poll = 0; poll < 6; poll += 1) {
    const atMs = startMs + poll * 60_000;
    none.add({ events: windowOf(poll), atMs, ...usual });
    none.observeRate(
      new Map([
        ["PushEvent", 59],
        ["IssuesEvent", 3],
      ]),
      496,
      atMs,
    );
  }
  expect(none.byType["ForkEvent"]).toBeLessThan(0.06);
});
