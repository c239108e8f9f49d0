import { describeError, WorkbenchError } from "../errors";
import { FieldReader } from "../events/fields";
import type { LogBounds, TopicIdentity } from "../kafka/topic";
import { originKey } from "./object-key";
import type { ObjectStore } from "./object-store";

/** Ties a partition's raw objects to the topic they were written from. */
export interface Origin extends TopicIdentity {
  partition: number;
  /** Where the raw objects begin. */
  startOffset: bigint;
}

/**
 * Reads a partition's origin object, or creates it if this is the first reader ever. Whoever
 * creates it first decides, and all others read that.
 *
 * @param startOffset - where to begin if there is none yet
 * @throws {@link WorkbenchError} code S3
 */
export async function readOrCreateOrigin(
  store: ObjectStore,
  prefix: string,
  identity: TopicIdentity,
  partition: number,
  startOffset: bigint,
): Promise<Origin> {
  const key = originKey(prefix, identity.topic, partition);
  const existing = await store.read(key);
  if (existing !== undefined) return parseOrigin(existing, store.address(key));
  const outcome = await store.create({
    key,
    contentType: "application/json",
    metadata: {},
    body: Buffer.from(
      `${JSON.stringify({
        cluster_id: identity.clusterId,
        topic: identity.topic,
        topic_id: identity.topicId,
        partition,
        start_offset: startOffset.toString(),
      })}\n`,
    ),
  });
  if (outcome === "created") return { ...identity, partition, startOffset };
  const winner = await store.read(key);
  if (winner === undefined) {
    throw new WorkbenchError("S3", `${store.address(key)} was there and is gone`, {
      hint: "nothing may delete raw objects while a consumer runs",
    });
  }
  return parseOrigin(winner, store.address(key));
}

/**
 * Where the raw objects of a new prefix begin: where the group stands, or at the log's start if it
 * stands nowhere or before it. Said once, in the origin object, and never asked again.
 */
export function startOffset(bounds: LogBounds, committed: bigint | undefined): bigint {
  return committed === undefined || committed < bounds.low ? bounds.low : committed;
}

/**
 * Compares the topic with the one the raw objects came from.
 *
 * @throws {@link WorkbenchError} code TOPIC_MISMATCH where they differ
 */
export function checkIdentity(origin: TopicIdentity, now: TopicIdentity, place: string): void {
  const sameCluster = origin.clusterId === now.clusterId;
  // An older cluster tells no topic ids: then its own id and the log's bounds must do.
  const sameTopic =
    origin.topicId === null || now.topicId === null || origin.topicId === now.topicId;
  if (sameCluster && sameTopic) return;
  const what = sameCluster
    ? `the topic ${now.topic} was made anew`
    : `the topic ${now.topic} is on another cluster (${now.clusterId}, not ${origin.clusterId})`;
  throw new WorkbenchError("TOPIC_MISMATCH", `${what} since ${place} was begun`, {
    hint: wayOn,
    context: { origin, now },
  });
}

/** What to do where a prefix and a topic no longer fit. */
export const wayOn =
  "begin a new raw prefix for it: set another DATASET (or RAW_BUCKET) and consume again; nothing was overwritten";

function parseOrigin(text: string, address: string): Origin {
  try {
    const origin = FieldReader.of(JSON.parse(text), "an origin object");
    return {
      clusterId: origin.text("cluster_id"),
      topic: origin.text("topic"),
      topicId: origin.nullableText("topic_id"),
      partition: origin.numericId("partition"),
      startOffset: BigInt(origin.text("start_offset")),
    };
  } catch (error) {
    throw new WorkbenchError("S3", `${address} cannot be read: ${describeError(error)}`, {
      cause: error,
      hint: "it ties the raw objects to their topic: restore it, or begin a new prefix",
    });
  }
}
