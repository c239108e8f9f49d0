/**
 * Three brokers, one of them killed with −9 while messages are written: ours are there once each,
 * counted by another client; those of a plain `send()` over several partitions are not.
 * BROKER_KILL_ROUNDS=10 and BROKER_KILL_MESSAGES=50000 are the long form (npm run soak:brokers).
 */
import { Kafka, logLevel } from "kafkajs";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Settings } from "../../src/lib/config/settings";
import { silentLogger, systemEffects } from "../../src/lib/effects";
import { eventKey } from "../../src/lib/events/event";
import { withAdmin } from "../../src/lib/kafka/client";
import { createProducer } from "../../src/lib/kafka/producer";
import { ensureTopic } from "../../src/lib/kafka/topic";
import { produce } from "../../src/lib/produce";
import { brokerNames, isBroker } from "../../src/local/engines/kafka-cluster";
import { readStatus } from "../../src/local/status";
import { numberedMessage, TestCluster, type TopicCounts } from "./cluster-support";
import { readTopic, startSlowFirehose } from "./stream-support";

const rounds = Number(process.env["BROKER_KILL_ROUNDS"] ?? 1);
const messages = Number(process.env["BROKER_KILL_MESSAGES"] ?? 15_000);
/** Shorter than a broker's session, and longer: a leader comes back, or another takes its place. */
const longestAwayMs = 9_000;
const controlAttempts = 4;
const effects = systemEffects();
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
let cluster: TestCluster;
let datasets = 0;

beforeAll(async () => {
  cluster = TestCluster.create();
  // The single broker of the same home, to see that each cluster keeps to itself.
  await cluster.up(1);
  await ensureTopic(cluster.settings("single"), effects);
  await cluster.up();
});
afterAll(() => cluster.close());

/** Settings of a dataset of its own, whose topics are made. */
async function freshTopic(name = "brokers"): Promise<Settings> {
  datasets += 1;
  const settings = cluster.settings(`${name}${Date.now().toString(36)}${datasets}`);
  await ensureTopic(settings, effects);
  return settings;
}

function listTopics(settings: Settings): Promise<string[]> {
  return withAdmin(settings, effects, (admin) => admin.listTopics());
}

function report(what: string, figures: object): void {
  process.stderr.write(`${what} ${JSON.stringify(figures)}\n`);
}

/** Tells the longest time for which a figure does not change. */
class Stall {
  longestMs = 0;
  private seen = -1;
  private sinceMs = effects.now();
  private readonly timer = setInterval(() => this.look(), 50);

  constructor(private readonly figure: () => number) {}

  stop(): number {
    clearInterval(this.timer);
    return this.longestMs;
  }

  private look(): void {
    const nowMs = effects.now();
    if (this.figure() !== this.seen) {
      this.seen = this.figure();
      this.sinceMs = nowMs;
    }
    this.longestMs = Math.max(this.longestMs, nowMs - this.sinceMs);
  }
}

it("makes topics of three copies, of which two have to be there", async () => {
  const settings = await freshTopic();
  const { topic } = settings.kafka;
  expect(settings.raw.prefix).toBe(`brokers-3/${topic}/`);
  const warnings: string[] = [];
  const logger = { ...silentLogger, warn: (text: string) => warnings.push(text) };
  await ensureTopic(settings, { ...effects, logger });
  expect(warnings).toEqual([]);

  // What others have made otherwise is told, for the topics beside it too.
  const other = cluster.settings("otherwise");
  await withAdmin(other, effects, async (admin) => {
    const configEntries = [
      { name: "min.insync.replicas", value: "1" },
      { name: "unclean.leader.election.enable", value: "true" },
    ];
    const side = { topic: "otherwise-events.dead-letter", numPartitions: 6, replicationFactor: 1 };
    const main = { topic: "otherwise-events", numPartitions: 2, replicationFactor: 3 };
    await admin.createTopics({ topics: [{ ...main, configEntries }, side] });
  });
  await ensureTopic(other, { ...effects, logger });
  expect(warnings).toEqual([
    "otherwise-events has 2 partitions, not 6",
    "otherwise-events has min.insync.replicas=1, not 2",
    "otherwise-events has unclean.leader.election.enable=true, not false",
    "otherwise-events.dead-letter has 1 replicas, not 3",
    // What the brokers are set to holds where the topic says nothing: nothing could be written.
    "otherwise-events.dead-letter has min.insync.replicas=2, not 1",
  ]);
  // With its one copy it would be without a leader soon, and kafkajs makes no topic meanwhile.
  const made = ["otherwise-events", "otherwise-events.dead-letter"];
  await withAdmin(other, effects, (admin) => admin.deleteTopics({ topics: made }));
});

it("names the setting where more copies are asked for than there are brokers", async () => {
  const settings = cluster.settings("toomany", {
    KAFKA_BROKERS: cluster.settings("toomany").kafka.brokers.join(","),
    KAFKA_REPLICATION: "5",
  });
  await expect(ensureTopic(settings, effects)).rejects.toMatchObject({
    code: "KAFKA",
    message: expect.stringMatching(/KAFKA_REPLICATION is 5, but .* has 3 brokers$/) as string,
    hint: "set KAFKA_REPLICATION=3, or add brokers",
  });
});

it(
  `loses nothing and doubles nothing where a broker is killed, ${rounds} times`,
  { timeout: 300_000 + rounds * 120_000 },
  async () => {
    for (let round = 1; round <= rounds; round += 1) {
      const settings = await freshTopic();
      const { topic } = settings.kafka;
      const leads = Math.random() < 0.5;
      const victim = leads ? await cluster.findLeader(settings, topic) : TestCluster.anyBroker();
      const killAt = Math.floor(messages * (0.2 + Math.random() * 0.5));
      const producer = await createProducer(settings, effects);
      const startedMs = effects.now();
      const stall = new Stall(() => producer.stored);
      let restart: Promise<void> | undefined;
      for (let seq = 0; seq < messages; seq += 1) {
        await producer.add({ ...numberedMessage(seq), timestampMs: effects.now() });
        if (restart === undefined && producer.stored >= killAt) {
          cluster.kill(victim);
          restart = pause(Math.random() * longestAwayMs).then(() => cluster.up());
        }
      }
      // What is buffered may be all that was left.
      if (restart === undefined) {
        while (producer.stored < killAt) await pause(1);
        cluster.kill(victim);
        restart = pause(Math.random() * longestAwayMs).then(() => cluster.up());
      }
      await producer.flush();
      const longestStallMs = stall.stop();
      const seconds = (effects.now() - startedMs) / 1000;
      expect(producer.stored).toBe(messages);
      await producer.close();
      await restart;
      const counts = await cluster.verify(settings, topic, `0-${messages - 1}`);
      report(`round ${round}`, { victim, killAt, seconds, longestStallMs, ...counts });
      expect(counts).toMatchObject({ messages, lost: 0, doubled: 0, disordered: 0, unasked: 0 });
    }
  },
);

/** Many small sends over all partitions at a time, so that some are under way at any moment. */
async function sendPlainly(settings: Settings, total: number): Promise<TopicCounts> {
  const { topic, brokers } = settings.kafka;
  const kafka = new Kafka({
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 250, retries: 60, maxRetryTime: 2_000 },
  });
  const producer = kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  const victim = await cluster.findLeader(settings, topic);
  const acknowledged: number[] = [];
  let next = 0;
  let killed = false;
  const batch = 20;
  const sender = async (): Promise<void> => {
    while (next < total) {
      const first = next;
      next += batch;
      const values = Array.from({ length: batch }, (_, index) => numberedMessage(first + index));
      const sent = values.map((value, index) => ({ ...value, partition: index % 6 }));
      await producer.send({ topic, acks: -1, messages: sent });
      acknowledged.push(first);
      if (!killed && acknowledged.length * batch > total * 0.4) {
        killed = true;
        cluster.kill(victim);
      }
    }
  };
  await Promise.all(Array.from({ length: 20 }, sender));
  await producer.disconnect();
  // Only now: a leader that comes back before another takes its place would hide the fault.
  const restart = cluster.up();
  restart.catch(() => undefined);
  const ranges = acknowledged.map((first) => `${first}-${first + batch - 1}`).join(",");
  const counts = await cluster.verify(settings, topic, ranges);
  await restart;
  return counts;
}

it("a plain send() over several partitions loses what it has acknowledged", async () => {
  const lost: number[] = [];
  while (lost.length < controlAttempts && !lost.some((count) => count > 0)) {
    const settings = await freshTopic();
    const counts = await sendPlainly(settings, 6_000);
    report("control", counts);
    lost.push(counts.lost);
  }
  expect(
    Math.max(...lost),
    `kafkajs lost nothing in ${lost.length} rounds: if tulios/kafkajs#1303 is mended, one partition a send is no longer needed`,
  ).toBeGreaterThan(0);
});

it("waits where two of three brokers are gone, and takes nothing for stored", async () => {
  const settings = await freshTopic();
  const { topic } = settings.kafka;
  const producer = await createProducer(settings, effects);
  const add = async (from: number, to: number): Promise<void> => {
    for (let seq = from; seq < to; seq += 1) {
      await producer.add({ ...numberedMessage(seq), timestampMs: effects.now() });
    }
  };
  await add(0, 300);
  await producer.flush();
  for (const name of ["kafka-2", "kafka-3"] as const) cluster.kill(name);
  await add(300, 600);
  await pause(5_000);
  expect(producer.stored).toBe(300);
  expect(readStatus(cluster.home).filter(({ name }) => isBroker(name))).toMatchObject([
    { name: "kafka", state: "running" },
    { name: "kafka-2", state: "crashed" },
    { name: "kafka-3", state: "crashed" },
  ]);
  await cluster.up();
  await producer.flush();
  expect(producer.stored).toBe(600);
  await producer.close();
  const counts = await cluster.verify(settings, topic, "0-599");
  expect(counts).toMatchObject({ messages: 600, lost: 0, doubled: 0, disordered: 0 });
});

// Half a minute and more: of the long form.
it.runIf(rounds > 1)(
  "produce goes on while all brokers are restarted, one after the other",
  async () => {
    const simulator = await startSlowFirehose();
    const settings = { ...(await freshTopic("demo")), simulatorUrl: simulator.address };
    const { topic } = settings.kafka;
    const stop = new AbortController();
    const during = { ...effects, signal: stop.signal };
    const produced = produce(settings, { source: "simulator", types: "all" }, during);
    produced.catch(() => undefined);
    try {
      for (const name of brokerNames) {
        await cluster.stop(name);
        await cluster.up();
      }
    } finally {
      stop.abort();
      await simulator.close();
    }
    const summary = await produced;
    const keys = (await readTopic(settings, topic)).map(({ value }) => {
      const { id, event_type: type } = JSON.parse(value) as { id: string; event_type: string };
      return eventKey({ id, type });
    });
    report("restarted", { produced: summary.produced, found: keys.length });
    expect(keys.length).toBeGreaterThan(300);
    expect([keys.length, new Set(keys).size]).toEqual([summary.produced, summary.produced]);
  },
);

it("finds the single broker's topics again, and none of the three's", async () => {
  const three = await listTopics(cluster.settings("single"));
  expect(three).not.toContain("single-events");
  await cluster.up(1);
  const settings = cluster.settings("single");
  expect(settings.kafka).toMatchObject({ replication: 1, topic: "single-events" });
  expect((await listTopics(settings)).filter((name) => /^[^_]/.test(name)).sort()).toEqual([
    "single-events",
    "single-events.dead-letter",
  ]);
});
