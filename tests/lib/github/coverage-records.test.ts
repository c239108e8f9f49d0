import { describe, expect, it } from "vitest";
import { CoverageRecords } from "../../../src/lib/github/coverage-records";

const origin = { runId: "run", source: "github" as const, api: "https://api.github.com" };
const minuteMs = Date.UTC(2026, 0, 31, 23, 59);

describe("CoverageRecords", () => {
  it("hands out increments by minute and type, once", () => {
    const records = new CoverageRecords(origin);
    records.capture("PushEvent", minuteMs + 100);
    records.capture("PushEvent", minuteMs + 59_999);
    records.capture("ForkEvent", minuteMs + 60_000);
    records.miss({ type: "PushEvent", minuteMs, events: 3.1234 });
    expect(records.take(minuteMs + 90_000)).toEqual([
      {
        run_id: "run",
        seq: 1,
        minute: "2026-01-31T23:59:00.000Z",
        event_type: "PushEvent",
        captured: 2,
        estimated: 5.12,
        source: "github" as const,
        api: "https://api.github.com",
        recorded_at: "2026-02-01T00:00:30.000Z",
      },
      expect.objectContaining({ seq: 2, event_type: "ForkEvent", captured: 1, estimated: 1 }),
    ]);
    expect(records.take(minuteMs + 150_000)).toEqual([]);
    records.capture("PushEvent", minuteMs);
    expect(records.take(minuteMs + 210_000)).toMatchObject([{ seq: 3, captured: 1, estimated: 1 }]);
  });

  it("takes an estimate that was too high back from what is missed later, of the same type", () => {
    const records = new CoverageRecords(origin);
    records.capture("PushEvent", minuteMs);
    records.miss({ type: "PushEvent", minuteMs, events: -5 });
    records.miss({ type: "ForkEvent", minuteMs, events: 4 });
    expect(records.take(0)).toMatchObject([
      { event_type: "PushEvent", captured: 1, estimated: 1 },
      { event_type: "ForkEvent", captured: 0, estimated: 4 },
    ]);
    records.miss({ type: "PushEvent", minuteMs: minuteMs + 60_000, events: 7 });
    expect(records.take(0)).toMatchObject([{ captured: 0, estimated: 2 }]);
    expect(records.size).toBe(0);
  });
});
