import { describe, expect, it } from "vitest";
import { eventKey } from "../../../src/lib/events/event";
import { parseEvent } from "../../../src/lib/events/parse-event";
import { Firehose } from "../../../src/local/simulator/firehose";
import type { SimulatedEvent } from "../../../src/local/simulator/generator";
import { firehoseDefaults } from "../../../src/local/simulator/options";

const startMs = Date.parse("2026-11-24T12:00:00Z");

function firehose(options: Partial<typeof firehoseDefaults> = {}): Firehose {
  return new Firehose({ ...firehoseDefaults, ...options }, startMs);
}

function eventsAt(feed: Firehose, nowMs: number, from = 0, end = 300): SimulatedEvent[] {
  const texts = feed.list(nowMs).slice(from, end);
  return texts.map((text) => JSON.parse(text) as SimulatedEvent);
}

/** Every event of a span, each once, in the order of first sight. */
function everyEvent(feed: Firehose, seconds: number): SimulatedEvent[] {
  const seen = new Map<string, SimulatedEvent>();
  for (let second = 1; second <= seconds; second += 1) {
    for (const event of eventsAt(feed, startMs + second * 1000)) {
      seen.set(`${event.type}:${event.id}`, event);
    }
  }
  return [...seen.values()];
}

describe("Firehose", () => {
  it("gives the same events for the same seed and start, and others for another", () => {
    const texts = firehose()
      .list(startMs + 5000)
      .slice(0, 300);
    expect(
      firehose()
        .list(startMs + 5000)
        .slice(0, 300),
    ).toEqual(texts);
    expect(
      firehose({ seed: 2 })
        .list(startMs + 5000)
        .slice(0, 300),
    ).not.toEqual(texts);
  });

  it("runs at its rate, and tells the truth of any span", () => {
    const feed = firehose({ rate: 120 });
    const { events, byType } = feed.count(startMs, startMs + 600_000);
    expect(events).toBe(72_000);
    expect(byType["PushEvent"]).toBe(72 * 620);
    const keys = [...feed.keys(startMs + 10_500, startMs + 20_250)];
    expect(keys).toHaveLength(1170);
    expect(feed.count(startMs + 10_500, startMs + 20_250).events).toBe(1170);
    const pushes = keys.filter((key) => key.startsWith("PushEvent:"));
    expect(feed.count(startMs + 10_500, startMs + 20_250).byType["PushEvent"]).toBe(pushes.length);
  });

  it("shows each event for as long as it is among the newest 300, in polls of all pages", () => {
    const feed = firehose({ rate: 100 });
    const seen = everyEvent(feed, 60).map((event) => eventKey(parseEvent(event)));
    const truth = [...feed.keys(startMs, startMs + 60_000)];
    expect(truth).toHaveLength(6000);
    expect(new Set(truth).size).toBe(6000);
    expect(truth.filter((key) => !seen.includes(key))).toEqual([]);
    expect(seen.every((key) => feed.existed(key, startMs + 60_000))).toBe(true);
  });
});
