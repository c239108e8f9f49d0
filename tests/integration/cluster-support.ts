/** Three brokers in a home of their own, to be killed and restarted, and who counts what is left. */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { loadSettings } from "../../src/lib/config/load";
import { installationDir } from "../../src/lib/config/sources";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";
import { takeDown } from "../../src/local/down";
import { linkInstallations } from "../../src/local/home";
import {
  type BrokerCount,
  type BrokerName,
  brokerNames,
} from "../../src/local/engines/kafka-cluster";
import { readRecord, stopEngine } from "../../src/local/processes";
import { bringUp } from "../../src/local/up";
import { withPlainAdmin } from "./stream-support";

const effects = systemEffects();

/** What a topic holds, as another client reads it. */
export interface TopicCounts {
  messages: number;
  distinct: number;
  lost: number;
  doubled: number;
  disordered: number;
  /** Numbers that are there without having been asked for. */
  unasked: number;
  first_lost: number[];
  first_doubled: number[];
  partitions: Record<string, number>;
}

/** Three brokers, and nothing beside. */
export class TestCluster {
  private constructor(readonly home: string) {}

  /** A home with what is installed in the tests' own; nothing is started. */
  static create(): TestCluster {
    const home = mkdtempSync(join(tmpdir(), "workbench-cluster-"));
    linkInstallations(process.env["WORKBENCH_HOME"] ?? "", home);
    return new TestCluster(home);
  }

  /** Starts what does not run of the three, or of the other cluster. */
  async up(brokers: BrokerCount = 3): Promise<void> {
    await bringUp({ home: this.home, env: process.env, engines: ["kafka"], brokers }, effects);
  }

  async close(): Promise<void> {
    await takeDown(this.home, effects);
    rmSync(this.home, { recursive: true, force: true });
  }

  /** The settings in force here, for a dataset. */
  settings(dataset: string, more: Readonly<Record<string, string>> = {}): Settings {
    const env = { ...more, WORKBENCH_HOME: this.home };
    return loadSettings({ env, cwd: this.home, dataset });
  }

  /** Kills a broker without warning. */
  kill(name: BrokerName): void {
    process.kill(readRecord(this.home, name)?.pid ?? 0, "SIGKILL");
  }

  /** Stops a broker in peace. */
  async stop(name: BrokerName): Promise<void> {
    await stopEngine(this.home, name, effects, 30_000);
  }

  /** The broker that leads most of a topic's partitions. */
  async findLeader(settings: Settings, topic: string): Promise<BrokerName> {
    const { topics } = await withPlainAdmin(settings, (admin) =>
      admin.fetchTopicMetadata({ topics: [topic] }),
    );
    const leads = brokerNames.map(
      (_, index) => topics[0]?.partitions.filter(({ leader }) => leader === index + 1).length ?? 0,
    );
    return brokerNames[leads.indexOf(Math.max(...leads))] ?? "kafka";
  }

  /** Any broker. */
  static anyBroker(): BrokerName {
    return brokerNames[Math.floor(Math.random() * brokerNames.length)] ?? "kafka";
  }

  /** Counts with a client that is not ours, from the log's start to its end. */
  async verify(settings: Settings, topic: string, ranges: string): Promise<TopicCounts> {
    const python = join(this.home, "venv", "bin", "python");
    const script = join(installationDir, "tests", "integration", "verify_topic.py");
    const brokers = settings.kafka.brokers.join(",");
    const args = ["--brokers", brokers, "--topic", topic, "--ranges", ranges];
    const { stdout } = await promisify(execFile)(python, [script, ...args]);
    return JSON.parse(stdout) as TopicCounts;
  }
}

/** A message of the size of a real one, with its number; the key is one of fifty. */
export function numberedMessage(seq: number): { key: string; value: string } {
  const repo = `octo/repo-${seq % 50}`;
  const text = Array.from({ length: 40 }, (_, index) => (seq * 2654435761 + index * 40503) >>> 0);
  const payload = { ref: "refs/heads/main", before: text.slice(0, 5), text: text.join(" ") };
  const user = `user-${seq % 997}`;
  const body = { seq, id: String(seq), event_type: "PushEvent", repo, user, payload };
  return { key: repo, value: JSON.stringify({ ...body, more: "lorem ipsum ".repeat(70) }) };
}
