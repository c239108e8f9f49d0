import type { ProgressUpdate } from "../lib/effects";
import type { TerminalProgress } from "./progress";

/** A log is no terminal: more often than this, progress only fills it. */
const intervalMs = 1000;

/** Progress as log lines, at most one a second; the last state of all is always written. */
export function jsonProgress(
  write: (update: ProgressUpdate) => void,
  now: () => number,
): TerminalProgress {
  let writtenMs = -Infinity;
  let waiting: ProgressUpdate | undefined;
  return {
    update(update) {
      waiting = update;
      if (now() - writtenMs < intervalMs) return;
      writtenMs = now();
      waiting = undefined;
      write(update);
    },
    clear: () => undefined,
    finish() {
      if (waiting !== undefined) write(waiting);
      waiting = undefined;
    },
  };
}
