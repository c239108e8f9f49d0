/**
 * The commands around the engines, in a home of their own: what is started is seen, a crash is
 * told and healed, and what was stored survives. Several steps on one set of engines, in order.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { awsClientConfig, s3ClientConfig } from "../../src/lib/aws";
import { loadSettings } from "../../src/lib/config/load";
import { installationDir } from "../../src/lib/config/sources";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";
import { createKafka, withAdmin } from "../../src/lib/kafka/client";
import { linkInstallations } from "../../src/local/home";
import { descendants, listProcesses } from "../../src/local/proc";
import { readRecord } from "../../src/local/processes";

const effects = systemEffects();
const names = ["kafka", "ministack", "aws", "simulator"];
const topic = "survival";
let home: string;

interface Answer {
  status: number;
  stdout: string;
  stderr: string;
}
interface Engine {
  name: string;
  state: string;
  address: string | null;
}

/** Runs the real command line, with no setting but the home. */
function workbench(inHome: string, ...args: string[]): Promise<Answer> {
  const { PATH, HOME, JAVA_HOME, JAVA25_HOME } = process.env;
  const env = { PATH, HOME, JAVA_HOME, JAVA25_HOME, WORKBENCH_HOME: inHome };
  return new Promise((resolve) => {
    const command = [join(installationDir, "scripts", "workbench"), ...args];
    execFile(process.execPath, command, { env, cwd: inHome }, (error, stdout, stderr) => {
      const status = error === null ? 0 : Number(error.code ?? -1);
      resolve({ status, stdout, stderr });
    });
  });
}

async function up(): Promise<Engine[]> {
  const answer = await workbench(home, "up", "--no-hub", "--json");
  expect(answer.stderr.includes("workbench: ") ? answer.stderr : answer.status).toBe(0);
  return (JSON.parse(answer.stdout) as { engines: Engine[] }).engines;
}

async function states(): Promise<Record<string, string>> {
  const { stdout } = await workbench(home, "status", "--json");
  const { engines } = JSON.parse(stdout) as { engines: Engine[] };
  return Object.fromEntries(engines.map(({ name, state }) => [name, state]));
}

function settings(): Settings {
  return loadSettings({ env: { WORKBENCH_HOME: home }, cwd: home });
}

/** The first message of the topic. */
async function readMessage(): Promise<string> {
  const kafka = await createKafka(settings(), effects);
  const consumer = kafka.consumer({ groupId: `survival-${effects.now()}` });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    return await new Promise<string>((resolve, reject) => {
      const eachMessage = ({ message }: { message: { value: Buffer | null } }): Promise<void> => {
        resolve(message.value?.toString() ?? "");
        return Promise.resolve();
      };
      consumer.run({ eachMessage }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
}

async function readObject(): Promise<string> {
  const { GetObjectCommand, S3Client } = await import("@aws-sdk/client-s3");
  const client = new S3Client(s3ClientConfig(settings()));
  const Bucket = settings().raw.bucket;
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key: "survival/one" }));
  return (await Body?.transformToString()) ?? "";
}

async function readTable(): Promise<string | undefined> {
  const { GetTableCommand, GlueClient } = await import("@aws-sdk/client-glue");
  const client = new GlueClient(awsClientConfig(settings()));
  const found = await client.send(new GetTableCommand({ DatabaseName: "survival", Name: "kept" }));
  return found.Table?.Description;
}

/** Stores something in each engine that keeps things. */
async function store(): Promise<void> {
  await withAdmin(settings(), effects, async (admin) => {
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true });
  });
  const producer = (await createKafka(settings(), effects)).producer();
  await producer.connect();
  await producer.send({ topic, acks: -1, messages: [{ value: "message" }] });
  await producer.disconnect();

  const { PutObjectCommand, S3Client } = await import("@aws-sdk/client-s3");
  const s3 = new S3Client(s3ClientConfig(settings()));
  const Bucket = settings().raw.bucket;
  await s3.send(new PutObjectCommand({ Bucket, Key: "survival/one", Body: "object" }));

  const { CreateDatabaseCommand, CreateTableCommand, GlueClient } =
    await import("@aws-sdk/client-glue");
  const glue = new GlueClient(awsClientConfig(settings()));
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: "survival" } }));
  const TableInput = { Name: "kept", Description: "table" };
  await glue.send(new CreateTableCommand({ DatabaseName: "survival", TableInput }));
}

/** The addresses that an engine and its children listen on, as hexadecimal digits. */
function listeners(name: string): string[] {
  const pid = readRecord(home, name)?.pid ?? 0;
  const pids = [pid, ...descendants(pid, listProcesses()).map((one) => one.pid)];
  const sockets = new Set(
    pids.flatMap((one) =>
      readdirSync(`/proc/${one}/fd`).flatMap((fd) => {
        try {
          return [/^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${one}/fd/${fd}`))?.[1] ?? ""];
        } catch {
          return [];
        }
      }),
    ),
  );
  return ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === "0A" && sockets.has(fields[9] ?? ""))
      .map((fields) => fields[1]?.split(":")[0] ?? ""),
  );
}

beforeAll(() => {
  const installed = process.env["WORKBENCH_HOME"] ?? "";
  home = mkdtempSync(join(tmpdir(), "workbench-engines-"));
  linkInstallations(installed, home);
});

afterAll(async () => {
  await workbench(home, "down");
  rmSync(home, { recursive: true, force: true });
});

it("says what is not installed, and what installs it", async () => {
  const empty = mkdtempSync(join(tmpdir(), "workbench-empty-"));
  const { status, stderr } = await workbench(empty, "up", "--no-hub");
  expect(status).toBe(1);
  expect(stderr).toMatch(/workbench: .*is not installed.*\(\.\/scripts\/up installs it\)/);
  await workbench(empty, "down");
  rmSync(empty, { recursive: true, force: true });
});

it("starts each engine, on loopback only", async () => {
  expect((await up()).map(({ name, state }) => [name, state])).toEqual(
    names.map((name) => [name, "started"]),
  );
  expect(await states()).toEqual({
    ...Object.fromEntries(names.map((name) => [name, "running"])),
    trino: "stopped",
    jupyterhub: "stopped",
  });
  for (const name of names) {
    const addresses = listeners(name);
    expect([name, addresses.length > 0]).toEqual([name, true]);
    // 127.0.0.1, the same as an IPv6 address, and ::1, in the kernel's order of bytes.
    const loopback = /^(0100007F|0000000000000000FFFF00000100007F|0{24}01000000)$/;
    expect([name, addresses.filter((one) => !loopback.test(one))]).toEqual([name, []]);
  }
  await store();
});

it("leaves alone what runs", async () => {
  const before = names.map((name) => readRecord(home, name)?.pid);
  expect((await up()).map(({ state }) => state)).toEqual(names.map(() => "running"));
  expect(names.map((name) => readRecord(home, name)?.pid)).toEqual(before);
});

it("tells a crash with what mends it, and that does mend it", async () => {
  const { brokers } = settings().kafka;
  process.kill(readRecord(home, "kafka")?.pid ?? 0, "SIGKILL");
  await effects.sleep(500);
  expect((await workbench(home, "status")).status).toBe(1);
  expect(await states()).toMatchObject({ kafka: "crashed", ministack: "running" });

  const { status, stdout } = await workbench(home, "doctor");
  expect(status).toBe(1);
  expect(stdout).toMatch(/^✗ Kafka: .*→ npx workbench up$/m);
  expect(stdout).toMatch(/^✓ S3: /m);

  const after = await up();
  expect(after.find(({ name }) => name === "kafka")?.state).toBe("started");
  expect(settings().kafka.brokers).toEqual(brokers);
  expect((await workbench(home, "doctor")).stdout).toMatch(/^✓ Kafka: /m);
  expect(await readMessage()).toBe("message");
});

it("stops what it started, and nothing else", async () => {
  expect((await workbench(home, "down")).status).toBe(0);
  expect(new Set(Object.values(await states()))).toEqual(new Set(["stopped"]));
  // The engines of the other tests run in another home.
  await withAdmin(loadSettings(), effects, async (admin) => {
    expect((await admin.describeCluster()).brokers).toHaveLength(1);
  });
});

it("finds everything again after down and up", async () => {
  await up();
  expect(await readMessage()).toBe("message");
  expect(await readObject()).toBe("object");
  expect(await readTable()).toBe("table");
});

it("prints an engine's log, and names the engines for one that is none", async () => {
  expect((await workbench(home, "logs", "simulator", "--lines", "1")).stdout).toMatch(
    /127\.0\.0\.1/,
  );
  const { status, stderr } = await workbench(home, "logs", "kafak");
  expect([status, stderr]).toEqual([
    2,
    expect.stringMatching(/"kafak" \(the engines are kafka, kafka-2, kafka-3, ministack/),
  ]);
});
