import type { ProgressUpdate } from "../lib/effects";

/** How often a stream that is no terminal is told of progress. */
const plainIntervalMs = 10_000;
/** How often a terminal's line is drawn anew; more often only flickers. */
const terminalIntervalMs = 100;

export interface TerminalProgress {
  update: (update: ProgressUpdate) => void;
  /** Wipes the line, so that something else can be written; the next update draws it again. */
  clear: () => void;
  finish: () => void;
}

/**
 * Draws progress on one line that is written over on a terminal, and as a line now and then
 * (each change of state, and every ten seconds) elsewhere.
 */
export function terminalProgress(
  stream: { write(text: string): unknown; isTTY?: boolean; columns?: number },
  now: () => number,
): TerminalProgress {
  let drawn = false;
  let lastDrawnMs = -Infinity;
  let lastState = "";
  const started = new Map<string, number>();

  const clear = (): void => {
    if (drawn) stream.write("\r\u001b[K");
    drawn = false;
  };
  return {
    clear,
    finish: clear,
    update(update) {
      const startedMs = started.get(update.step) ?? now();
      started.set(update.step, startedMs);
      const state = `${update.step}:${update.state}`;
      const changed = state !== lastState;
      const intervalMs = stream.isTTY === true ? terminalIntervalMs : plainIntervalMs;
      if (!changed && now() - lastDrawnMs < intervalMs) return;
      lastDrawnMs = now();
      lastState = state;
      const line = formatProgress(update, now() - startedMs);
      if (stream.isTTY === true) {
        stream.write(`\r\u001b[K${line.slice(0, (stream.columns ?? 80) - 1)}`);
        drawn = true;
      } else {
        stream.write(`${line}\n`);
      }
    },
  };
}

/** `etl RUNNING 00:42 · rows 1,913 · 40 %` */
export function formatProgress(update: ProgressUpdate, elapsedMs: number): string {
  const parts = [`${update.step} ${update.state} ${formatElapsed(elapsedMs)}`];
  for (const [name, value] of Object.entries(update.figures ?? {})) {
    parts.push(`${name} ${typeof value === "number" ? value.toLocaleString("en-US") : value}`);
  }
  if (update.fraction !== undefined) parts.push(`${Math.floor(update.fraction * 100)} %`);
  return parts.join(" · ");
}

function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (value: number): string => String(value).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours > 0 ? `${hours}:${rest}` : rest;
}
