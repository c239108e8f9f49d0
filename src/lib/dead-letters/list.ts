import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { fetchRanges, readLog } from "../kafka/read-log";
import { deadLetterTopic } from "../kafka/topic";
import { type Letter, readLetter } from "./letter";
import { readMark } from "./marks";
import { ReasonCounts, type ReasonCount } from "./reasons";

/** Which letters to show. */
export interface ListOptions {
  /** The latest so many. Default: 20. */
  limit?: number;
  /** Only those whose reason contains this text, in whatever case. */
  reason?: string;
  /** Only those stored within this time, in milliseconds. */
  sinceMs?: number;
}

/** What the dead-letter topic holds. */
export interface LetterList {
  topic: string;
  /** All that fit, each once. */
  total: number;
  /** Of these: replayed already. */
  replayed: number;
  /** The latest, oldest first. */
  letters: (Letter & { replayed: boolean })[];
  /** The most frequent first. */
  reasons: ReasonCount[];
}

/** Letters shown unless told otherwise. */
export const defaultListLimit = 20;

/**
 * Lists what could not be read. A letter that a crash has stored twice counts once. Held in memory:
 * the letters shown, and 22 characters of each other one.
 *
 * @throws {@link WorkbenchError} code KAFKA
 */
export async function listLetters(
  settings: Settings,
  options: ListOptions,
  effects: Effects,
): Promise<LetterList> {
  const { limit = defaultListLimit, reason, sinceMs } = options;
  const topic = deadLetterTopic(settings.kafka.topic);
  const fromMs = sinceMs === undefined ? -Infinity : effects.now() - sinceMs;
  const ids = new Set<string>();
  const replayed = new Set<string>();
  const reasons = new ReasonCounts();
  let latest: Letter[] = [];
  const ranges = await fetchRanges(settings, effects, topic);
  await readLog(settings, effects, topic, ranges, (message, partition) => {
    const mark = readMark(message);
    if (mark?.kind === "replayed") for (const id of mark.letters) replayed.add(id);
    if (mark !== undefined) return;
    const letter = readLetter(message, partition);
    if (letter.atMs < fromMs || !matchesReason(letter, reason) || ids.has(letter.id)) return;
    ids.add(letter.id);
    reasons.add(letter.reason, letter.atMs);
    latest.push(letter);
    // Cut now and then, not with every letter.
    if (latest.length >= 2 * limit + 100) latest = latestOf(latest, limit);
  });
  return {
    topic,
    total: ids.size,
    replayed: [...ids].filter((id) => replayed.has(id)).length,
    letters: latestOf(latest, limit).map((letter) => ({
      ...letter,
      replayed: replayed.has(letter.id),
    })),
    reasons: reasons.list(),
  };
}

/** Whether a letter's reason contains a text, in whatever case. */
export function matchesReason(
  { reason }: Pick<Letter, "reason">,
  text: string | undefined,
): boolean {
  return text === undefined || reason.toLowerCase().includes(text.toLowerCase());
}

function latestOf(letters: readonly Letter[], limit: number): Letter[] {
  const sorted = [...letters].sort(
    (a, b) => a.atMs - b.atMs || a.partition - b.partition || Number(a.offset - b.offset),
  );
  return limit === 0 ? [] : sorted.slice(-limit);
}
