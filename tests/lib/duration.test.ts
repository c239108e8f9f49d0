import { describe, expect, it } from "vitest";
import { parseDurationMs } from "../../src/lib/duration";

describe("parseDurationMs", () => {
  it.each([
    ["30s", 30_000],
    ["10m", 600_000],
    ["1h30m", 5_400_000],
    ["1.5s", 1_500],
    ["250ms", 250],
    ["2d", 172_800_000],
  ])("reads %s", (text, expected) => expect(parseDurationMs(text, "--for")).toBe(expected));

  it.each(["", "10", "m", "10 m", "-5s", "0s", "10x", "5m!"])("refuses %j", (text) =>
    expect(() => parseDurationMs(text, "--for")).toThrow(`--for is ${JSON.stringify(text)}`),
  );
});
