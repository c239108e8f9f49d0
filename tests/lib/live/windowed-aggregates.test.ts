import { describe, expect, it } from "vitest";
import { commitsOf } from "../../../src/lib/live/live-event";
import type { WindowRules } from "../../../src/lib/live/rules";
import { WindowedAggregates } from "../../../src/lib/live/windowed-aggregates";
import { HandClock, message, startMs } from "./streams";

const second = 1000;
const minute = 60 * second;

class Trial {
  readonly clock = new HandClock();
  readonly aggregates: WindowedAggregates;
  private offset = 0n;
  private id = 0;

  constructor(rules: Partial<WindowRules> = {}, partitions: readonly number[] = [0]) {
    this.aggregates = new WindowedAggregates(
      { outOfOrderMs: 10 * second, latenessMs: 20 * second, horizonMs: 5 * minute, ...rules },
      this.clock,
    );
    for (const partition of partitions) this.aggregates.addPartition(partition, false);
  }

  /** An event `atMs` after the start. */
  event(atMs: number, partition = 0, id?: string): string {
    this.id += 1;
    this.offset += 1n;
    return this.aggregates.take(message({ id: id ?? `e${this.id}`, atMs: startMs + atMs }), {
      partition,
      offset: this.offset,
    });
  }

  /** `state start events`, the start in minutes after the start. */
  updates(preliminary = true): string[] {
    return this.aggregates.advance(preliminary).map(({ state, bucket_start, events }) => {
      const start = (Date.parse(bucket_start) - startMs) / minute;
      return `${state} ${start} ${events}`;
    });
  }

  wait(ms: number): void {
    this.clock.waitedMs += ms;
    this.clock.nowMs += ms;
  }
}

describe("windows", () => {
  it("close when the watermark is past their end and the lateness, and are corrected after", () => {
    const trial = new Trial();
    trial.event(30 * second);
    expect(trial.updates()).toEqual(["open 0 1"]);
    expect(trial.updates()).toEqual([]);
    trial.event(minute + 29 * second);
    expect(trial.updates()).toEqual(["open 1 1"]);
    trial.event(minute + 30 * second);
    expect(trial.updates()).toEqual(["closed 0 1", "open 1 2"]);
    expect(trial.event(59 * second)).toBe("counted");
    expect(trial.updates()).toEqual(["updated 0 2"]);
    expect(trial.aggregates.stats).toMatchObject({ late_events: 1, windows_updated: 1 });
  });

  it("are forgotten past the horizon, and name what comes then", () => {
    const trial = new Trial();
    trial.event(0);
    trial.event(6 * minute + 10 * second);
    expect(trial.event(59 * second)).toBe("too_late");
    expect(trial.event(minute)).toBe("counted");
    trial.updates();
    const { stats } = trial.aggregates;
    expect(stats.windows_kept).toBe(2);
    expect(stats.last_too_late).toEqual([
      {
        event_type: "PushEvent",
        id: "e3",
        timestamp: new Date(startMs + 59 * second).toISOString(),
        partition: 0,
        offset: "3",
        behind_ms: 5 * minute + second,
      },
    ]);
  });

  it("that are still open can be left out", () => {
    const trial = new Trial();
    trial.event(0);
    expect(trial.updates(false)).toEqual([]);
    trial.event(5 * minute);
    expect(trial.updates(false)).toEqual(["closed 0 1"]);
  });

  it("know an event again, and a number from the same digits with zeros before it", () => {
    const trial = new Trial();
    expect(
      ["7", "7", "007", "9007199254740993", "9007199254740992"].map((id) => trial.event(0, 0, id)),
    ).toEqual(["counted", "duplicate", "counted", "counted", "counted"]);
  });

  it("do not tell again of a window for a duplicate alone", () => {
    const trial = new Trial();
    trial.event(0, 0, "1");
    trial.updates();
    expect(trial.event(0, 0, "1")).toBe("duplicate");
    expect(trial.updates()).toEqual([]);
  });

  it("that began before the reading are called partial", () => {
    const trial = new Trial();
    trial.aggregates.setPartialBefore(startMs + 30 * second);
    trial.event(10 * second);
    trial.event(minute);
    const partial = trial.aggregates.advance().map((update) => update.partial);
    expect(partial).toEqual([true, false]);
  });

  it("count no event of a time or type that the tables do not take", () => {
    const { aggregates } = new Trial();
    const place = (offset: bigint): { partition: number; offset: bigint } => ({
      partition: 0,
      offset,
    });
    expect(aggregates.take(message({ event_type: "../x" }), place(1n))).toBe("unreadable");
    expect(aggregates.take(message({ timestamp: "2007-12-31T23:59:59Z" }), place(2n))).toBe(
      "unreadable",
    );
    expect(aggregates.takeUnreadable(place(3n))).toBe("unreadable");
    expect(aggregates.stats).toMatchObject({ messages: 3, unreadable: 3 });
  });

  it("refuse rules that make no sense", () => {
    expect(() => new Trial({ windowMs: 10 })).toThrow(/windowMs of the live windows is 10/);
    expect(() => new Trial({ maxKeys: 1.5 })).toThrow(/maxKeys/);
  });
});

describe("the watermark", () => {
  it("is that of the slowest partition", () => {
    const trial = new Trial({}, [0, 1]);
    trial.event(10 * minute, 0);
    expect(trial.aggregates.stats.watermark).toBe(null);
    trial.event(0, 1);
    trial.event(10 * minute, 0);
    expect(trial.updates()).toEqual(["open 0 1", "open 10 2"]);
    trial.event(10 * minute, 1);
    expect(trial.updates()).toEqual(["closed 0 1", "open 10 3"]);
  });

  it("does not wait for ever for a partition with nothing new", () => {
    const trial = new Trial({ idleMs: 10 * second }, [0, 1]);
    trial.event(0, 0);
    trial.event(0, 1);
    trial.wait(9 * second);
    trial.event(5 * minute, 0);
    expect(trial.updates(false)).toEqual([]);
    trial.wait(second);
    expect(trial.aggregates.stats.partitions_idle).toBe(1);
    expect(trial.updates(false)).toEqual(["closed 0 2"]);
    // It comes back with what is late for the others, and holds the watermark where it is.
    expect(trial.event(minute, 1)).toBe("counted");
    expect(trial.updates(false)).toEqual(["closed 1 1"]);
    trial.event(9 * minute, 0);
    expect(trial.updates(false)).toEqual([]);
  });

  it("waits longer for a partition with more to read, and not for ever", () => {
    const trial = new Trial({ idleMs: 10 * second, stallMs: minute }, [0, 1]);
    trial.aggregates.setHasMore(1, true);
    trial.event(0, 0);
    trial.event(5 * minute, 0);
    trial.wait(59 * second);
    trial.event(5 * minute, 0);
    expect(trial.updates(false)).toEqual([]);
    trial.wait(second);
    expect(trial.updates(false)).toEqual(["closed 0 1"]);
    expect(trial.aggregates.stats.partitions_stalled).toBe(1);
  });

  it("goes on with the clock when everything is at rest", () => {
    const trial = new Trial({ idleMs: 10 * second });
    trial.event(0);
    // At rest after 10 s; the watermark then stands at -10 s and is to reach 80 s.
    trial.wait(10 * second + 89 * second);
    expect(trial.updates(false)).toEqual([]);
    trial.wait(second);
    expect(trial.updates(false)).toEqual(["closed 0 1"]);
    trial.wait(5 * minute);
    trial.updates();
    expect(trial.aggregates.stats).toMatchObject({ windows_kept: 0, events_kept: 0 });
  });

  it("stands still while nothing could come", () => {
    const trial = new Trial();
    trial.event(0);
    trial.clock.nowMs += 60 * minute;
    expect(trial.updates(false)).toEqual([]);
  });

  it("is not moved by clocks that are wrong", () => {
    const trial = new Trial();
    trial.clock.nowMs = startMs;
    trial.event(0);
    expect(trial.event(5 * minute + second)).toBe("future");
    expect(trial.event(5 * minute)).toBe("counted");
    expect(trial.aggregates.stats).toMatchObject({
      future: 1,
      watermark: new Date(startMs - 10 * second).toISOString(),
    });
    expect(trial.updates(false)).toEqual([]);
  });

  it("lets a partition run ahead of the slowest only so far", () => {
    const trial = new Trial({ aheadMs: 2 * minute, idleMs: 10 * second }, [0, 1]);
    trial.event(0, 0);
    expect(trial.aggregates.isAhead(0)).toBe(false);
    trial.event(2 * minute + second, 0);
    expect(trial.aggregates.isAhead(0)).toBe(true);
    expect(trial.aggregates.isAhead(1)).toBe(false);
    trial.event(minute, 1);
    expect(trial.aggregates.isAhead(0)).toBe(false);
    trial.event(4 * minute, 0);
    expect(trial.aggregates.isAhead(0)).toBe(true);
    trial.wait(10 * second);
    expect(trial.aggregates.isAhead(0)).toBe(false);
  });
});

describe("commits", () => {
  it.each([
    [{ distinct_size: 2, size: 3 }, 2],
    [{ size: 3 }, 3],
    [{ distinct_size: 0, size: 3 }, 0],
    [{ distinct_size: null, size: "4" }, 4],
    // An era that has the list has the size: where it is missing the list may be cut.
    [{ commits: [{}, {}] }, null],
    [{ distinct_size: "two", size: 3 }, null],
    [{ size: {} }, null],
    [{}, null],
  ])("of %j are %j", (payload, commits) => {
    expect(commitsOf(message({ payload }))).toBe(commits);
    expect(commitsOf(message({ event_type: "ForkEvent", payload }))).toBe(null);
  });
});
