/** How many events came, by type. */
export type TypeCounts = ReadonlyMap<string, number>;

const halfLifeMs = 180_000;
/** Fewer events say too little of a rate. */
const minEvents = 20;
/** Types told apart; GitHub has fewer than twenty. */
const maxTypes = 60;

/**
 * The rate at which events come to show, by type: what was counted over known times, the newest
 * weighing most.
 */
export class ArrivalRate {
  private readonly events = new Map<string, number>();
  private total = 0;
  private known = false;
  private spanMs = 0;
  private lastMs: number | undefined;

  /** Notes events that came within a span of time that ended at a moment. */
  observe(counts: TypeCounts, spanMs: number, atMs: number): void {
    if (spanMs <= 0) return;
    const sinceMs = this.lastMs === undefined ? 0 : Math.max(0, atMs - this.lastMs);
    const kept = 0.5 ** (sinceMs / halfLifeMs);
    this.lastMs = atMs;
    this.spanMs = this.spanMs * kept + spanMs;
    this.total *= kept;
    for (const [type, events] of this.events) this.events.set(type, events * kept);
    for (const [type, events] of counts) {
      if (!this.events.has(type) && this.events.size >= maxTypes) continue;
      this.events.set(type, (this.events.get(type) ?? 0) + events);
      this.total += events;
    }
    // What fades with time fades for events and spans alike: the rate stays known.
    this.known ||= this.total >= minEvents;
  }

  /** Events a millisecond; undefined where too little is known. */
  get perMs(): number | undefined {
    return this.known ? this.total / this.spanMs : undefined;
  }

  /** The same of one type. */
  perMsOf(type: string): number {
    return this.spanMs === 0 ? 0 : (this.events.get(type) ?? 0) / this.spanMs;
  }

  /** Whether enough events of a type came to tell its rate by themselves. */
  isMeasured(type: string): boolean {
    return (this.events.get(type) ?? 0) >= minEvents;
  }

  /** Types seen. */
  get types(): readonly string[] {
    return [...this.events.keys()];
  }
}

/** Counts events by type. */
export function countTypes(events: Iterable<{ type: string }>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { type } of events) counts.set(type, (counts.get(type) ?? 0) + 1);
  return counts;
}
