import type { Effects } from "../effects";
import { parseDurationMs } from "../duration";
import { type KafkaConfig, withAdmin } from "../kafka/client";
import { fetchLogBounds } from "../kafka/topic";

/** Where in one partition the reading begins. */
export interface StartPlace {
  offset: bigint;
  /** Whether there is something to read from there on. */
  hasMore: boolean;
  /** The log once had records before this place, which are deleted: its oldest ones are gone. */
  cut: boolean;
}

/** Where the reading begins, by partition. */
export interface Start {
  places: ReadonlyMap<number, StartPlace>;
  /** Windows that begin before this (ms since 1970) may have had more; -Infinity for none. */
  partialBeforeMs: number;
}

/**
 * Reads how far back to begin: `now`, `earliest`, or a duration such as `10m`.
 *
 * @returns milliseconds; Infinity for all there is
 * @throws {@link WorkbenchError} code USAGE
 */
export function readBackMs(from: string): number {
  if (from === "earliest") return Infinity;
  return from === "now" ? 0 : parseDurationMs(from, "from, neither now nor earliest,");
}

/**
 * Finds the places to begin at, by the records' Kafka timestamps.
 *
 * @param backMs - see {@link readBackMs}
 * @throws {@link WorkbenchError} code KAFKA
 */
export async function findStart(
  settings: KafkaConfig,
  backMs: number,
  effects: Effects,
): Promise<Start> {
  const fromMs = effects.now() - backMs;
  const { topic } = settings.kafka;
  return withAdmin(settings, effects, async (admin) => {
    const bounds = await fetchLogBounds(admin, topic);
    const found =
      backMs > 0 && Number.isFinite(backMs)
        ? await admin.fetchTopicOffsetsByTimestamp(topic, fromMs)
        : [];
    const byTime = new Map(found.map(({ partition, offset }) => [partition, BigInt(offset)]));
    const places = new Map<number, StartPlace>();
    for (const [partition, { low, high }] of bounds) {
      const offset = backMs === 0 ? high : (byTime.get(partition) ?? low);
      const cut = low > 0n && offset === low && backMs > 0;
      places.set(partition, { offset, hasMore: offset < high, cut });
    }
    return { places, partialBeforeMs: fromMs };
  });
}
