import type { Effects } from "../effects";
import { WorkbenchError } from "../errors";
import { type KafkaConfig, withAdmin } from "../kafka/client";
import {
  fetchLogBounds,
  fetchTopicIdentity,
  type LogBounds,
  type TopicIdentity,
} from "../kafka/topic";
import { checkIdentity, type Origin, wayOn } from "./origin";

const maxAttempts = 8;

/** What is known of a topic at one moment. */
export interface TopicState {
  identity: TopicIdentity;
  bounds: ReadonlyMap<number, LogBounds>;
}

/** Asks the cluster what the topic is now; waits out a broker that is away for a moment. */
export function fetchTopicState(settings: KafkaConfig, effects: Effects): Promise<TopicState> {
  return patiently(effects, async () => {
    const identity = await fetchTopicIdentity(settings, effects);
    const bounds = await withAdmin(settings, effects, (admin) =>
      fetchLogBounds(admin, settings.kafka.topic),
    );
    return { identity, bounds };
  });
}

/** Asks again, for about two minutes, while a broker is away. */
export async function patiently<T>(effects: Effects, ask: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      const retryable = error instanceof WorkbenchError && error.retryable;
      if (!retryable || attempt >= maxAttempts) throw error;
      await effects.sleep(Math.min(30_000, 500 * 2 ** attempt), effects.signal);
    }
  }
}

/**
 * Makes sure that the topic is the one an origin names, and that its log still holds what is wanted
 * next. A consumer never begins anew by itself: what lies between would be lost in silence.
 *
 * @param nextOffset - the offset of the next record wanted, when the state was asked for
 * @param reachedOffset - the same now: what lies between was read meanwhile and may leave the log
 * @throws {@link WorkbenchError} code TOPIC_MISMATCH
 */
export function checkPosition(
  origin: Origin,
  state: TopicState,
  nextOffset: bigint,
  place: string,
  reachedOffset = nextOffset,
): void {
  checkIdentity(origin, state.identity, place);
  const { partition, topic } = origin;
  const bounds = state.bounds.get(partition);
  if (bounds === undefined) {
    throw new WorkbenchError("TOPIC_MISMATCH", `${topic} has no partition ${partition} any more`, {
      hint: wayOn,
    });
  }
  const context = { partition, nextOffset: reachedOffset.toString() };
  if (bounds.low > reachedOffset) {
    throw new WorkbenchError(
      "TOPIC_MISMATCH",
      `the log of ${topic}, partition ${partition}, begins at offset ${bounds.low}: ${bounds.low - reachedOffset} records from ${reachedOffset} on were deleted before they were landed`,
      {
        hint: `${wayOn}; give the topic a longer retention`,
        context: { ...context, cut: true },
      },
    );
  }
  if (bounds.high < nextOffset) {
    throw new WorkbenchError(
      "TOPIC_MISMATCH",
      `the log of ${topic}, partition ${partition}, ends at offset ${bounds.high}, before the ${nextOffset} that was to come next: the topic was made anew or cut`,
      { hint: wayOn, context },
    );
  }
}

/**
 * Makes sure that what was read can be written: the topic is still the one, and its log reaches as
 * far. What was read may leave the log meanwhile.
 *
 * @param lastOffset - of the last record read, before the state was asked for
 * @throws {@link WorkbenchError} code TOPIC_MISMATCH
 */
export function checkReached(
  origin: Origin,
  state: TopicState,
  lastOffset: bigint,
  place: string,
): void {
  const low = state.bounds.get(origin.partition)?.low ?? 0n;
  const reached = lastOffset + 1n;
  checkPosition(origin, state, reached, place, low > reached ? low : reached);
}
