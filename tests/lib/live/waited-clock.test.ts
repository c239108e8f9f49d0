import { expect, it } from "vitest";
import { WaitedClock } from "../../../src/lib/live/waited-clock";

it("goes on while fetches are answered, and stands still while none is", () => {
  let nowMs = 1_000_000;
  const clock = new WaitedClock(() => nowMs);
  for (let fetch = 0; fetch <= 40; fetch += 1) {
    clock.answered();
    nowMs += 250;
  }
  expect(clock.waited()).toBe(10_000);
  nowMs += 3_600_000;
  expect(clock.waited()).toBe(10_000);
  clock.answered();
  expect(clock.waited()).toBe(11_000);
});
