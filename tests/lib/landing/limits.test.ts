import { describe, expect, it } from "vitest";
import { WorkbenchError } from "../../../src/lib/errors";
import { RestartLimit } from "../../../src/lib/landing/restart-limit";
import type { TopicState } from "../../../src/lib/landing/topic-guard";
import { TopicWatch } from "../../../src/lib/landing/topic-watch";
import { UploadSlots } from "../../../src/lib/landing/upload-slots";

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

describe("RestartLimit", () => {
  it("allows five restarts with nothing landed in between, then says what to do", () => {
    const limit = new RestartLimit({ now: () => 1e12 });
    const allowed = Array.from({ length: 6 }, () => limit.allow());
    expect(allowed).toEqual([true, true, true, true, true, false]);
    const cause = new WorkbenchError("KAFKA", "cannot reach Kafka", { hint: "start it" });
    expect(limit.giveUp(cause)).toMatchObject({
      code: "KAFKA",
      message: "gave up after 5 restarts with nothing landed in between: cannot reach Kafka",
      hint: "start it; then consume again: it goes on where it stopped",
    });
  });

  it("counts anew once something was landed, or after ten minutes in peace", () => {
    let nowMs = 1e12;
    const limit = new RestartLimit({ now: () => nowMs });
    for (let count = 0; count < 5; count += 1) limit.allow();
    limit.landed();
    for (let count = 0; count < 5; count += 1) expect(limit.allow()).toBe(true);
    nowMs += 11 * 60_000;
    expect(limit.allow()).toBe(true);
    for (let count = 0; count < 5; count += 1) limit.allow();
    expect(limit.isSpent).toBe(true);
  });
});

describe("UploadSlots", () => {
  it("lets so many run, and the others in their turn, failures or not", async () => {
    const slots = new UploadSlots(2);
    const running: number[] = [];
    const ends: (() => void)[] = [];
    const all = [0, 1, 2, 3].map((id) =>
      slots
        .use(async () => {
          running.push(id);
          await new Promise<void>((resolve) => (ends[id] = resolve));
          if (id === 0) throw new Error("failed");
        })
        .catch(() => undefined),
    );
    await tick();
    expect(running).toEqual([0, 1]);
    ends[0]?.();
    await tick();
    expect(running).toEqual([0, 1, 2]);
    ends[1]?.();
    ends[2]?.();
    await tick();
    ends[3]?.();
    await Promise.all(all);
    expect(running).toEqual([0, 1, 2, 3]);
  });
});

describe("TopicWatch", () => {
  it("shares a look between those who ask, but never one that had begun before", async () => {
    const looks: ((state: TopicState) => void)[] = [];
    const watch = new TopicWatch(() => new Promise((resolve) => looks.push(resolve)));
    const states = ["first", "second", "third"].map((name) => ({ name }) as unknown as TopicState);
    const first = watch.now();
    const later = [watch.now(), watch.now()];
    await tick();
    expect(looks).toHaveLength(1);
    looks[0]?.(states[0] as TopicState);
    expect(await first).toBe(states[0]);
    await tick();
    expect(looks).toHaveLength(2);
    const latest = watch.now();
    looks[1]?.(states[1] as TopicState);
    expect(await Promise.all(later)).toEqual([states[1], states[1]]);
    await tick();
    looks[2]?.(states[2] as TopicState);
    expect(await latest).toBe(states[2]);
  });

  it("looks again after a look that failed", async () => {
    let count = 0;
    const watch = new TopicWatch(() => {
      count += 1;
      return count === 1
        ? Promise.reject(new Error("away"))
        : Promise.resolve({} as unknown as TopicState);
    });
    const [first, second] = await Promise.allSettled([watch.now(), watch.now()]);
    expect([first.status, second.status]).toEqual(["rejected", "fulfilled"]);
  });
});
