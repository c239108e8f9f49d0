import type { Admin, Consumer } from "kafkajs";
import { type Effects, throwIfAborted } from "../effects";
import { WorkbenchError } from "../errors";
import { createKafka, type KafkaConfig, withAdmin } from "./client";
import { kafkaError } from "./kafka-error";
import { countPartitions } from "./topic";

/** A holder that was killed is a member until this has passed. */
const sessionMs = 10_000;
/** Somebody else who holds it is waited for this long: longer than for one who was killed. */
const patienceMs = 20_000;
const askMs = 500;
/** Without a heartbeat for so long, somebody else may hold it before long. */
const staleMs = 7000;

/**
 * Lets one process at a time work on a topic, whatever machine it runs on: who is the only member of
 * a consumer group, with all partitions of the topic, holds the lock. A holder that is killed loses
 * it within ten seconds, so that what it had sent last has reached the brokers by then.
 */
export class GroupLock {
  private joined = 0;
  private heardMs: number;
  private lost: string | undefined;

  private constructor(
    private readonly effects: Effects,
    private readonly consumer: Consumer,
    private readonly group: string,
  ) {
    this.heardMs = effects.now();
  }

  /**
   * Waits until nobody holds it, and takes it.
   *
   * @throws {@link WorkbenchError} code KAFKA where somebody else goes on holding it
   */
  static async take(
    settings: KafkaConfig,
    effects: Effects,
    group: string,
    topic: string,
  ): Promise<GroupLock> {
    const partitions = await withAdmin(settings, effects, async (admin) => {
      await waitUntilEmpty(admin, effects, group);
      return countPartitions(admin, topic);
    });
    const kafka = await createKafka(settings, effects);
    const consumer = kafka.consumer({
      groupId: group,
      sessionTimeout: sessionMs,
      rebalanceTimeout: sessionMs,
      heartbeatInterval: 1000,
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
    });
    const lock = new GroupLock(effects, consumer, group);
    try {
      await lock.join(topic, partitions);
      return lock;
    } catch (error) {
      await lock.release();
      throw kafkaError(error, settings.kafka);
    }
  }

  /** @throws {@link WorkbenchError} code KAFKA where it is not held for certain any more */
  check(): void {
    const silentMs = this.effects.now() - this.heardMs;
    if (silentMs > staleMs) this.lost ??= `nothing was heard of Kafka for ${silentMs} ms`;
    if (this.lost === undefined) return;
    throw new WorkbenchError("KAFKA", `the lock ${this.group} is lost: ${this.lost}`, {
      retryable: true,
      hint: "run it again, one at a time: it goes on where this one ended",
    });
  }

  /** Lets go of it. */
  async release(): Promise<void> {
    await this.consumer.disconnect().catch(() => undefined);
  }

  private async join(topic: string, partitions: number): Promise<void> {
    const { consumer, effects } = this;
    const joined = new Promise<void>((resolve, reject) => {
      consumer.on("consumer.group_join", ({ payload }) => {
        this.joined += 1;
        this.heardMs = effects.now();
        const assigned = payload.memberAssignment[topic]?.length ?? 0;
        if (this.joined > 1 || assigned < partitions) this.lost ??= "another process has joined";
        resolve();
      });
      consumer.on("consumer.crash", ({ payload }) => {
        this.lost ??= payload.error.message;
        reject(payload.error);
      });
    });
    consumer.on("consumer.heartbeat", () => {
      this.heardMs = effects.now();
    });
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: false });
    // It reads nothing: being there is all it is for.
    await consumer.run({ autoCommit: false, eachBatch: () => Promise.resolve() });
    await joined;
    this.check();
  }
}

async function waitUntilEmpty(admin: Admin, effects: Effects, group: string): Promise<void> {
  const untilMs = effects.now() + patienceMs;
  for (let told = false; ; told = true) {
    const { groups } = await admin.describeGroups([group]);
    const members = groups[0]?.members.length ?? 0;
    if (members === 0) return;
    if (effects.now() >= untilMs) {
      throw new WorkbenchError("KAFKA", `another process holds the lock ${group}`, {
        retryable: true,
        hint: "wait for it to end, then run this again",
      });
    }
    if (!told) {
      effects.logger.info("another one runs, or was killed a moment ago: waiting", { group });
    }
    throwIfAborted(effects.signal);
    await effects.sleep(askMs, effects.signal);
  }
}
