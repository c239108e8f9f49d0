import type { ConsumeSummary } from "../../lib/consume";
import type { ProgressUpdate } from "../../lib/effects";
import type { SideKind } from "../../lib/events/side-message";
import type { TopicSummary } from "../../lib/landing/topic-summary";

/**
 * What all instances did together. Counts add up; the lag is the group's, which each saw as it was
 * when it ended: the last word is that of who ended last.
 *
 * @param summaries - in the order in which they came, at least one
 */
export function mergeSummaries(summaries: readonly ConsumeSummary[]): ConsumeSummary {
  const kinds = new Set(summaries.flatMap(({ side = {} }) => Object.keys(side)) as SideKind[]);
  const side = [...kinds].map((kind): [SideKind, TopicSummary] => [
    kind,
    mergeTopics(summaries.flatMap((summary) => summary.side?.[kind] ?? [])),
  ]);
  const merged: ConsumeSummary = mergeTopics(summaries);
  if (side.length > 0) merged.side = Object.fromEntries(side);
  return merged;
}

function mergeTopics(topics: readonly TopicSummary[]): TopicSummary {
  const sum = (figure: (topic: TopicSummary) => number): number =>
    topics.reduce((total, topic) => total + figure(topic), 0);
  return {
    messages: sum(({ messages }) => messages),
    objects: sum(({ objects }) => objects),
    dead_letters: sum(({ dead_letters }) => dead_letters),
    lag: topics.at(-1)?.lag ?? 0,
  };
}

/** The progress of all instances in one: figures add up, states stand beside one another. */
export function mergeProgress(
  instances: number,
  updates: readonly ProgressUpdate[],
): ProgressUpdate {
  const figures: Record<string, number> = {};
  for (const update of updates) {
    for (const [name, value] of Object.entries(update.figures ?? {})) {
      if (typeof value === "number") figures[name] = (figures[name] ?? 0) + value;
    }
  }
  const states = [...new Set(updates.map(({ state }) => state))].sort();
  return {
    step: updates[0]?.step ?? "consume",
    state: `${instances} instances: ${states.join(", ")}`,
    figures,
  };
}
