import { WorkbenchError } from "../errors";

/** How many requests may be sent. */
export interface RequestBudget {
  /** Takes one request out of the budget; false where none may be sent now. */
  tryTake(nowMs: number): boolean;
}

const hourMs = 3_600_000;

/**
 * A share of an hourly limit, spread evenly: a token bucket that holds one. No hour, whenever it
 * begins, sees more requests than the share.
 *
 * @param limitPerHour - 5,000 for a user's token, 60 without one
 * @param share - from 0 to 1
 * @throws {@link WorkbenchError} code USAGE where the share is none
 */
export function shareBudget(limitPerHour: number, share: number): RequestBudget {
  if (!(share >= 0 && share <= 1)) {
    throw new WorkbenchError("USAGE", `${share} is no share of the rate limit`, {
      hint: "give a number from 0 to 1, such as 0.2",
    });
  }
  const allowed = Math.floor(limitPerHour * share);
  let nextMs = Number.NEGATIVE_INFINITY;
  return {
    tryTake(nowMs) {
      if (allowed === 0 || nowMs < nextMs) return false;
      nextMs = nowMs + hourMs / allowed;
      return true;
    },
  };
}
