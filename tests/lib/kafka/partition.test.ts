import { describe, expect, it } from "vitest";
import { createPartitioner } from "../../../src/lib/kafka/partition";

describe("createPartitioner", () => {
  // The hashes are those of Kafka's own org.apache.kafka.common.utils.UtilsTest.
  it.each([
    ["21", -973932308],
    ["foobar", -790332482],
    ["a-little-bit-long-string", -985981536],
    ["a-little-bit-longer-string", -1486304829],
    ["lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971],
    ["abc", 479470107],
  ])("puts %s where Kafka's Java client puts it", async (key, hash) => {
    for (const partitions of [1, 6, 97, 1000]) {
      const choose = await createPartitioner(partitions);
      expect(choose(key)).toBe((hash & 0x7fffffff) % partitions);
    }
  });
});
