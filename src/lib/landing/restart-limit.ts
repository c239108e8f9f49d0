import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";

/** Restarts of the client after a failure, with nothing landed in between. */
const maxRestarts = 5;
/** A client that has read in peace for this long begins to count anew, landed or not. */
const peaceMs = 10 * 60_000;

/** Counts how often the client was started again in vain. */
export class RestartLimit {
  attempts = 0;
  private lastMs = 0;

  constructor(private readonly effects: Pick<Effects, "now">) {}

  get isSpent(): boolean {
    return this.attempts > maxRestarts;
  }

  /** Whether it may be started once more. */
  allow(): boolean {
    const nowMs = this.effects.now();
    if (nowMs - this.lastMs > peaceMs) this.attempts = 0;
    this.lastMs = nowMs;
    this.attempts += 1;
    return !this.isSpent;
  }

  /** Something was landed: it was not in vain. */
  landed(): void {
    this.attempts = 0;
  }

  /** The last failure, with what led to it. */
  giveUp(error: WorkbenchError): WorkbenchError {
    return new WorkbenchError(
      error.code,
      `gave up after ${maxRestarts} restarts with nothing landed in between: ${error.message}`,
      {
        cause: error,
        hint: `${error.hint ?? "npx workbench status, or the brokers' logs, tell more"}; then consume again: it goes on where it stopped`,
      },
    );
  }
}
