import type { Admin, GroupDescription } from "kafkajs";
import type { Effects } from "../effects";
import { type KafkaConfig, withAdmin } from "./client";
import { fetchLogBounds, type LogBounds } from "./topic";

/** A topic, and the group that reads it. */
export interface GroupOfTopic {
  topic: string;
  group: string;
}

/** How far a group is behind its topic. */
export interface GroupLag extends GroupOfTopic {
  /** `Stable`, `Empty`, `PreparingRebalance`, …; `Dead` where there is no such group. */
  state: string;
  members: GroupMember[];
  partitions: PartitionLag[];
  /** Messages not committed yet, over all partitions. */
  lag: number;
}

/** Somebody who reads for the group. */
export interface GroupMember {
  /** As the broker calls it: the client's name, then a UUID. */
  id: string;
  host: string;
  /** The partitions of the topic that are its own now. */
  partitions: number[];
}

/** Where a group stands in one partition. */
export interface PartitionLag {
  partition: number;
  /** The offset of the next message wanted; null where nothing was committed yet. */
  committed: number | null;
  /** The offset the next message will have. */
  end: number;
  lag: number;
}

/**
 * Asks how far groups are behind. A topic that is not there is left out.
 *
 * @throws {@link WorkbenchError} code KAFKA
 */
export function fetchLags(
  settings: KafkaConfig,
  effects: Pick<Effects, "logger" | "sleep">,
  wanted: readonly GroupOfTopic[],
): Promise<GroupLag[]> {
  return withAdmin(settings, effects, async (admin) => {
    const topics = new Set(await admin.listTopics());
    const present = wanted.filter(({ topic }) => topics.has(topic));
    if (present.length === 0) return [];
    const { groups } = await admin.describeGroups(present.map(({ group }) => group));
    const lags: GroupLag[] = [];
    for (const one of present) {
      const described = groups.find(({ groupId }) => groupId === one.group);
      lags.push(await fetchLag(admin, one, described));
    }
    return lags;
  });
}

async function fetchLag(
  admin: Admin,
  { topic, group }: GroupOfTopic,
  described: GroupDescription | undefined,
): Promise<GroupLag> {
  // The offsets first: what is committed meanwhile then makes no lag below zero.
  const [offsets] = await admin.fetchOffsets({ groupId: group, topics: [topic] });
  const bounds = await fetchLogBounds(admin, topic);
  const committed = new Map(
    (offsets?.partitions ?? []).map(({ partition, offset }) => [partition, BigInt(offset)]),
  );
  const partitions = [...bounds].map(([partition, bound]) =>
    lagOf(partition, bound, committed.get(partition)),
  );
  return {
    topic,
    group,
    state: described?.state ?? "Dead",
    members: await readMembers(described, topic),
    partitions,
    lag: partitions.reduce((sum, { lag }) => sum + lag, 0),
  };
}

/** Below zero means none. Where the log was cut beyond it, what is left is what lags. */
function lagOf(
  partition: number,
  { low, high }: LogBounds,
  committed: bigint | undefined,
): PartitionLag {
  const known = committed !== undefined && committed >= 0n ? committed : undefined;
  const from = known === undefined || known < low ? low : known;
  return {
    partition,
    committed: known === undefined ? null : Number(known),
    end: Number(high),
    lag: Number(high > from ? high - from : 0n),
  };
}

async function readMembers(
  described: GroupDescription | undefined,
  topic: string,
): Promise<GroupMember[]> {
  const { AssignerProtocol } = await import("kafkajs");
  return (described?.members ?? []).map(({ memberId, clientHost, memberAssignment }) => {
    // Between two generations a member has none yet.
    const decoded =
      memberAssignment.length === 0
        ? null
        : AssignerProtocol.MemberAssignment.decode(memberAssignment);
    return {
      id: memberId,
      host: clientHost.replace(/^\//, ""),
      partitions: [...(decoded?.assignment[topic] ?? [])].sort((a, b) => a - b),
    };
  });
}
