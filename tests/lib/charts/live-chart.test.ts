import { describe, expect, it } from "vitest";
import { liveChart } from "../../../src/lib/charts/live-chart";
import type { LiveSnapshot, WindowTotals } from "../../../src/lib/live/board";

function windowAt(minute: number, over: Partial<WindowTotals> = {}): WindowTotals {
  const at = (offset: number): string =>
    new Date(Date.UTC(2026, 10, 24, 12, minute + offset)).toISOString();
  return {
    bucket_start: at(0),
    bucket_end: at(1),
    state: "closed",
    events: 90,
    late_events: 0,
    partial: false,
    by_type: { PushEvent: 80, ForkEvent: 10 },
    ...over,
  };
}

function snapshotOf(windows: readonly WindowTotals[]): LiveSnapshot {
  return { windows } as unknown as LiveSnapshot;
}

describe("the chart of a stream", () => {
  it.each<[string, WindowTotals[], RegExp]>([
    [
      "the rate of the last complete window",
      [windowAt(0, { partial: true }), windowAt(1), windowAt(2), windowAt(3, { state: "open" })],
      /^1\.5 events a second in the window from 2026-11-24 12:02 UTC\..* 360 events · 1 still open · 1 begun before the reading\.$/,
    ],
    [
      "a corrected window counts as complete",
      [windowAt(1, { state: "updated", events: 1200 })],
      /^20 events a second in the window from 2026-11-24 12:01 UTC/,
    ],
    ["none is complete", [windowAt(1, { state: "open" })], /^No window is complete yet/],
    ["nothing", [], /^No events have streamed by yet/],
  ])("says %s", (_what, windows, words) => {
    expect(liveChart(snapshotOf(windows), "demo").description).toMatch(words);
  });

  it("draws a bar a window and type", async () => {
    const svg = await liveChart(snapshotOf([windowAt(1), windowAt(2)]), "demo").toSvg();
    expect(svg).toContain("Pushes");
    expect(svg.match(/aria-roledescription="bar"/g)).toHaveLength(4);
  });
});
