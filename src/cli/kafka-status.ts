import type { Settings } from "../lib/config/settings";
import type { Effects } from "../lib/effects";
import { describeError } from "../lib/errors";
import { fetchLags, type GroupLag } from "../lib/kafka/lag";
import { landedTopics } from "../lib/landing/landed-topic";
import { columns } from "./format/columns";

/** How far the groups of the dataset in force are behind, or why that is not known. */
export type KafkaStatus =
  { topics: GroupLag[]; lag: number; problem?: never } | { problem: string; topics?: never };

/** Longer than this nobody waits for `status`. */
const patienceMs = 2000;

/** Asks Kafka, which has two seconds to answer. Never throws. */
export async function readKafkaStatus(
  settings: Settings,
  effects: Pick<Effects, "logger" | "sleep">,
): Promise<KafkaStatus> {
  const wanted = landedTopics(settings, `${settings.kafka.group}-s3`).map((landed) => ({
    topic: landed.settings.kafka.topic,
    group: landed.group,
  }));
  const enough = new AbortController();
  const asked = fetchLags(settings, effects, wanted).finally(() => enough.abort());
  const late = effects.sleep(patienceMs, enough.signal).then(
    () => undefined,
    () => undefined,
  );
  try {
    const topics = await Promise.race([asked, late.then(() => undefined)]);
    if (topics !== undefined) return summarize(topics);
    if (enough.signal.aborted) return summarize(await asked);
    asked.catch(() => undefined);
    const brokers = settings.kafka.brokers.join(", ");
    return { problem: `Kafka at ${brokers} did not answer within ${patienceMs / 1000} s` };
  } catch (error) {
    return { problem: describeError(error) };
  }
}

function summarize(topics: GroupLag[]): KafkaStatus {
  return { topics, lag: topics.reduce((sum, { lag }) => sum + lag, 0) };
}

/** A line a partition, below the line of its group. */
export function formatLags(status: KafkaStatus): string {
  if (status.problem !== undefined) return `lag: not known: ${status.problem}`;
  const lines = [`lag ${status.lag}`];
  if (status.topics.length === 0) lines[0] = "lag: no topic of this dataset yet";
  for (const { topic, group, state, members, partitions, lag } of status.topics) {
    const readers = members.length === 1 ? "1 member" : `${members.length} members`;
    const standing = state === "Dead" ? "nobody has read it yet" : `${state}, ${readers}`;
    lines.push("", `${topic}  group ${group} (${standing})  lag ${lag}`);
    const rows = partitions.map(({ partition, committed, end, lag: behind }) => [
      String(partition),
      committed === null ? "-" : String(committed),
      String(end),
      String(behind),
      members.find((member) => member.partitions.includes(partition))?.id ?? "-",
    ]);
    const table = columns([["partition", "committed", "end", "lag", "member"], ...rows]);
    lines.push(...table.map((line) => `  ${line}`));
  }
  return lines.join("\n");
}
