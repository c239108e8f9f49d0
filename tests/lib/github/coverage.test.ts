import { describe, expect, it } from "vitest";
import { CoverageEstimate, type PolledWindow } from "../../../src/lib/github/coverage";

const startMs = 1_790_000_000_000;

/** The newest 300 of a steady stream of events, at a moment; one in five is a fork. */
function window(atMs: number, perSecond: number, given: Partial<PolledWindow> = {}): PolledWindow {
  const newest = Math.floor((atMs / 1000) * perSecond);
  const events = Array.from({ length: 300 }, (_, age) => ({
    key: String(newest - age),
    type: (newest - age) % 5 === 0 ? "ForkEvent" : "PushEvent",
    createdAtMs: Math.floor((newest - age) / perSecond) * 1000,
  }));
  const usual = { complete: true, seamless: true, full: true, unchanged: false };
  return { events, atMs, ...usual, ...given };
}

describe("CoverageEstimate", () => {
  it("knows nothing after one poll, nor of a gap before a rate is known", () => {
    const estimate = new CoverageEstimate();
    expect(estimate.add(window(startMs, 1)).succession).toBe("first");
    expect(estimate.value).toBeNull();
    expect(estimate.add(window(startMs + 600_000, 1)).succession).toBe("gap");
    expect(estimate.value).toBeNull();
    expect(estimate.takeMissed()).toEqual([]);
    // Half a minute later they overlap: the gap can be told of.
    estimate.add(window(startMs + 630_000, 1));
    expect(estimate.value).toBeCloseTo(330 / 630, 2);
    const missed = estimate.takeMissed().reduce((sum, { events }) => sum + events, 0);
    expect(missed).toBeCloseTo(300, 0);
  });

  it("is whole while polls overlap, and where the list is shorter than it could be", () => {
    const estimate = new CoverageEstimate();
    for (let poll = 0; poll < 5; poll += 1) {
      expect(estimate.add(window(startMs + poll * 60_000, 4)).arrived).toBe(poll === 0 ? 0 : 240);
    }
    expect(estimate.add(window(startMs + 1e6, 4, { full: false })).succession).toBe("whole");
    expect(estimate.value).toBe(1);
  });

  it.each([20, 120, 260])("at %i events a second tells what polls far apart miss", (perSecond) => {
    const estimate = new CoverageEstimate();
    let atMs = startMs;
    estimate.add(window(atMs, perSecond));
    // Pairs of polls: a short time apart, then a long one.
    const shortMs = 200_000 / perSecond;
    for (let pair = 0; pair < 20; pair += 1) {
      estimate.add(window((atMs += 900_000 / perSecond), perSecond));
      estimate.add(window((atMs += shortMs), perSecond));
    }
    expect(estimate.value).toBeCloseTo(500 / 1100, 2);
    expect(estimate.byType["ForkEvent"]).toBeCloseTo(500 / 1100, 1);
    expect(estimate.byType["PushEvent"]).toBeCloseTo(500 / 1100, 1);
  });

  it("tells missed events by the minutes they happened in, so that they add up", () => {
    const estimate = new CoverageEstimate();
    const fromMs = Math.ceil(startMs / 60_000) * 60_000;
    estimate.add(window(fromMs, 10));
    estimate.add(window(fromMs + 20_000, 10));
    estimate.add(window(fromMs + 200_000, 10));
    const missed = estimate.takeMissed();
    expect(missed.reduce((sum, { events }) => sum + events, 0)).toBeCloseTo(1500, 0);
    const pushes = missed.filter(({ type }) => type === "PushEvent");
    expect(pushes.map(({ minuteMs }) => (minuteMs - fromMs) / 60_000)).toEqual([0, 1, 2, 3]);
    expect(pushes[1]?.events).toBeCloseTo(pushes[2]?.events ?? 0, 5);
    expect(estimate.takeMissed()).toEqual([]);
  });

  it("compares with the last complete window, not with a part of one", () => {
    const estimate = new CoverageEstimate();
    estimate.add(window(startMs, 100));
    estimate.add(window(startMs + 1000, 100));
    const whole = window(startMs + 5000, 100);
    const part = { ...whole, events: whole.events.slice(0, 100), complete: false };
    expect(estimate.add(part).succession).toBe("partial");
    expect(estimate.add(window(startMs + 5500, 100)).succession).toBe("gap");
    // 450 came since the last complete one; the two windows saw 300 and, with the part's, no more.
    expect(estimate.value).toBeCloseTo(400 / 550, 1);
  });

  it("takes back what it held for missed and then saw after all", () => {
    const estimate = new CoverageEstimate();
    estimate.add(window(startMs, 100));
    estimate.add(window(startMs + 1000, 100));
    const next = window(startMs + 2000, 100);
    const holed = next.events.filter((_, age) => age < 60 || age >= 80);
    estimate.add({ ...next, events: holed, seamless: false });
    expect(estimate.value).toBeCloseTo(180 / 200, 2);
    estimate.add(window(startMs + 3000, 100));
    expect(estimate.value).toBeCloseTo(1, 5);
  });

  it("is not thrown off by events that come days late", () => {
    const estimate = new CoverageEstimate();
    let atMs = startMs;
    for (let poll = 0; poll < 40; poll += 1) {
      const events = window((atMs += poll % 2 === 0 ? 45_000 : 5000), 20);
      const late = Array.from({ length: 20 }, (_, index) => ({
        key: `late-${poll}-${index}`,
        type: "PushEvent",
        createdAtMs: index * 1e7,
      }));
      estimate.add({ ...events, events: [...events.events.slice(0, 280), ...late] });
    }
    expect(estimate.value).toBeGreaterThan(0.35);
    expect(estimate.value).toBeLessThan(0.45);
  });

  it("takes a page that has not changed for an overlap", () => {
    const estimate = new CoverageEstimate();
    estimate.add(window(startMs, 20));
    estimate.add(window(startMs + 60_000, 20, { unchanged: true }));
    expect(estimate.value).toBe(1);
  });

  it("holds no more after a million events than after some thousands", () => {
    const estimate = new CoverageEstimate();
    for (let poll = 0; poll < 3500; poll += 1) {
      estimate.add(window(startMs + poll * (poll % 2 === 0 ? 60_000 : 61_000), 30));
      estimate.takeMissed();
    }
    expect(estimate.size).toBeLessThan(6100);
  });
});
