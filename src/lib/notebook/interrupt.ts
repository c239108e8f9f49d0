import { inNotebook } from "./kernel";

interface InterruptState {
  /** What runs now; each is aborted by a stopped cell. */
  running: Set<AbortController>;
  handler: (() => void) | undefined;
}

/** Global, so that the library loaded anew takes over instead of listening twice. */
const key = Symbol.for("github-events-workbench.interrupt");

function interruptState(): InterruptState {
  const holder = globalThis as unknown as Record<symbol, InterruptState | undefined>;
  return (holder[key] ??= { running: new Set(), handler: undefined });
}

/**
 * Makes the Stop button of a notebook abort what {@link interruptible} runs. Does nothing outside
 * a notebook, where Ctrl-C is the program's own affair. May be called again.
 *
 * The listener is set in `setImmediate`: one set while a cell runs kills the kernel, for the
 * kernel takes its own listeners away around the cell's synchronous part.
 */
export function handleInterrupts(): void {
  if (!inNotebook()) return;
  setImmediate(() => {
    const state = interruptState();
    if (state.handler !== undefined) process.off("SIGINT", state.handler);
    state.handler = () => {
      abortRunning();
    };
    process.on("SIGINT", state.handler);
  });
}

/** Aborts all that {@link interruptible} runs. */
export function abortRunning(): void {
  for (const controller of interruptState().running) controller.abort();
}

/**
 * Runs work that the Stop button, or the caller's own signal, ends.
 *
 * @example
 * ```ts
 * await interruptible((signal) => runQuery(settings, sql, {}, systemEffects({ signal })));
 * ```
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  outer?: AbortSignal,
): Promise<T> {
  const controller = new AbortController();
  const { running } = interruptState();
  const onOuter = (): void => {
    controller.abort();
  };
  if (outer?.aborted === true) controller.abort();
  outer?.addEventListener("abort", onOuter);
  running.add(controller);
  try {
    return await work(controller.signal);
  } finally {
    running.delete(controller);
    outer?.removeEventListener("abort", onOuter);
  }
}
