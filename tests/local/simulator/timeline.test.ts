import { describe, expect, it } from "vitest";
import { Timeline } from "../../../src/local/simulator/timeline";

const nowMs = Date.parse("2026-03-31T12:00:00Z");
const options = {
  seed: 3,
  nowMs,
  rate: 150,
  speed: 14_400,
  days: 30,
  idleCapMs: 1200,
};

describe("Timeline", () => {
  it("begins with a full window", () => {
    expect(new Timeline(options).at(nowMs)).toHaveLength(300);
  });

  it("passes days in half a minute of polling, most polls overlapping the one before", () => {
    const timeline = new Timeline(options);
    const seen = new Set<string>();
    let before = new Set<string>();
    let overlaps = 0;
    let earliest = "9";
    let latest = "0";
    for (let second = 0; second < 30; second += 1) {
      const events = timeline.at(nowMs + second * 1000);
      const keys = new Set(events.map(({ type, id }) => `${type}:${id}`));
      if ([...keys].some((key) => before.has(key))) overlaps += 1;
      before = keys;
      for (const { type, id, created_at } of events) {
        seen.add(`${type}:${id}`);
        if (created_at < earliest) earliest = created_at;
        if (created_at > latest) latest = created_at;
      }
    }
    expect(seen.size).toBeGreaterThan(3000);
    expect(Date.parse(latest) - Date.parse(earliest)).toBeGreaterThan(4 * 86_400_000);
    expect(overlaps).toBeGreaterThan(25);
  });

  it("stands still while nobody looks", () => {
    const timeline = new Timeline(options);
    const newest = (ms: number): number => Date.parse(timeline.at(ms)[0]?.created_at ?? "");
    const before = newest(nowMs);
    expect(newest(nowMs + 3_600_000) - before).toBeLessThan(1200 * 14_400 + 3_600_000);
  });

  it("never runs ahead of the present, and keeps going once it has reached it", () => {
    const timeline = new Timeline({ ...options, days: 1 });
    let seen = 0;
    let before = new Set<string>();
    for (let second = 0; second < 300; second += 1) {
      const events = timeline.at(nowMs + second * 1000);
      expect(Date.parse(events[0]?.created_at ?? "")).toBeLessThanOrEqual(nowMs + second * 1000);
      const keys = new Set(events.map(({ type, id }) => `${type}:${id}`));
      if (second > 60) seen += [...keys].filter((key) => !before.has(key)).length;
      before = keys;
    }
    expect(seen).toBeGreaterThan(100);
  });
});
