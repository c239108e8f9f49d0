import type { Settings } from "../config/settings";
import type { Effects } from "../effects";
import { type BoardOptions, LiveBoard, type LiveSnapshot } from "./board";
import { watchAggregates, type WatchOptions } from "./watch";

/** Which messages to count, in which windows, and how much of it to show. */
export interface LiveOptions extends Omit<WatchOptions, "onUpdate" | "onRefresh">, BoardOptions {}

/**
 * Tells how things stand, over and over, until the signal aborts or `for` has passed.
 *
 * @param onSnapshot - while its promise is not kept, nothing is told
 * @returns how things stood at the end
 * @throws {@link WorkbenchError} code USAGE or KAFKA
 */
export async function watchSnapshots(
  settings: Settings,
  options: LiveOptions,
  onSnapshot: (snapshot: LiveSnapshot) => void | Promise<void>,
  effects: Effects,
): Promise<LiveSnapshot> {
  const board = new LiveBoard(options);
  const stats = await watchAggregates(
    settings,
    {
      ...options,
      onUpdate: (update) => board.take(update),
      onRefresh: (refreshed) => onSnapshot(board.snapshot(refreshed, effects.now())),
    },
    effects,
  );
  return board.snapshot(stats, effects.now());
}

/**
 * The same as a loop's values: a loop that is slow gets the newest each time, and leaving it ends
 * the reading.
 *
 * @param run - starts the reading with a signal that ends it
 * @example
 * ```ts
 * for await (const { windows } of iterateSnapshots(run)) console.log(windows.at(-1)?.events);
 * ```
 */
export async function* iterateSnapshots(
  run: (onSnapshot: (snapshot: LiveSnapshot) => void, leave: AbortSignal) => Promise<unknown>,
): AsyncGenerator<LiveSnapshot, void, undefined> {
  const leave = new AbortController();
  const box: { newest: LiveSnapshot | undefined; ended: boolean } = {
    newest: undefined,
    ended: false,
  };
  let wake = (): void => undefined;
  const reading = run((snapshot) => {
    box.newest = snapshot;
    wake();
  }, leave.signal).finally(() => {
    box.ended = true;
    wake();
  });
  // Whoever leaves the loop is told of no failure; whoever stays gets it at the end.
  reading.catch(() => undefined);
  try {
    for (;;) {
      const { newest } = box;
      box.newest = undefined;
      if (newest !== undefined) yield newest;
      else if (box.ended) break;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
    await reading;
  } finally {
    leave.abort();
    await reading.catch(() => undefined);
  }
}
