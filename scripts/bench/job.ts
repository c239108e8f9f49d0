/** What a client is told to do, as JSON on its command line. */
export type Job = ProduceJob | ConsumeJob;

interface JobBase {
  brokers: string;
  /** How hard gzip tries, 1 to 9. */
  gzipLevel: number;
}

/** Reads a file of events, maps each to a message and stores it, acknowledged by all replicas. */
export interface ProduceJob extends JobBase {
  action: "produce";
  /** First a short run, which is not counted, then the one that is. */
  runs: readonly [ProduceStep, ProduceStep];
}

export interface ProduceStep {
  dataset: string;
  topic: string;
  file: string;
  events: number;
}

/** Lands a topic's messages as gzip JSON lines in S3 and commits each once its object exists. */
export interface ConsumeJob extends JobBase {
  action: "consume";
  group: string;
  bucket: string;
  endpoint: string;
  rotateMessages: number;
  rotateBytes: number;
  runs: readonly [ConsumeStep, ConsumeStep];
}

export interface ConsumeStep {
  dataset: string;
  topic: string;
  /** Where the objects go; no two runs share one. */
  prefix: string;
  events: number;
}

/** What a client found of its counted run. */
export interface Outcome {
  messages: number;
  seconds: number;
  /** User and system, of the client's process with all its threads. */
  cpuSeconds: number;
  peakRssMb: number;
}
