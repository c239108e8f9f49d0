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
export async function fetchTopicState(
  settings: KafkaConfig,
  effects: Effects,
): Promise<TopicState> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const identity = await fetchTopicIdentity(settings, effects);
      const bounds = await withAdmin(settings, effects, (admin) =>
        fetchLogBounds(admin, settings.kafka.topic),
      );
      return { identity, bounds };
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
 * @param nextOffset - the offset of the next record wanted
 * @throws {@link WorkbenchError} code TOPIC_MISMATCH
 */
export function checkPosition(
  origin: Origin,
  state: TopicState,
  nextOffset: bigint,
  place: string,
): void {
  checkIdentity(origin, state.identity, place);
  const { partition, topic } = origin;
  const bounds = state.bounds.get(partition);
  if (bounds === undefined) {
    throw new WorkbenchError("TOPIC_MISMATCH", `${topic} has no partition ${partition} any more`, {
      hint: wayOn,
    });
  }
  const context = { partition, nextOffset: nextOffset.toString() };
  if (bounds.low > nextOffset) {
    throw new WorkbenchError(
      "TOPIC_MISMATCH",
      `the log of ${topic}, partition ${partition}, begins at offset ${bounds.low}: ${bounds.low - nextOffset} records from ${nextOffset} on were deleted before they were landed`,
      { hint: `${wayOn}; give the topic a longer retention`, context },
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
