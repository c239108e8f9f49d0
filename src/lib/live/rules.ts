import { WorkbenchError } from "../errors";

/** How windows are cut, when they close and how long they can still be corrected; all times in ms. */
export interface WindowRules {
  /** The length of a window; windows begin at whole multiples of it since 1970, UTC. */
  windowMs: number;
  /** How far behind the newest event of its partition an event may come and be in order. */
  outOfOrderMs: number;
  /** How long after its end, by the watermark, a window stays open. */
  latenessMs: number;
  /** How long after its end, by the watermark, a window can be corrected; then it is forgotten. */
  horizonMs: number;
  /** A partition read to its end with nothing new for this long holds no window open. */
  idleMs: number;
  /** The same for a partition that has more to read and gives nothing. */
  stallMs: number;
  /** An event further than this beyond the clock is not counted. */
  futureMs: number;
  /** A partition further than this before the slowest one waits for it. */
  aheadMs: number;
  /** Windows kept at once; then the oldest is closed before its time. */
  maxWindows: number;
  /** Events remembered at once, over all windows; then the oldest window is closed before its time. */
  maxEvents: number;
  /** Pairs of event type and repository, and of event type and user, told apart in one window. */
  maxKeys: number;
}

/** The rules unless others are given. */
export const defaultWindowRules: WindowRules = {
  windowMs: 60_000,
  outOfOrderMs: 10_000,
  latenessMs: 20_000,
  horizonMs: 600_000,
  idleMs: 10_000,
  stallMs: 60_000,
  futureMs: 300_000,
  aheadMs: 600_000,
  maxWindows: 1000,
  maxEvents: 1_000_000,
  maxKeys: 200_000,
};

/** Event types told apart in one window; GitHub has fewer than twenty. */
export const maxTypes = 100;

/** By name: from, to. */
const bounds: Readonly<Record<keyof WindowRules, readonly [least: number, most: number]>> = {
  windowMs: [1000, 86_400_000],
  outOfOrderMs: [0, 86_400_000],
  latenessMs: [0, 86_400_000],
  horizonMs: [0, 86_400_000],
  idleMs: [100, 86_400_000],
  stallMs: [100, 86_400_000],
  futureMs: [0, 86_400_000],
  aheadMs: [0, 86_400_000],
  maxWindows: [1, 100_000],
  maxEvents: [1, 10_000_000],
  maxKeys: [1, 10_000_000],
};

/**
 * Completes rules with the defaults. The horizon is at least the lateness: a window is not
 * forgotten before it is closed.
 *
 * @throws {@link WorkbenchError} code USAGE, naming the rule that is out of its bounds
 */
export function completeRules(given: Partial<WindowRules> = {}): WindowRules {
  const rules = { ...defaultWindowRules, ...given };
  for (const [name, [least, most]] of Object.entries(bounds)) {
    const value = rules[name as keyof WindowRules];
    if (!Number.isSafeInteger(value) || value < least || value > most) {
      throw new WorkbenchError("USAGE", `${name} of the live windows is ${value}`, {
        hint: `give a whole number from ${least} to ${most}`,
      });
    }
  }
  return { ...rules, horizonMs: Math.max(rules.horizonMs, rules.latenessMs) };
}
