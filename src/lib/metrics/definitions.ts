/** A figure that is kept while something runs. */
export interface MetricDefinition {
  kind: "counter" | "gauge" | "histogram";
  help: string;
  labels: readonly string[];
  /** Of a histogram: the upper bounds of its buckets. */
  buckets?: readonly number[];
}

const secondsBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const bytesBuckets = [1e3, 1e4, 1e5, 2.5e5, 5e5, 1e6, 2.5e6, 5e6, 1e7, 2.5e7, 1e8];
const countBuckets = [1, 10, 100, 1000, 5000, 10_000, 25_000, 50_000, 100_000];

/**
 * Every metric there is, under the name it is asked for by: a unit at the end, `_total` for what
 * only grows.
 *
 * @see https://prometheus.io/docs/practices/naming/
 */
export const metricDefinitions = {
  workbench_events_read_total: counter("Events the source gave", "event_type"),
  workbench_events_duplicate_total: counter("Events left out, being in the topic", "event_type"),
  workbench_events_skipped_total: counter("Events of types that are not kept", "event_type"),
  workbench_messages_produced_total: counter("Messages handed to the producer", "event_type"),
  workbench_messages_stored_total: counter("Messages acknowledged by all replicas", "topic"),
  workbench_producer_buffered_bytes: gauge("Bytes that wait to be acknowledged", "topic"),
  workbench_producer_send_seconds: histogram("One send, retries included", secondsBuckets, "topic"),
  workbench_kafka_retries_total: counter("Requests that the Kafka client repeated", "client"),
  workbench_github_requests_total: counter("Requests to GitHub's API, by answer", "status"),
  workbench_github_quota_remaining: gauge("Requests a token has left, the tightest one's"),
  workbench_coverage_ratio: gauge("Estimated share of all events captured", "event_type"),
  workbench_messages_landed_total: counter("Messages in raw objects", "topic", "event_type"),
  workbench_objects_written_total: counter("Raw objects made, by why", "topic", "reason"),
  workbench_objects_adopted_total: counter("Raw objects found that others had made", "topic"),
  workbench_object_bytes: histogram("Size of a raw object, compressed", bytesBuckets, "topic"),
  workbench_object_messages: histogram("Messages in a raw object", countBuckets, "topic"),
  workbench_object_write_seconds: histogram("Writing one raw object", secondsBuckets, "topic"),
  workbench_dead_letters_total: counter("Messages that could not be read", "topic"),
  workbench_s3_retries_total: counter("Calls to S3 that were repeated", "operation"),
  workbench_consumer_lag_messages: gauge("Messages not committed yet", "topic", "partition"),
  workbench_consumer_buffered_bytes: gauge("Bytes read and not in S3 yet", "topic"),
  workbench_consumer_paused_partitions: gauge("Partitions waiting for S3", "topic"),
  workbench_consumer_restarts_total: counter("Times the group was joined again", "topic"),
  workbench_rebalances_total: counter("Times partitions were given anew", "topic"),
  workbench_live_windows_total: counter(
    "Windows of the live aggregates, by what became of them",
    "state",
  ),
  workbench_live_messages_total: counter(
    "Messages the live aggregates took, by what became of them",
    "outcome",
  ),
  workbench_live_watermark_lag_seconds: gauge("How far the live watermark is behind the clock"),
} as const satisfies Readonly<Record<string, MetricDefinition>>;

/** The name of a metric. */
export type MetricName = keyof typeof metricDefinitions;

type Definitions = typeof metricDefinitions;
type NamesOf<Kind extends MetricDefinition["kind"]> = {
  [Name in MetricName]: Definitions[Name]["kind"] extends Kind ? Name : never;
}[MetricName];
/** The labels a metric must be given, each with its value. */
export type LabelsOf<Name extends MetricName> = Readonly<
  Record<Definitions[Name]["labels"][number], string>
>;

/** Keeps the figures. What has no labels is given `{}`. */
export interface Metrics {
  /** Adds to a counter. Default: 1. */
  add<Name extends NamesOf<"counter">>(name: Name, labels: LabelsOf<Name>, by?: number): void;
  /** Sets a gauge. */
  set<Name extends NamesOf<"gauge">>(name: Name, labels: LabelsOf<Name>, value: number): void;
  /** Notes one value of a histogram. */
  observe<Name extends NamesOf<"histogram">>(
    name: Name,
    labels: LabelsOf<Name>,
    value: number,
  ): void;
}

/** Keeps nothing. */
export const silentMetrics: Metrics = {
  add: () => undefined,
  set: () => undefined,
  observe: () => undefined,
};

function counter<const Labels extends readonly string[]>(
  help: string,
  ...labels: Labels
): { kind: "counter"; help: string; labels: Labels } {
  return { kind: "counter", help, labels };
}

function gauge<const Labels extends readonly string[]>(
  help: string,
  ...labels: Labels
): { kind: "gauge"; help: string; labels: Labels } {
  return { kind: "gauge", help, labels };
}

function histogram<const Labels extends readonly string[]>(
  help: string,
  buckets: readonly number[],
  ...labels: Labels
): { kind: "histogram"; help: string; labels: Labels; buckets: readonly number[] } {
  return { kind: "histogram", help, labels, buckets };
}
