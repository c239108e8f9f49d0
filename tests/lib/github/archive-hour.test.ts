import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  firstArchiveHour,
  formatHour,
  hourFileName,
  parseHour,
  readHourRange,
  refuseFuture,
} from "../../../src/lib/github/archive-hour";
import { HourSet } from "../../../src/lib/github/archive-hour-set";

const hours = fc.integer({
  min: firstArchiveHour,
  max: Date.UTC(2099, 11, 31, 23) / 3_600_000,
});

function names(from: string, to?: string): string[] {
  const { first, last } = readHourRange(from, to);
  return [formatHour(first), formatHour(last)];
}

describe("readHourRange", () => {
  it.each([
    ["2026-01-31T22", undefined, "2026-01-31T22", "2026-01-31T22"],
    ["2026-01-31T22", "2026-02-01T01", "2026-01-31T22", "2026-02-01T01"],
    ["2026-01-31-22", "2026-02-01-1", "2026-01-31T22", "2026-02-01T01"],
    ["2026-01-31", undefined, "2026-01-31T00", "2026-01-31T23"],
    ["2024-02-29", "2024-03-01", "2024-02-29T00", "2024-03-01T23"],
    ["2026-01-31T22", "2026-01-31", "2026-01-31T22", "2026-01-31T23"],
    ["2015-01-01T00", undefined, "2015-01-01T00", "2015-01-01T00"],
    [" 2026-01-31T22 ", undefined, "2026-01-31T22", "2026-01-31T22"],
  ])("reads --from %s --to %s", (from, to, first, last) => {
    expect(names(from, to)).toEqual([first, last]);
  });

  it.each([
    [undefined, "2026-01-31T22", /needs its first hour/],
    ["2014-12-31T23", undefined, /events before 2015 have no ids/],
    ["2014-12-31", "2015-01-02", /events before 2015 have no ids/],
    ["2026-01-31T22", "2026-01-31T21", /--from is 2026-01-31T22, which is after --to/],
    ["2026-01-31T24", undefined, /--from is "2026-01-31T24"/],
    ["2026-02-30", undefined, /--from is "2026-02-30"/],
    ["2026-02-29T01", undefined, /--from is/],
    ["2026-13-01", undefined, /--from is/],
    ["2026-01-31T22:30", undefined, /--from is/],
    ["2026-1-31", undefined, /--from is/],
    ["yesterday", undefined, /--from is "yesterday"/],
    ["", undefined, /--from is ""/],
    ["2026-01-31", "2026-01-32", /--to is "2026-01-32"/],
  ])("refuses --from %s --to %s", (from, to, message) => {
    expect(() => readHourRange(from, to)).toThrow(message);
    expect(() => readHourRange(from, to)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  it("reads back every hour in every form", () => {
    fc.assert(
      fc.property(hours, (hour) => {
        const text = formatHour(hour);
        expect(parseHour(text, "from", 0)).toBe(hour);
        const fileForm = hourFileName(hour).replace(".json.gz", "");
        expect(fileForm).not.toMatch(/-0\d$/);
        expect(parseHour(fileForm, "from", 0)).toBe(hour);
        const day = readHourRange(text.slice(0, 10));
        expect(day.last - day.first).toBe(23);
        expect(day.first).toBeLessThanOrEqual(hour);
        expect(day.last).toBeGreaterThanOrEqual(hour);
      }),
    );
  });

  it("has as many hours between two as there are milliseconds for", () => {
    fc.assert(
      fc.property(hours, fc.integer({ min: 0, max: 100_000 }), (first, more) => {
        const range = readHourRange(formatHour(first), formatHour(first + more));
        expect(range).toEqual({ first, last: first + more });
        const ms =
          Date.parse(`${formatHour(range.last)}:00Z`) -
          Date.parse(`${formatHour(range.first)}:00Z`);
        expect(ms).toBe(more * 3_600_000);
      }),
    );
  });
});

describe("refuseFuture", () => {
  const now = Date.UTC(2026, 0, 31, 22, 59, 59);
  it.each([
    ["2026-01-31T21", "2026-01-31T21", undefined],
    ["2026-01-31T22", "2026-01-31T22", "the hour 2026-01-31T22 has not ended yet"],
    ["2026-01-31T20", "2026-01-31T23", "the hour 2026-01-31T22 has not ended yet"],
    ["2030-01-01T00", "2030-01-01T00", "the hour 2030-01-01T00 has not ended yet"],
  ])("judges %s to %s", (from, to, message) => {
    const judge = (): void => refuseFuture(readHourRange(from, to), now);
    if (message === undefined) expect(judge).not.toThrow();
    else
      expect(judge).toThrow(
        expect.objectContaining({
          code: "USAGE",
          message,
          hint: "the last hour that can be there is --to 2026-01-31T21",
        }),
      );
  });
});

describe("HourSet", () => {
  it("keeps what touches as one range", () => {
    const set = HourSet.from(["2026-01-31T22", "2026-02-01T01/2026-02-01T03"]);
    const add = (text: string): void => set.add(readHourRange(text));
    add("2026-01-31T23");
    expect(set.toJSON()).toEqual(["2026-01-31T22/2026-01-31T23", "2026-02-01T01/2026-02-01T03"]);
    add("2026-02-01T00");
    expect(set.toJSON()).toEqual(["2026-01-31T22/2026-02-01T03"]);
  });

  it("holds what a plain set holds, in order, with gaps between its ranges", () => {
    const range = fc.record({ at: fc.integer({ min: 0, max: 60 }), length: fc.nat(8) });
    fc.assert(
      fc.property(fc.array(range), (ranges) => {
        const plain = new Set<number>();
        const set = new HourSet();
        for (const { at, length } of ranges) {
          const first = firstArchiveHour + at;
          set.add({ first, last: first + length });
          for (let hour = first; hour <= first + length; hour += 1) plain.add(hour);
        }
        const again = HourSet.from(set.toJSON());
        for (let hour = firstArchiveHour - 1; hour < firstArchiveHour + 71; hour += 1) {
          expect(set.has(hour)).toBe(plain.has(hour));
          expect(again.has(hour)).toBe(plain.has(hour));
        }
        const firsts = [...plain].filter((hour) => !plain.has(hour - 1)).sort((a, b) => a - b);
        expect(set.toJSON().map((text) => text.split("/")[0])).toEqual(firsts.map(formatHour));
      }),
    );
  });
});
