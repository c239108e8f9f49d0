import type { Metrics } from "../metrics/definitions";
import type { LandedCounts } from "./partition-writer";

/** Keeps the figures of what is landed of one topic. */
export class LandingMetrics {
  constructor(
    private readonly metrics: Metrics,
    private readonly topic: string,
  ) {}

  /** Notes one upload. */
  landed({ messages, objects, adopted, reason, bytes, seconds, types }: LandedCounts): void {
    const { metrics, topic } = this;
    for (const [type, count] of types) {
      const labels = { topic, event_type: type };
      metrics.add("workbench_messages_landed_total", labels, count);
    }
    if (adopted > 0) metrics.add("workbench_objects_adopted_total", { topic }, adopted);
    if (objects === 0) return;
    metrics.add("workbench_objects_written_total", { topic, reason }, objects);
    metrics.observe("workbench_object_bytes", { topic }, bytes);
    metrics.observe("workbench_object_messages", { topic }, messages);
    metrics.observe("workbench_object_write_seconds", { topic }, seconds);
  }

  /** Notes what is not committed yet. */
  lag(byPartition: ReadonlyMap<number, bigint>): void {
    for (const [partition, lag] of byPartition) {
      const labels = { topic: this.topic, partition: String(partition) };
      this.metrics.set("workbench_consumer_lag_messages", labels, Number(lag));
    }
  }

  /** Notes what is held just now. */
  held(bytes: number, pausedPartitions: number): void {
    const { metrics, topic } = this;
    metrics.set("workbench_consumer_buffered_bytes", { topic }, bytes);
    metrics.set("workbench_consumer_paused_partitions", { topic }, pausedPartitions);
  }
}
