import type { Effects } from "../effects";
import type { KafkaConfig } from "./client";
import { createProducer, type RecordProducer } from "./producer";
import { deadLetterTopic } from "./topic";

/** Something that cannot be read, as it came. */
export interface DeadLetter {
  /** As it came: bytes that may be no UTF-8. */
  key?: string | Buffer | null;
  value: string | Buffer | null;
  /** Why, and where it was found. */
  headers: { reason: string } & Readonly<Record<string, string>>;
  /** The partition it was found in, if it came from a topic. */
  partition?: number;
}

/** Writes to the dead-letter topic; connects at the first letter, since most runs have none. */
export class DeadLetters {
  private producer: Promise<RecordProducer> | undefined;

  constructor(
    private readonly settings: KafkaConfig,
    private readonly effects: Effects,
  ) {}

  /**
   * Takes a letter; it is stored once `flush` has resolved. Where either rejects, letters taken
   * since the last `flush` may be lost or stored: give them again.
   */
  async add({ key = null, value, headers, partition = 0 }: DeadLetter): Promise<void> {
    const { reason, ...where } = headers;
    this.effects.logger.warn(`dead letter: ${reason}`, where);
    const producer = await this.connect();
    this.effects.metrics.add("workbench_dead_letters_total", {
      topic: where["topic"] ?? this.settings.kafka.topic,
    });
    await producer.add({
      key,
      value,
      partition,
      timestampMs: this.effects.now(),
      headers,
    });
  }

  /** Resolves once every letter taken is stored. */
  async flush(): Promise<void> {
    try {
      await (await this.producer)?.flush();
    } catch (error) {
      this.letGo();
      throw error;
    }
  }

  /** Disconnects. */
  async close(): Promise<void> {
    await (await this.producer)?.close();
  }

  private connect(): Promise<RecordProducer> {
    const { settings, effects } = this;
    this.producer ??= createProducer(settings, effects, deadLetterTopic(settings.kafka.topic));
    this.producer.catch(() => this.letGo());
    return this.producer;
  }

  /** A producer that has failed stays failed: the next letter gets another. */
  private letGo(): void {
    void this.producer?.then((producer) => producer.close()).catch(() => undefined);
    this.producer = undefined;
  }
}
