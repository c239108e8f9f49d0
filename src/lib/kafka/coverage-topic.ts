import { randomUUID } from "node:crypto";
import type { Effects } from "../effects";
import { CoverageRecords } from "../github/coverage-records";
import type { EventSource, SourceBatch } from "../github/source";
import type { KafkaConfig } from "./client";
import { createProducer, type RecordProducer } from "./producer";
import { sideTopic } from "./topic";

const intervalMs = 60_000;

/** Writes a run's coverage to the topic beside the events' one, about once a minute and at the end. */
export class CoverageWriter {
  private readonly records: CoverageRecords;
  private writtenMs: number;

  private constructor(
    private readonly effects: Effects,
    private readonly producer: RecordProducer,
    private readonly source: EventSource,
  ) {
    const { name, address } = source;
    this.records = new CoverageRecords({ runId: randomUUID(), source: name, api: address });
    this.writtenMs = effects.now();
  }

  /**
   * Connects to the coverage topic, which must be there.
   *
   * @throws {@link WorkbenchError} code KAFKA
   */
  static async connect(
    settings: KafkaConfig,
    effects: Effects,
    source: EventSource,
  ): Promise<CoverageWriter> {
    const topic = sideTopic(settings.kafka.topic, "coverage");
    return new CoverageWriter(effects, await createProducer(settings, effects, topic), source);
  }

  /** Counts an event that was stored. */
  capture(type: string, createdAtMs: number): void {
    this.records.capture(type, createdAtMs);
  }

  /** Counts what a batch's source missed, of the types that are kept; writes when it is time. */
  async note({ missed = [] }: SourceBatch, keeps: (type: string) => boolean): Promise<void> {
    for (const events of missed) if (keeps(events.type)) this.records.miss(events);
    if (this.effects.now() - this.writtenMs >= intervalMs) await this.write();
  }

  /** Writes what is counted and waits until it is stored. */
  async flush(): Promise<void> {
    await this.write();
    await this.producer.flush();
  }

  /** Disconnects. */
  async close(): Promise<void> {
    await this.producer.close();
  }

  private async write(): Promise<void> {
    const nowMs = this.effects.now();
    this.writtenMs = nowMs;
    for (const record of this.records.take(nowMs)) {
      await this.producer.add({
        key: this.source.address,
        value: JSON.stringify(record),
        timestampMs: nowMs,
      });
    }
  }
}
