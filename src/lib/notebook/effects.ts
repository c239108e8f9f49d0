import { systemEffects, type Effects } from "../effects";
import { handleInterrupts, interruptible } from "./interrupt";
import { inNotebook } from "./kernel";
import { notebookProgress, type NotebookProgress } from "./progress";

/** The progress drawn for the work of a signal, to be ended with it. */
const drawn = new WeakMap<AbortSignal, NotebookProgress>();

/**
 * The effects of a verb called in a notebook: progress drawn in the cell, in place. In a script
 * there is none. Give it the signal of {@link runStoppable}.
 */
export function notebookEffects(signal?: AbortSignal): Effects {
  const effects = systemEffects(signal === undefined ? {} : { signal });
  if (!inNotebook()) return effects;
  const progress = notebookProgress(() => effects.now());
  if (signal !== undefined) drawn.set(signal, progress);
  return { ...effects, progress: progress.update };
}

/**
 * Runs work that a stopped cell stops too: the signal aborts. In a script only the caller's own
 * signal does.
 *
 * @param outer - a signal of the caller's own
 *
 * @example
 * ```ts
 * await runStoppable((signal) => runEtl(settings, {}, notebookEffects(signal)));
 * ```
 */
export async function runStoppable<T>(
  work: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> {
  handleInterrupts();
  return interruptible(async (signal) => {
    try {
      return await work(signal);
    } finally {
      drawn.get(signal)?.finish();
    }
  }, outer);
}
