import { describe, expect, it } from "vitest";
import { SeenEvents } from "../../../src/lib/kafka/seen-events";

describe("SeenEvents", () => {
  it("tells what is new, and forgets beyond its capacity what was not seen for longest", () => {
    const seen = new SeenEvents(3);
    expect(["a", "b", "a", "c"].map((key) => seen.add(key))).toEqual([true, true, false, true]);
    expect(seen.add("d")).toBe(true);
    expect(seen.size).toBe(3);
    expect(seen.add("a")).toBe(false);
    expect(seen.add("b")).toBe(true);
  });

  it("stays within its bound whatever passes through it", () => {
    const seen = new SeenEvents(1000);
    for (let index = 0; index < 50_000; index += 1) seen.add(`PushEvent:${index}`);
    expect(seen.size).toBe(1000);
  });
});
