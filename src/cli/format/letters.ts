import { formatOrigin } from "../../lib/dead-letters/letter";
import type { LetterList } from "../../lib/dead-letters/list";
import { columns } from "./columns";
import { printable } from "./printable";

const maxReason = 60;
const maxOrigin = 48;
const previewLength = 40;
/** In JSON there is more room. */
const longPreviewLength = 200;

/** A line a letter. What outsiders wrote must not steer the terminal. */
export function formatLetters({ topic, total, replayed, letters }: LetterList): string {
  if (total === 0) return `no letters in ${topic}`;
  const rows = letters.map((letter) => [
    utc(letter.atMs),
    `${letter.partition}:${letter.offset}`,
    printable(formatOrigin(letter.found), maxOrigin),
    printable(letter.reason, maxReason),
    String(letter.value?.length ?? 0),
    letter.replayed ? "replayed" : "-",
    printable(preview(letter.value, previewLength + 1), previewLength),
  ]);
  const head = ["when (UTC)", "letter", "found at", "reason", "bytes", "state", "begins with"];
  const table = letters.length === 0 ? [] : [...columns([head, ...rows]), ""];
  const shown = letters.length < total ? `the latest ${letters.length} of ` : "";
  return [...table, `${shown}${total} letters in ${topic}, ${replayed} of them replayed`].join(
    "\n",
  );
}

/** A line a reason. */
export function formatReasons({ topic, total, reasons }: LetterList): string {
  if (total === 0) return `no letters in ${topic}`;
  const rows = reasons.map(({ reason, letters, lastMs }) => [
    String(letters),
    utc(lastMs),
    printable(reason, 120),
  ]);
  return columns([["letters", "last (UTC)", "reason"], ...rows]).join("\n");
}

/** The list as JSON, snake_case as all summaries are. */
export function letterRecords({ topic, total, replayed, letters, reasons }: LetterList): object {
  return {
    topic,
    total,
    replayed,
    letters: letters.map(({ found, ...letter }) => ({
      partition: letter.partition,
      offset: Number(letter.offset),
      at: new Date(letter.atMs).toISOString(),
      ...(found.kind === "topic"
        ? {
            from_topic: found.topic,
            from_partition: found.partition,
            from_offset: Number(found.offset),
          }
        : { origin: found.origin }),
      reason: letter.reason,
      bytes: letter.value?.length ?? 0,
      replayed: letter.replayed,
      preview: preview(letter.value, longPreviewLength),
    })),
    by_reason: reasons.map(({ reason, letters: count, lastMs }) => ({
      reason,
      letters: count,
      last: new Date(lastMs).toISOString(),
    })),
  };
}

/** The first characters; bytes that are no text show as U+FFFD. */
function preview(value: Buffer | null, length: number): string {
  // Four bytes are the longest character there is.
  return (value ?? Buffer.alloc(0))
    .subarray(0, 4 * length)
    .toString()
    .slice(0, length);
}

function utc(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}
