import { describe, expect, it } from "vitest";
import { findDifferences, topicConfig, type TopicShape } from "../../../src/lib/kafka/topic-config";

const wish = { brokers: ["a:1", "b:2"], partitions: 6, replication: 3 };

function shape(changes: Partial<TopicShape> & { set?: Record<string, string> } = {}): TopicShape {
  const { set = {}, ...rest } = changes;
  const config = new Map(Object.entries({ ...topicConfig(rest.replicas ?? 3), ...set }));
  return { topic: "t", partitions: 6, replicas: 3, config, ...rest };
}

describe("topicConfig", () => {
  it.each([
    [1, "1"],
    [2, "1"],
    [3, "2"],
    [5, "2"],
  ])("of %i copies %s have to be there", (replication, minIsr) => {
    expect(topicConfig(replication)).toEqual({
      "cleanup.policy": "delete",
      "min.insync.replicas": minIsr,
      "unclean.leader.election.enable": "false",
    });
  });
});

describe("findDifferences", () => {
  it("finds none in a topic as it is made", () => {
    expect(findDifferences(shape(), wish)).toEqual([]);
    // What is not told is no difference: a cluster may not let it be seen.
    expect(findDifferences(shape({ config: new Map() }), wish)).toEqual([]);
  });

  it.each<[string, TopicShape, string, RegExp]>([
    [
      "too few partitions",
      shape({ partitions: 3 }),
      "t has 3 partitions, not 6",
      /KAFKA_PARTITIONS=3, or kafka-topics.sh --bootstrap-server a:1,b:2 .*--partitions 6/,
    ],
    [
      "too many partitions, which nothing takes away",
      shape({ partitions: 9 }),
      "t has 9 partitions, not 6",
      /^set KAFKA_PARTITIONS=9$/,
    ],
    ["replicas", shape({ replicas: 1 }), "t has 1 replicas, not 3", /KAFKA_REPLICATION=1/],
    [
      "copies that may be missing",
      shape({ set: { "min.insync.replicas": "1" } }),
      "t has min.insync.replicas=1, not 2",
      /kafka-configs.sh .*--entity-name t --add-config min.insync.replicas=2$/,
    ],
    [
      "elections of who has missed records",
      shape({ set: { "unclean.leader.election.enable": "true" } }),
      "t has unclean.leader.election.enable=true, not false",
      /--add-config unclean.leader.election.enable=false$/,
    ],
  ])("names %s, and what mends it", (_what, seen, message, mendedBy) => {
    expect(findDifferences(seen, wish)).toEqual([
      { message, mendedBy: expect.stringMatching(mendedBy) as string },
    ]);
  });
});
