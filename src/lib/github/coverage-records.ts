import type { EventSourceName } from "../events/message";
import type { CoverageMessage } from "../events/side-message";
import type { MissedEvents } from "./coverage";

/** What names the run and the feed that records are of. */
export interface RecordOrigin {
  runId: string;
  source: EventSourceName;
  /** The API's address. */
  api: string;
}

interface Count {
  type: string;
  minuteMs: number;
  captured: number;
  missed: number;
}

const minuteMs = 60_000;

/** Gathers what was captured and what was missed, and hands it out as increments. */
export class CoverageRecords {
  private counts = new Map<string, Count>();
  private seq = 0;

  constructor(private readonly origin: RecordOrigin) {}

  /** Counts an event that was captured. */
  capture(type: string, createdAtMs: number): void {
    this.count(type, Math.floor(createdAtMs / minuteMs) * minuteMs).captured += 1;
  }

  /** Counts events that were missed, as estimated. */
  miss({ type, minuteMs: minute, events }: MissedEvents): void {
    this.count(type, minute).missed += events;
  }

  /** Minutes and types that increments wait for. */
  get size(): number {
    return this.counts.size;
  }

  /**
   * The increments since the last time. An estimate that was too high is taken back from what the
   * same type missed later: `estimated` never goes below `captured`.
   */
  take(nowMs: number): CoverageMessage[] {
    const debts = new Map<string, Count>();
    const records: CoverageMessage[] = [];
    const counts = [...this.counts.values()].sort((a, b) => a.minuteMs - b.minuteMs);
    this.counts = new Map();
    for (const { type, minuteMs: minute, captured, missed } of counts) {
      const left = missed + (debts.get(type)?.missed ?? 0);
      debts.set(type, { type, minuteMs: minute, captured: 0, missed: Math.min(0, left) });
      if (captured === 0 && left <= 0) continue;
      this.seq += 1;
      records.push({
        run_id: this.origin.runId,
        seq: this.seq,
        minute: new Date(minute).toISOString(),
        event_type: type,
        captured,
        estimated: round(captured + Math.max(0, left)),
        source: this.origin.source,
        api: this.origin.api,
        recorded_at: new Date(nowMs).toISOString(),
      });
    }
    for (const debt of debts.values()) {
      if (debt.missed < 0) this.counts.set(`${debt.type} ${debt.minuteMs}`, debt);
    }
    return records;
  }

  private count(type: string, minute: number): Count {
    const key = `${type} ${minute}`;
    const known = this.counts.get(key);
    if (known !== undefined) return known;
    const count = { type, minuteMs: minute, captured: 0, missed: 0 };
    this.counts.set(key, count);
    return count;
  }
}

function round(events: number): number {
  return Math.round(events * 100) / 100;
}
