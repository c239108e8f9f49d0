import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { dataLine, formatDuration, formatSpan, wrap } from "../../../src/lib/charts/words";

it.each([
  [0, "0 seconds"],
  [1, "1 second"],
  [59, "59 seconds"],
  [90, "1.5 minutes"],
  [9000, "2.5 hours"],
  [86_400, "1 day"],
  [30 * 86_400, "30 days"],
  [800 * 86_400, "2.2 years"],
])("%d seconds are %s", (seconds, words) => {
  expect(formatDuration(seconds)).toBe(words);
});

it.each([
  ["2021-07-21T06:00:00Z", "2021-07-21T09:00:04Z", "2021-07-21 06:00 – 09:00 UTC"],
  ["2016-07-07T00:00:00Z", "2021-07-21T09:00:04Z", "2016-07-07 00:00 – 2021-07-21 09:00 UTC"],
  ["2016-07-07T00:00:00Z", "2016-07-07T00:00:30Z", "2016-07-07 00:00 UTC"],
])("%s to %s", (from, to, words) => {
  expect(formatSpan({ from, to })).toBe(words);
});

it.each([
  ["github", "GitHub events, dataset github · no data"],
  ["demo", "Simulated events, dataset demo · no data"],
  ["demotwo", "Simulated events, dataset demotwo · no data"],
])("dataset %s", (dataset, line) => {
  expect(dataLine({ dataset, span: undefined, totals: {} }, "events")).toBe(line);
});

it.each([
  [undefined, ""],
  [0.0412, " · about 4.1\u00a0% of all events captured"],
  [0.417, " · about 42\u00a0% of all events captured"],
  [0.99999, " · about 100\u00a0% of all events captured"],
])("a coverage of %s is said", (coverage, words) => {
  const span = { from: "2016-07-07T00:00:00Z", to: "2016-07-07T00:00:30Z" };
  const line = dataLine({ dataset: "github", span, totals: { events: 1 }, coverage }, "events");
  expect(line).toBe(`GitHub events, dataset github · 2016-07-07 00:00 UTC · 1 event${words}`);
});

describe("wrap", () => {
  it("loses nothing but spaces, and no line is too long", () => {
    fc.assert(
      fc.property(fc.string(), fc.integer({ min: 1, max: 50 }), (text, width) => {
        const lines = wrap(text, width);
        expect(lines.length).toBeGreaterThan(0);
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
        const bare = (value: string): string => value.replaceAll(/[ \t\n]/g, "");
        expect(bare(lines.join(""))).toBe(bare(text));
      }),
    );
  });
});
