import { describe, expect, it } from "vitest";
import { type Codec, gzipCodec } from "../../../src/lib/kafka/compression";
import { IdempotentSender } from "../../../src/lib/kafka/idempotent-sender";
import type { InternalCluster } from "../../../src/lib/kafka/internal-cluster";
import { type EncodedRecords, encodeRecords } from "../../../src/lib/kafka/record-batch";
import { silentMetrics } from "../../../src/lib/metrics/definitions";
import { VirtualTime } from "../support/virtual-time";

const topic = "events";

/** What the cluster does with a request: answers with a code of Kafka's, says nothing, or breaks. */
type Answer = number | "nothing" | "silence" | Error;

function answerTo(code: number, partition: number): Buffer {
  const name = Buffer.from(topic);
  const answer = Buffer.alloc(4 + 2 + name.length + 4 + 22 + 4);
  answer.writeInt32BE(1, 0);
  answer.writeInt16BE(name.length, 4);
  name.copy(answer, 6);
  answer.writeInt32BE(1, 6 + name.length);
  answer.writeInt32BE(partition, 10 + name.length);
  answer.writeInt16BE(code, 14 + name.length);
  return answer;
}

/** A cluster of one broker that gives these answers, one after the other, and keeps what was sent. */
function clusterOf(answers: Answer[]): {
  cluster: InternalCluster;
  sent: Buffer[];
  done: string[];
} {
  const sent: Buffer[] = [];
  const done: string[] = [];
  const act = (name: string) => () => Promise.resolve(void done.push(name));
  const connection: Awaited<ReturnType<InternalCluster["findBroker"]>>["connectionPool"] = {
    getConnection: () => Promise.resolve(connection),
    send: async ({ request, response }) => {
      const { buffer } = (await request.encode()) as unknown as { buffer: Buffer };
      sent.push(Buffer.from(buffer));
      const answer = answers.shift() ?? 0;
      if (answer instanceof Error) throw answer;
      if (answer === "silence") return new Promise(() => undefined);
      const payload = answerTo(answer === "nothing" ? 0 : answer, answer === "nothing" ? 9 : 2);
      return response.parse(await response.decode(payload));
    },
  };
  const broker = {
    versions: {},
    connect: act("connect broker"),
    disconnect: act("disconnect broker"),
    initProducerId: () => Promise.resolve({ producerId: "7", producerEpoch: 0 }),
    connectionPool: connection,
  };
  const cluster: InternalCluster = {
    connect: act("connect"),
    disconnect: act("disconnect"),
    isConnected: () => true,
    refreshMetadata: act("refresh"),
    refreshMetadataIfNecessary: () => Promise.resolve(),
    addTargetTopic: () => Promise.resolve(),
    removeBroker: () => void done.push("remove broker"),
    findControllerBroker: () => Promise.resolve(broker),
    findBroker: () => Promise.resolve(broker),
    findLeaderForPartitions: () => ({ "1": [2] }),
  };
  return { cluster, sent, done };
}

function records(count: number): EncodedRecords {
  const list = Array.from({ length: count }, () => ({ key: "k", value: "v", timestampMs: 5 }));
  return encodeRecords(list, count * 100);
}

const plain: Codec = { number: 0, compress: (bytes) => Promise.resolve(bytes) };

function senderOf(answers: Answer[], codec = plain) {
  const { cluster, sent, done } = clusterOf(answers);
  const time = new VirtualTime();
  let retries = 0;
  const metrics = { ...silentMetrics, add: (): void => void (retries += 1) };
  const kafka = { brokers: ["127.0.0.1:9092"] };
  const open = (): Promise<InternalCluster> => {
    done.push("open");
    return Promise.resolve(cluster);
  };
  const sender = new IdempotentSender(
    { kafka, topic, codec, open, producerId: 7n, producerEpoch: 0 },
    time.effects({ metrics }),
    cluster,
  );
  return { sender, sent, done, time, retries: () => retries };
}

/** The sequence number of the batch in a request. */
function sequenceIn(request: Buffer): number {
  return request.readInt32BE(14 + topic.length + 12 + 53);
}

const closed = Object.assign(new Error("closed"), {
  name: "KafkaJSConnectionClosedError",
  retriable: true,
  host: "127.0.0.1",
  port: 9092,
});

describe("IdempotentSender", () => {
  it("numbers batches by the records before them", async () => {
    const { sender, sent } = senderOf([]);
    for (const count of [3, 4, 1]) expect(await sender.send(2, records(count))).toBe("stored");
    expect(sent.map(sequenceIn)).toEqual([0, 3, 7]);
  });

  it.each([
    ["the leader has moved", 6, "refresh"],
    ["too few replicas are in sync", 19, "refresh"],
    ["the broker waited too long for its replicas", 7, "refresh"],
    ["the connection broke", closed, "open"],
    ["no answer comes", "silence" as const, "open"],
    ["another partition closed the connections", new TypeError("reading 'brokers'"), "open"],
  ])("sends the very same bytes again where %s", async (_, answer, remedy) => {
    const { sender, sent, done, retries } = senderOf([answer, answer, 0]);
    expect(await sender.send(2, records(3))).toBe("stored");
    expect(sent).toHaveLength(3);
    expect(sent.every((request) => request.equals(sent[0] ?? Buffer.alloc(0)))).toBe(true);
    expect(done.filter((name) => name === remedy)).toHaveLength(2);
    expect(retries()).toBe(2);
    await sender.send(2, records(1));
    expect(sequenceIn(sent[3] ?? Buffer.alloc(0))).toBe(3);
  });

  it("takes a batch that is there already as stored, if it was sent before", async () => {
    const { sender } = senderOf([closed, 46]);
    expect(await sender.send(2, records(3))).toBe("stored");
    const first = senderOf([46]);
    await expect(first.sender.send(2, records(3))).rejects.toThrow("does not know this producer");
  });

  it("gives up after two minutes, with what mends it", async () => {
    const answers = Array.from({ length: 100 }, () => closed);
    const { sender, time } = senderOf(answers);
    const startMs = time.nowMs;
    await expect(sender.send(2, records(3))).rejects.toMatchObject({
      code: "KAFKA",
      retryable: true,
      hint: expect.stringContaining("start it: npx workbench up") as string,
    });
    expect(time.nowMs - startMs).toBeGreaterThanOrEqual(120_000);
    expect(time.nowMs - startMs).toBeLessThan(126_000);
  });

  it.each([
    ["out of order", 45],
    ["an unknown producer", 59],
    ["an old epoch", 47],
  ])("does not go on where the cluster answers with %s", async (_, code) => {
    const { sender, sent } = senderOf([code]);
    await expect(sender.send(2, records(3))).rejects.toMatchObject({
      message: expect.stringContaining("does not know this producer any more") as string,
      hint: "run it again: it begins as a new producer",
    });
    expect(sent).toHaveLength(1);
  });

  it.each([10, 18])(
    "tells of a batch that is too large (%i) and uses up no number",
    async (code) => {
      const { sender, sent } = senderOf([code, 0]);
      expect(await sender.send(2, records(3))).toBe("too-large");
      expect(await sender.send(2, records(2))).toBe("stored");
      expect(sent.map(sequenceIn)).toEqual([0, 0]);
    },
  );

  it("does not take an answer about another partition for its own", async () => {
    const { sender } = senderOf(["nothing"]);
    await expect(sender.send(2, records(3))).rejects.toThrow("leaves out partition 2 of events");
  });

  it("asks for all in-sync replicas and names the codec", async () => {
    const { sender, sent } = senderOf([], gzipCodec);
    await sender.send(2, records(300));
    const request = sent[0] ?? Buffer.alloc(0);
    expect(request.readInt16BE(2)).toBe(-1);
    expect(request.readInt16BE(14 + topic.length + 12 + 21)).toBe(1);
    expect(request.length).toBeLessThan(records(300).bytes.length / 3);
  });
});
