/** `workbench consume --until forever` as a process of its own, watched by its log. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import type { Settings } from "../../src/lib/config/settings";
import { installationDir } from "../../src/lib/config/sources";
import type { FaultProxy } from "./fault-proxy";

/** Where the writer of a partition stands, by what it has logged. */
export interface WriterTrack {
  /** Records wait in its buffer. */
  buffering: boolean;
  /** The object under way. */
  upload: "none" | "uploading" | "uploaded";
}

type StateListener = (partition: number, state: string) => void;

const keptLines = 2000;

export class ConsumerProcess {
  readonly writers = new Map<number, WriterTrack>();
  /** Told of each change of a writer, at once. */
  onState: StateListener = () => undefined;
  private readonly lines: string[] = [];
  private readonly child: ChildProcess;
  /** The exit code, or the signal; resolves once its log has been read to the end. */
  readonly ended: Promise<number | string>;
  private outcome: number | string | undefined;

  /** @param proxy - the S3 endpoint it is given; nobody else's */
  constructor(
    readonly name: string,
    private readonly settings: Settings,
    readonly proxy: FaultProxy,
    until: "forever" | "caught-up" = "forever",
  ) {
    const { rotation, kafka, dataset } = settings;
    this.child = spawn(
      process.execPath,
      [join(installationDir, "scripts", "workbench"), "consume", "--until", until, "--json"],
      {
        env: {
          ...process.env,
          WORKBENCH_DEBUG: "1",
          DATASET: dataset,
          KAFKA_PARTITIONS: String(kafka.partitions),
          AWS_ENDPOINT_URL: proxy.address,
          ROTATE_MESSAGES: String(rotation.maxMessages),
          ROTATE_BYTES: String(rotation.maxBytes),
          ROTATE_SECONDS: String(rotation.maxAgeMs / 1000),
        },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", (line) => this.read(line));
    }
    this.ended = once(this.child, "close").then(([code, signal]) => {
      this.outcome = (signal ?? code) as number | string;
      return this.outcome;
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get hasEnded(): boolean {
    return this.outcome !== undefined;
  }

  /** The last lines it wrote. */
  get tail(): string {
    return `${this.name}: ${this.outcome ?? "runs"}\n${this.lines.join("\n")}`;
  }

  /** The last lines that match. */
  grep(pattern: RegExp): string[] {
    return this.lines.filter((line) => pattern.test(line));
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** How it ended, or nothing if it has not when the time is up. */
  async endWithin(ms: number): Promise<number | string | undefined> {
    return Promise.race([this.ended, sleep(ms, undefined, { ref: false })]);
  }

  private read(line: string): void {
    this.lines.push(line);
    if (this.lines.length > keptLines) this.lines.shift();
    const found = /^debug: writer topic=(\S+) partition=(\d+) state=([a-z]+)/.exec(line);
    if (found?.[1] !== this.settings.kafka.topic) return;
    const partition = Number(found[2]);
    const state = found[3] ?? "";
    const track = this.writers.get(partition) ?? { buffering: false, upload: "none" };
    this.writers.set(partition, track);
    if (state === "buffering") track.buffering = true;
    else {
      track.upload = state === "uploading" || state === "uploaded" ? state : "none";
      if (state !== "uploaded" && state !== "idle") track.buffering = false;
    }
    this.onState(partition, state);
  }
}
