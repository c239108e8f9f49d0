import { windowSize } from "./feed";
import { EventGenerator, type SimulatedEvent } from "./generator";

/** How the simulated time passes. */
export interface TimelineOptions {
  seed: number;
  /** The real time at the start. */
  nowMs: number;
  /** Events a second of real time, roughly, while it has history to replay. */
  rate: number;
  /** Simulated seconds in a second of real time, while it has history to replay. */
  speed: number;
  /** Days of history at the start. */
  days: number;
  /** Real time without a request counts as this much at most: nothing happens while nobody looks. */
  idleCapMs: number;
}

const dayMs = 86_400_000;
/** What was opened before the history begins may come to its end within it. */
const warmUpMs = 10 * dayMs;
/** Closer to the present than this it keeps real time. */
const liveWithinMs = 60_000;
/** Events an hour, at least, once it has reached the present: a live view should not look dead. */
const liveEventsPerHour = 3600;

/** Opening a pull request or an issue leads to one event more, mostly. */
const eventsPerNew = 1.13;

/**
 * The newest events of a simulated world whose time runs faster than ours until it has reached the
 * present, so that a few polls see days of activity.
 */
export class Timeline {
  /** The API shows this many events and no more. */
  static readonly windowSize = windowSize;

  private readonly generator: EventGenerator;
  private readonly historyEventsPerHour: number;
  private window: SimulatedEvent[] = [];
  private simulatedMs: number;
  private lastMs: number;

  /** @param note - gets every event, also those that pass while nobody looks */
  constructor(
    private readonly options: TimelineOptions,
    private readonly note: (event: SimulatedEvent) => void = () => undefined,
  ) {
    const { seed, nowMs, rate, speed, days } = options;
    this.historyEventsPerHour = ((rate / speed) * 3600) / eventsPerNew;
    this.simulatedMs = nowMs - days * dayMs;
    this.lastMs = nowMs;
    this.generator = new EventGenerator({
      seed,
      startMs: this.simulatedMs - warmUpMs,
      eventsPerHour: this.historyEventsPerHour,
    });
    this.generateTo(this.simulatedMs);
  }

  /** The newest events at a moment of real time, the newest first. */
  at(nowMs: number): readonly SimulatedEvent[] {
    const { speed, idleCapMs } = this.options;
    const elapsedMs = Math.min(Math.max(0, nowMs - this.lastMs), idleCapMs);
    this.lastMs = Math.max(this.lastMs, nowMs);
    const live = nowMs - this.simulatedMs <= liveWithinMs;
    this.generator.eventsPerHour = live
      ? Math.max(this.historyEventsPerHour, liveEventsPerHour)
      : this.historyEventsPerHour;
    const target = live ? nowMs : this.simulatedMs + elapsedMs * speed;
    this.simulatedMs = Math.max(this.simulatedMs, Math.min(nowMs, target));
    this.generateTo(this.simulatedMs);
    return this.window;
  }

  private generateTo(ms: number): void {
    const fresh: SimulatedEvent[] = [];
    while (this.generator.nextMs <= ms) {
      const event = this.generator.next();
      this.note(event);
      fresh.push(event);
      if (fresh.length >= 2 * Timeline.windowSize) fresh.splice(0, Timeline.windowSize);
    }
    if (fresh.length === 0) return;
    this.window = [...fresh.reverse(), ...this.window].slice(0, Timeline.windowSize);
  }
}
