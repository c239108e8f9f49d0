/** What the landing tests look at from outside: the group, the bucket, and the verifier's word. */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import type { Admin } from "kafkajs";
import { expect } from "vitest";
import { s3ClientConfig } from "../../src/lib/aws";
import type { Settings } from "../../src/lib/config/settings";
import { plainKafka } from "./landing-load";
import { freshSettings } from "./stream-support";

/** What verify_landing.py found. */
export interface Verdict {
  records: number;
  objects: number;
  lines: number;
  dead_letters: number;
  repeated_letters: number;
  lag: number;
  /** By kind; empty where all is well. */
  problems: Readonly<Record<string, number>>;
  /** The first places of each kind. */
  places: Readonly<Record<string, string[]>>;
}

/** Settings of a topic of its own with small objects. */
export function landingSettings(name: string, rotation: Settings["rotation"]): Settings {
  const settings = freshSettings(name, { rotation });
  return { ...settings, kafka: { ...settings.kafka, partitions: 6 } };
}

/** Where the settings' raw objects lie, as the fault proxy sees it. */
export function rawPath({ raw }: Settings): string {
  return `/${raw.bucket}/${raw.prefix}`;
}

/** The consumer group that lands the events. */
export function landingGroup({ kafka }: Settings): string {
  return `${kafka.group}-s3`;
}

/** Looks at a topic's group and bucket, beside the code under test. */
export class Outlook {
  private readonly client: S3Client;
  private readonly noted = new Map<string, string>();

  private constructor(
    private readonly settings: Settings,
    private readonly admin: Admin,
  ) {
    this.client = new S3Client(s3ClientConfig(settings));
  }

  static async open(settings: Settings): Promise<Outlook> {
    const admin = plainKafka(settings).admin();
    await admin.connect();
    return new Outlook(settings, admin);
  }

  async close(): Promise<void> {
    this.client.destroy();
    await this.admin.disconnect();
  }

  /** Makes the topic, and the one for its dead letters. */
  async makeTopics(): Promise<void> {
    const { topic, partitions } = this.settings.kafka;
    await this.admin.createTopics({
      waitForLeaders: true,
      topics: [topic, `${topic}.dead-letter`].map((name) => ({
        topic: name,
        numPartitions: partitions,
      })),
    });
  }

  /** The group's members; one that is dead stays until its session has ended. */
  async memberIds(): Promise<string[]> {
    return (await this.group()).ids;
  }

  /** Waits until the group has settled with so many members; false when the time is up. */
  async settled(count: number, timeoutMs: number): Promise<boolean> {
    return reached(timeoutMs, async () => {
      const { state, ids } = await this.group();
      return state === (count === 0 ? "Empty" : "Stable") && ids.length === count;
    });
  }

  private async group(): Promise<{ state: string; ids: string[] }> {
    const { groups } = await this.admin.describeGroups([landingGroup(this.settings)]);
    const [group] = groups;
    return {
      state: group?.state ?? "Unknown",
      ids: group?.members.map(({ memberId }) => memberId) ?? [],
    };
  }

  async committed(): Promise<Map<number, number>> {
    const [answer] = await this.admin.fetchOffsets({
      groupId: landingGroup(this.settings),
      topics: [this.settings.kafka.topic],
    });
    return new Map(answer?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
  }

  /** Messages that the group has not committed. */
  async lag(): Promise<number> {
    const [committed, ends] = await Promise.all([
      this.committed(),
      this.admin.fetchTopicOffsets(this.settings.kafka.topic),
    ]);
    return ends.reduce(
      (sum, { partition, high }) => sum + Number(high) - Math.max(0, committed.get(partition) ?? 0),
      0,
    );
  }

  /** Whether the newest object of a partition exists and is not committed. */
  async isUncommitted(partition: number): Promise<boolean> {
    const pattern = new RegExp(`\\+${partition}\\+(\\d{20})\\.jsonl\\.gz$`);
    const firsts = [...(await this.objects()).keys()].map((key) => pattern.exec(key)?.[1]);
    const newest = Math.max(-1, ...firsts.map((digits) => Number(digits ?? -1)));
    return newest >= 0 && ((await this.committed()).get(partition) ?? -1) <= newest;
  }

  /** Notes each object's ETag and size; what was noted before must be the same still. */
  async noteObjects(): Promise<number> {
    const now = await this.objects();
    for (const [key, mark] of this.noted) expect(now.get(key), `${key} has changed`).toBe(mark);
    for (const [key, mark] of now) this.noted.set(key, mark);
    return now.size;
  }

  private async objects(): Promise<Map<string, string>> {
    const { bucket, prefix } = this.settings.raw;
    const found = new Map<string, string>();
    let token: string | undefined;
    do {
      const page = await this.client.send(
        new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }),
      );
      for (const { Key = "", ETag = "", Size = 0 } of page.Contents ?? []) {
        found.set(Key, `${ETag} ${Size}`);
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
    return found;
  }
}

/** Asks the independent program what became of every record. */
export async function verifyLanding(settings: Settings): Promise<Verdict> {
  const { kafka, aws, raw } = settings;
  const options = {
    brokers: kafka.brokers.join(","),
    topic: kafka.topic,
    endpoint: aws.endpointUrl ?? "",
    bucket: raw.bucket,
    prefix: raw.prefix,
    group: landingGroup(settings),
  };
  return new Promise((resolve, reject) => {
    execFile(
      join(settings.home, "venv", "bin", "python"),
      [
        join(__dirname, "verify_landing.py"),
        ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
      ],
      { encoding: "utf8", maxBuffer: 2 ** 26 },
      (error, text, errors) => {
        // Its exit code is 1 where it found something; without an answer it has failed itself.
        if (text.startsWith("{")) resolve(JSON.parse(text) as Verdict);
        else reject(new Error(`verify_landing.py: ${errors}`, { cause: error }));
      },
    );
  });
}

/** Asks every 100 ms; false when the time is up. */
export async function reached(
  timeoutMs: number,
  ask: () => Promise<boolean> | boolean,
): Promise<boolean> {
  const endMs = Date.now() + timeoutMs;
  while (Date.now() < endMs) {
    if (await ask()) return true;
    await sleep(100);
  }
  return false;
}

/** Rows as a table of fixed columns, the names first. */
export function formatTable(rows: readonly Readonly<Record<string, string | number>>[]): string {
  const names = Object.keys(rows[0] ?? {});
  const cells = [names, ...rows.map((row) => names.map((name) => String(row[name] ?? "")))];
  const widths = names.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd();
  return `${cells.map(line).join("\n")}\n`;
}
