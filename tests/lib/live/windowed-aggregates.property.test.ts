/**
 * The windows against a plain count of all the messages: shuffled, doubled, late, over several
 * partitions, with updates taken anywhere.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { EventMessage } from "../../../src/lib/events/message";
import type { WindowRules } from "../../../src/lib/live/rules";
import { type MessageOutcome, WindowedAggregates } from "../../../src/lib/live/windowed-aggregates";
import { recount, UpsertedTables } from "./recount";
import { HandClock, type Step, streams } from "./streams";

const partitions = [0, 1, 2];
const windowMs = 60_000;

interface Taken {
  message: EventMessage;
  partition: number;
  outcome: MessageOutcome;
}

/** Runs a stream through; the caller sees each message with what became of it. */
function run(
  rules: Partial<WindowRules>,
  steps: readonly Step[],
  each: (aggregates: WindowedAggregates, store: UpsertedTables) => void = () => undefined,
): { aggregates: WindowedAggregates; store: UpsertedTables; taken: Taken[] } {
  const aggregates = new WindowedAggregates({ windowMs, ...rules }, new HandClock());
  for (const partition of partitions) aggregates.addPartition(partition, true);
  const store = new UpsertedTables();
  const taken: Taken[] = [];
  steps.forEach((step, index) => {
    if (step === "advance") {
      for (const update of aggregates.advance()) store.take(update);
    } else {
      const place = { partition: step.partition, offset: BigInt(index) };
      taken.push({ ...step, outcome: aggregates.take(step.message, place) });
    }
    each(aggregates, store);
  });
  for (const update of aggregates.finish()) store.take(update);
  return { aggregates, store, taken };
}

const messagesOf = (taken: readonly Taken[], ...outcomes: MessageOutcome[]): EventMessage[] =>
  taken.filter(({ outcome }) => outcomes.includes(outcome)).map(({ message }) => message);

const smallTimes = fc.record({
  outOfOrderMs: fc.nat(120_000),
  latenessMs: fc.nat(120_000),
  horizonMs: fc.nat(300_000),
});

describe("WindowedAggregates", () => {
  it("has in the end what a count of all the messages has", () => {
    fc.assert(
      fc.property(streams, fc.nat(300_000), (steps, latenessMs) => {
        const { aggregates, store, taken } = run({ latenessMs, horizonMs: 86_400_000 }, steps);
        const messages = taken.map(({ message }) => message);
        expect(store.tables).toEqual(recount(messages, windowMs));
        const { stats } = aggregates;
        const distinct = new Set(messages.map(({ event_type, id }) => `${event_type} ${id}`));
        expect(stats.events).toBe(distinct.size);
        expect(stats.duplicates).toBe(messages.length - distinct.size);
        expect(stats.too_late).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it("leaves out just what came too late, by a watermark worked out apart, and counts it", () => {
    fc.assert(
      fc.property(streams, smallTimes, (steps, times) => {
        const horizonMs = Math.max(times.horizonMs, times.latenessMs);
        const { aggregates, store, taken } = run(times, steps);
        let watermark = -Infinity;
        const newest = new Map<number, number>();
        for (const { message, partition, outcome } of taken) {
          const ms = new Date(message.timestamp).getTime();
          newest.set(partition, Math.max(newest.get(partition) ?? -Infinity, ms));
          const slowest = Math.min(...partitions.map((one) => newest.get(one) ?? -Infinity));
          watermark = Math.max(watermark, slowest - times.outOfOrderMs);
          const endMs = ms - (ms % windowMs) + windowMs;
          expect(outcome === "too_late").toBe(endMs + horizonMs <= watermark);
        }
        const kept = messagesOf(taken, "counted", "duplicate");
        expect(kept.length + aggregates.stats.too_late).toBe(taken.length);
        expect(store.tables).toEqual(recount(kept, windowMs));
      }),
      { numRuns: 300 },
    );
  });

  it("tells of a window as open, then closed once, then updated", () => {
    fc.assert(
      fc.property(streams, smallTimes, (steps, times) => {
        const { store } = run(times, steps);
        for (const states of store.states.values()) {
          expect(states.join(" ")).toMatch(/^(open ?)*(closed ?)?(updated ?)*$/);
          if (states.includes("updated")) expect(states).toContain("closed");
        }
      }),
      { numRuns: 200 },
    );
  });

  it("counts nothing again that is read again", () => {
    fc.assert(
      fc.property(streams, smallTimes, fc.nat(150), (steps, times, from) => {
        const { aggregates, store, taken } = run(times, steps);
        const before = store.tables;
        steps.forEach((step, index) => {
          if (step === "advance" || index < from) return;
          const place = { partition: step.partition, offset: BigInt(index) };
          expect(aggregates.take(step.message, place)).toBe("repeated");
        });
        expect(aggregates.finish().filter(({ state }) => state !== "closed")).toEqual([]);
        expect(store.tables).toEqual(before);
        expect(aggregates.stats.messages - aggregates.stats.repeated).toBe(taken.length);
      }),
      { numRuns: 100 },
    );
  });

  it("stays within its bounds, and accounts for every message", () => {
    const caps = fc.record({
      maxWindows: fc.integer({ min: 1, max: 5 }),
      maxEvents: fc.integer({ min: 1, max: 20 }),
      maxKeys: fc.integer({ min: 1, max: 6 }),
    });
    fc.assert(
      fc.property(streams, caps, (steps, limits) => {
        const { aggregates, store, taken } = run(limits, steps, ({ stats }) => {
          expect(stats.windows_kept).toBeLessThanOrEqual(limits.maxWindows);
          expect(stats.events_kept).toBeLessThanOrEqual(limits.maxEvents);
        });
        const { stats } = aggregates;
        expect(stats.events + stats.duplicates + stats.too_late + stats.overflow).toBe(
          taken.length,
        );
        // What has a row is exact; what has none is in the overflow.
        const truth = recount(messagesOf(taken, "counted"), windowMs);
        const { perMinute, repositories, contributors } = store.tables;
        expect(perMinute).toEqual(truth.perMinute);
        for (const row of repositories) expect(truth.repositories).toContain(row);
        for (const row of contributors) expect(truth.contributors).toContain(row);
        for (const update of store.latest.values()) {
          const { overflow, events } = update;
          const sum = (rows: readonly { events: number }[]): number =>
            rows.reduce((total, row) => total + row.events, 0);
          expect(sum(update.repository_activity) + overflow.repository_events).toBe(events);
          expect(sum(update.contributor_activity) + overflow.contributor_events).toBe(events);
          expect(update.repository_activity.length).toBeLessThanOrEqual(limits.maxKeys);
        }
      }),
      { numRuns: 300 },
    );
  });
});
