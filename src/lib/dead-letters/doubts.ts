import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { fetchRanges, type OffsetRange, readLog } from "../kafka/read-log";
import type { LogEnds } from "./marks";
import { letterHeader } from "./replay-writer";

/** What became of letters that an earlier run was about to send. */
export interface SettledDoubts {
  /** They are in their topic. */
  stored: ReadonlySet<string>;
  /** They may have been: the log that would tell was cut, or made anew. All others were not sent. */
  unknown: ReadonlySet<string>;
}

/**
 * Looks for messages of letters in the topics they would be in, from where these ended when the
 * letters were about to be sent. After a run that ended well there is nothing to look for.
 *
 * @param doubtful - the ids of the letters, and where their topics ended
 * @throws {@link WorkbenchError} code KAFKA
 */
export async function settleDoubts(
  settings: Settings,
  doubtful: ReadonlyMap<string, LogEnds>,
  effects: Effects,
): Promise<SettledDoubts> {
  const stored = new Set<string>();
  const unknown = new Set<string>();
  if (doubtful.size === 0) return { stored, unknown };
  effects.logger.info("an earlier replay did not end: looking for what it had sent", {
    letters: doubtful.size,
  });
  const topics = new Set([...doubtful.values()].flatMap((ends) => Object.keys(ends)));
  for (const topic of topics) {
    const held = await fetchRanges(settings, effects, topic);
    const ranges = new Map<number, OffsetRange>();
    for (const [id, ends] of doubtful) {
      for (const [partition, end] of Object.entries(ends[topic] ?? {})) {
        const range = held.get(Number(partition));
        const from = BigInt(end);
        if (range === undefined || range.from > from || range.to < from) {
          unknown.add(id);
          continue;
        }
        const before = ranges.get(Number(partition));
        if (before === undefined || from < before.from) {
          ranges.set(Number(partition), { from, to: range.to });
        }
      }
    }
    await readLog(settings, effects, topic, ranges, ({ headers }) => {
      const id = headers?.[letterHeader]?.toString();
      if (id !== undefined && doubtful.has(id)) stored.add(id);
    });
  }
  for (const id of stored) unknown.delete(id);
  return { stored, unknown };
}
