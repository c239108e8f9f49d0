import { existsSync, mkdtempSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { type Admin, Kafka, logLevel, type Message } from "kafkajs";
import { expect } from "vitest";
import { s3ClientConfig } from "../../src/lib/aws";
import { loadSettings } from "../../src/lib/config/load";
import type { Settings } from "../../src/lib/config/settings";
import { firehoseDefaults } from "../../src/local/simulator/options";
import { realClockGrace, type Simulator, startSimulator } from "../../src/local/simulator/server";

/** Files of real events; where they are not there, the tests over them are left out. */
export function realEventFiles(): string[] {
  const dir = resolve(process.env["WORKBENCH_TEST_DATA"] ?? "../shared/data");
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((name) => name.endsWith(".jsonl.gz"))
    .map((name) => join(dir, name));
}

/** A simulated firehose on a free port, slow enough for two cores, that never sets a limit. */
export function startSlowFirehose(): Promise<Simulator> {
  return startSimulator({
    ...firehoseDefaults,
    rate: 60,
    pollIntervalSeconds: 1,
    requestLimit: 100_000,
    grace: realClockGrace,
    port: 0,
    now: () => Date.now(),
  });
}

let datasets = 0;

/** Settings of a dataset that no other test has; its topics and prefix are empty. */
export function freshSettings(name = "stream", overrides: Partial<Settings> = {}): Settings {
  datasets += 1;
  const dataset = `${name}${Date.now().toString(36)}${datasets}`;
  const settings = loadSettings({ dataset });
  return { ...settings, kafka: { ...settings.kafka, partitions: 3 }, ...overrides };
}

/** A file of made-up events, one a line. */
export function eventFile(count: number, from = 0): string {
  const path = join(mkdtempSync(join(tmpdir(), "stream-")), "events.jsonl");
  writeFileSync(
    path,
    Array.from({ length: count }, (_, index) => `${eventLine(from + index)}\n`).join(""),
  );
  return path;
}

/** A made-up event as a line of a file. */
export function eventLine(id: number): string {
  return JSON.stringify({
    id: String(id),
    type: "PushEvent",
    actor: { id: 1, login: "octo" },
    repo: { id: id % 50, name: `octo/repo-${id % 50}` },
    payload: { text: "x".repeat(200) },
    created_at: "2026-01-31T23:59:59Z",
  });
}

/** Runs something with a plain kafkajs admin, beside the code under test. */
export async function withPlainAdmin<T>(
  settings: Settings,
  use: (admin: Admin) => Promise<T>,
): Promise<T> {
  const admin = plainKafka(settings).admin();
  await admin.connect();
  try {
    return await use(admin);
  } finally {
    await admin.disconnect();
  }
}

/** Writes records as any other client would. */
export async function sendPlain(settings: Settings, messages: Message[]): Promise<void> {
  process.env["KAFKAJS_NO_PARTITIONER_WARNING"] = "1";
  const producer = plainKafka(settings).producer();
  await producer.connect();
  await producer.send({ topic: settings.kafka.topic, messages });
  await producer.disconnect();
}

/** A record as a plain consumer reads it. */
export interface TopicRecord {
  partition: number;
  key: Buffer | null;
  /** Empty where there is none. */
  value: string;
  headers: Record<string, string>;
}

/** All records of a topic, read by a plain consumer. */
export async function readTopic(settings: Settings, topic: string): Promise<TopicRecord[]> {
  const offsets = await withPlainAdmin(settings, (admin) => admin.fetchTopicOffsets(topic));
  const total = offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  const records: TopicRecord[] = [];
  if (total === 0) return records;
  const consumer = plainKafka(settings).consumer({ groupId: `check-${Math.random()}` });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((done) => {
    void consumer.run({
      autoCommit: false,
      eachMessage: ({ message, partition }) => {
        const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [
          name,
          String(value),
        ]);
        records.push({
          partition,
          key: message.key,
          value: message.value?.toString() ?? "",
          headers: Object.fromEntries(headers) as Record<string, string>,
        });
        if (records.length === total) done();
        return Promise.resolve();
      },
    });
  });
  await consumer.disconnect();
  return records;
}

/** A raw object as it lies in the bucket. */
export interface RawObject {
  key: string;
  etag: string;
  lines: readonly (Record<string, unknown> & { _partition: number; _offset: number })[];
}

/** The raw objects of a dataset, each checked against its name and its metadata. */
export async function readRaw(settings: Settings): Promise<RawObject[]> {
  const client = new S3Client(s3ClientConfig(settings));
  const Bucket = settings.raw.bucket;
  const Prefix = `${settings.raw.prefix}ingest_date=`;
  const objects: RawObject[] = [];
  const listing = await client.send(new ListObjectsV2Command({ Bucket, Prefix }));
  for (const { Key = "" } of listing.Contents ?? []) {
    const answer = await client.send(new GetObjectCommand({ Bucket, Key }));
    const text = gunzipSync((await answer.Body?.transformToByteArray()) ?? "").toString();
    const lines = text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as RawObject["lines"][number]);
    const name =
      /^(.*)ingest_date=\d{4}-\d\d-\d\d\/ingest_hour=\d\d\/(.*)\+(\d+)\+(\d{20})\.jsonl\.gz$/.exec(
        Key,
      );
    expect(name?.[1]).toBe(settings.raw.prefix);
    expect(name?.[2]).toBe(settings.kafka.topic);
    expect(answer.Metadata?.["first-offset"]).toBe(String(Number(name?.[4])));
    expect(answer.Metadata?.["messages"]).toBe(String(lines.length));
    for (const { _partition, _offset } of lines) {
      expect(_partition).toBe(Number(name?.[3]));
      expect(_offset).toBeGreaterThanOrEqual(Number(name?.[4]));
      expect(_offset).toBeLessThanOrEqual(Number(answer.Metadata?.["last-offset"]));
    }
    objects.push({ key: Key, etag: answer.ETag ?? "", lines });
  }
  client.destroy();
  return objects;
}

/** Each consumed offset, as "partition:offset", in order. */
export function placesOf(objects: readonly RawObject[]): string[] {
  return objects
    .flatMap(({ lines }) => lines.map((line) => `${line._partition}:${line._offset}`))
    .sort();
}

/** Each offset the topic's log holds. */
export async function placesInLog(settings: Settings): Promise<string[]> {
  const { topic } = settings.kafka;
  const offsets = await withPlainAdmin(settings, (admin) => admin.fetchTopicOffsets(topic));
  return offsets
    .flatMap(({ partition, low, high }) =>
      Array.from(
        { length: Number(high) - Number(low) },
        (_, index) => `${partition}:${Number(low) + index}`,
      ),
    )
    .sort();
}

function plainKafka(settings: Settings): Kafka {
  return new Kafka({ brokers: [...settings.kafka.brokers], logLevel: logLevel.NOTHING });
}
