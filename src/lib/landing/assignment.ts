import type { PartitionWriter } from "./partition-writer";
import type { TopicState } from "./topic-guard";

/** A partition this member has: its writer, once its place in the log is known. */
export interface Assignment {
  writer: PartitionWriter | undefined;
  /** The first offset of a batch that left a gap: the second time it is a gap in the log itself. */
  gapAt: bigint | undefined;
  /**
   * Begins a look at the topic; what it returns throws TOPIC_MISMATCH where the log, looked at since,
   * no longer holds what is wanted next.
   */
  beginCheck: (() => (state: TopicState) => void) | undefined;
}
