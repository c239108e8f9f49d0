import fc from "fast-check";
import type { EventMessage } from "../../../src/lib/events/message";
import type { LiveClock } from "../../../src/lib/live/windowed-aggregates";

/** The event times of the made-up streams begin here. */
export const startMs = Date.UTC(2026, 0, 31, 23, 50);

/** A made-up message. */
export function message(overrides: Partial<EventMessage> & { atMs?: number } = {}): EventMessage {
  const { atMs = startMs, ...fields } = overrides;
  return {
    id: "1",
    event_type: "PushEvent",
    repo: "octo/repo",
    user: "octo",
    timestamp: new Date(atMs).toISOString(),
    repo_id: 1,
    user_id: 1,
    org: null,
    source: "file",
    ingested_at: new Date(atMs).toISOString(),
    payload: {},
    ...fields,
  };
}

/** A clock that stands where it is put. */
export class HandClock implements LiveClock {
  constructor(
    public nowMs = startMs + 86_400_000,
    public waitedMs = 0,
  ) {}

  now(): number {
    return this.nowMs;
  }

  waited(): number {
    return this.waitedMs;
  }
}

/** A step of a stream: a message of a partition, or a moment at which updates are taken. */
export type Step = { message: EventMessage; partition: number } | "advance";

const event = fc.record({
  type: fc.constantFrom("WatchEvent", "IssuesEvent", "ForkEvent"),
  repo: fc.nat(3),
  user: fc.nat(3),
  /** Seconds within half an hour. */
  at: fc.nat(1800),
  size: fc.option(fc.nat(5)),
  distinctSize: fc.option(fc.nat(5)),
});

/** Streams of three partitions: shuffled, with doubles, updates taken anywhere. */
export const streams: fc.Arbitrary<Step[]> = fc
  .array(event, { minLength: 1, maxLength: 60 })
  .chain((events) => {
    const messages = events.map((one, index) =>
      message({
        // The same id in two types is two events.
        id: String(Math.floor(index / 2)),
        event_type: index % 2 === 0 ? "PushEvent" : one.type,
        repo: `octo/repo-${one.repo}`,
        user: `user-${one.user}`,
        atMs: startMs + one.at * 1000,
        payload: {
          ...(one.size === null ? {} : { size: one.size }),
          ...(one.distinctSize === null ? {} : { distinct_size: one.distinctSize }),
        },
      }),
    );
    const step = fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ message: fc.constantFrom(...messages), partition: fc.nat(2) }),
      },
      { weight: 1, arbitrary: fc.constant("advance" as const) },
    );
    return fc.array(step, { minLength: 1, maxLength: 150 });
  });
