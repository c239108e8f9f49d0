import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Busiest } from "../../../src/lib/enrichment/busiest";
import { QuestionQueue } from "../../../src/lib/enrichment/question-queue";
import { questionOf } from "../../../src/lib/enrichment/question";
import { RecentMap } from "../../../src/lib/enrichment/recent-map";
import { shareBudget } from "../../../src/lib/enrichment/request-budget";
import { push } from "./events";

describe("Busiest", () => {
  it("never counts too much, and misses none that is frequent", () => {
    const name = fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom("busy", "busier") },
      { weight: 5, arbitrary: fc.nat(300).map(String) },
    );
    fc.assert(
      fc.property(fc.array(name, { maxLength: 500 }), (names) => {
        const busiest = new Busiest(20);
        const exact = new Map<string, number>();
        for (const one of names) {
          busiest.add(one);
          exact.set(one, (exact.get(one) ?? 0) + 1);
        }
        expect(busiest.size).toBeLessThanOrEqual(20);
        for (const [one, count] of exact) {
          const worth = busiest.worthOf(one);
          expect(worth).toBeLessThanOrEqual(count);
          if (count > names.length / 20) expect(worth).toBeGreaterThan(0);
        }
      }),
    );
  });

  it("knows the busy one among very many", () => {
    const busiest = new Busiest(50);
    for (let index = 0; index < 5000; index += 1) {
      busiest.add(`r${index}`);
      if (index % 10 === 0) busiest.add("busy");
    }
    expect(busiest.worthOf("busy")).toBeGreaterThan(busiest.worthOf("r4999"));
    expect(busiest.worthOf("r17")).toBe(0);
  });
});

describe("RecentMap", () => {
  it("forgets what was not used for longest", () => {
    const map = new RecentMap<string, number>(2);
    map.set("a", 1);
    map.set("b", 2);
    map.get("a");
    map.set("c", 3);
    expect([map.size, map.get("a"), map.get("b"), map.get("c")]).toEqual([2, 1, undefined, 3]);
  });
});

describe("shareBudget", () => {
  it.each([
    [5000, 0.2, 1000],
    [60, 0.1, 6],
    [60, 0.99, 59],
    [60, 0.01, 0],
    [5000, 0, 0],
    [1, 1, 1],
  ])("of %i an hour, share %f, gives %i in any hour", (limit, share, allowed) => {
    const budget = shareBudget(limit, share);
    const taken: number[] = [];
    for (let nowMs = 0; nowMs <= 3 * 3_600_000; nowMs += 400) {
      if (budget.tryTake(nowMs)) taken.push(nowMs);
    }
    const mostInAnHour = Math.max(
      0,
      ...taken.map((from) => taken.filter((at) => at >= from && at < from + 3_600_000).length),
    );
    expect(mostInAnHour).toBe(allowed);
  });

  it.each([-0.1, 1.1, Number.NaN])("refuses a share of %f", (share) => {
    expect(() => shareBudget(60, share)).toThrow(/is no share of the rate limit/);
  });
});

describe("QuestionQueue", () => {
  function queueOf(capacity: number, worth: Record<string, number>): QuestionQueue {
    return new QuestionQueue(capacity, (repo) => worth[repo] ?? 0);
  }
  function add(queue: QuestionQueue, id: number, repo: string, payload: object = {}): number {
    const event = push(id, repo, payload);
    const wanted = questionOf(event);
    if (wanted === undefined) throw new Error("no question");
    return queue.add(wanted, event);
  }
  const idsLeft = (queue: QuestionQueue): string[] => {
    const ids: string[] = [];
    for (let next = queue.take(); next !== undefined; next = queue.take()) {
      ids.push(next.events.map(({ id }) => id).join("+"));
    }
    return ids;
  };

  it("gives the repository worth most first, its oldest question first", () => {
    const queue = queueOf(10, { "a/busy": 9, "a/calm": 1 });
    add(queue, 1, "a/calm");
    add(queue, 2, "a/busy");
    add(queue, 3, "a/busy");
    expect(idsLeft(queue)).toEqual(["2", "3", "1"]);
    expect(queue.size).toBe(0);
  });

  it("drops the oldest of the repository worth least, and tells", () => {
    const queue = queueOf(3, { "a/busy": 9, "a/calm": 1 });
    const dropped = [
      add(queue, 1, "a/calm"),
      add(queue, 2, "a/calm"),
      add(queue, 3, "a/busy"),
      add(queue, 4, "a/busy"),
      add(queue, 5, "a/none"),
    ];
    expect(dropped).toEqual([0, 0, 0, 1, 1]);
    expect(idsLeft(queue)).toEqual(["3", "4", "2"]);
  });

  it("asks once for events that want the same, and no more of them than it can hold", () => {
    const queue = queueOf(10, {});
    const same = { before: push(1).payload["before"], head: push(1).payload["head"] };
    const dropped = Array.from({ length: 21 }, (_, id) => add(queue, id, "a/b", same));
    expect(dropped.reduce((sum, one) => sum + one)).toBe(1);
    expect(queue.size).toBe(1);
    expect(queue.take()?.events).toHaveLength(20);
  });

  it("takes back what got no answer, and drops what is answered by itself", () => {
    const queue = queueOf(10, {});
    add(queue, 1, "a/b");
    add(queue, 2, "a/b");
    const first = queue.take();
    if (first === undefined) throw new Error("nothing");
    expect(queue.putBack(first)).toBe(0);
    expect(queue.remove(first.key)).toBe(true);
    expect(queue.remove(first.key)).toBe(false);
    expect(idsLeft(queue)).toEqual(["2"]);
  });
});
