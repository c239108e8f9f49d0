/**
 * The endpoint and ministack killed with -9 while writers change the catalog: what was answered is
 * there afterwards. CATALOG_KILL_ROUNDS says how often; three times in the ordinary suite.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BatchCreatePartitionCommand,
  CreateDatabaseCommand,
  CreateJobCommand,
  CreateTableCommand,
  GetJobRunCommand,
  GetPartitionsCommand,
  GetTableCommand,
  GlueClient,
  StartJobRunCommand,
  UpdateTableCommand,
} from "@aws-sdk/client-glue";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, expect, it } from "vitest";
import { systemEffects } from "../../src/lib/effects";
import { takeDown } from "../../src/local/down";
import type { EngineName } from "../../src/local/engines/engine";
import { linkInstallations } from "../../src/local/home";
import { findJobRunLogs } from "../../src/local/job-run-logs";
import { descendants, listProcesses } from "../../src/local/proc";
import { lastLines, readRecord } from "../../src/local/processes";
import { bringUp } from "../../src/local/up";
import { clientOptions, until } from "./local-aws-client";

const rounds = Number(process.env["CATALOG_KILL_ROUNDS"] ?? 3);
const engines: EngineName[] = ["ministack", "aws"];
const effects = systemEffects();
const DatabaseName = "kill";
const bucket = "github-events-processed";
let home: string;
let url: string;

async function up(): Promise<void> {
  const { local } = await bringUp({ home, env: process.env, engines }, effects);
  url = local["AWS_ENDPOINT_URL"] ?? "";
}

/** Without a warning, the two of them at the same moment; job runs, in sessions of their own, go on. */
function kill(): void {
  const all = listProcesses();
  for (const name of engines) {
    const pid = readRecord(home, name)?.pid ?? 0;
    const below = descendants(pid, all).filter(({ session }) => session === pid);
    for (const one of [{ pid }, ...below]) {
      try {
        process.kill(one.pid, "SIGKILL");
      } catch {
        // It is gone already.
      }
    }
  }
}

/** A client whose calls are answered once or not at all: what is not answered is not repeated. */
function client(): GlueClient {
  return new GlueClient({ ...clientOptions(url), maxAttempts: 1 });
}

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), "workbench-catalog-"));
  const installed = process.env["WORKBENCH_HOME"] ?? "";
  linkInstallations(installed, home);
  await up();
});

afterAll(async () => {
  await takeDown(home, effects);
  rmSync(home, { recursive: true, force: true });
});

const tables = ["a", "b", "c"];
/** By table: the count last answered, and the one asked for last. */
const answered = new Map(tables.map((name) => [name, { count: 0, asked: 0, partitions: 0 }]));

/** Counts up in a table's parameters, as Iceberg puts its pointer, until the endpoint goes away. */
async function write(Name: string): Promise<void> {
  const glue = client();
  const state = answered.get(Name);
  if (state === undefined) return;
  try {
    for (;;) {
      const { Table } = await glue.send(new GetTableCommand({ DatabaseName, Name }));
      const count = Number(Table?.Parameters?.["count"] ?? 0) + 1;
      state.asked = count;
      await glue.send(
        new UpdateTableCommand({
          DatabaseName,
          TableInput: {
            Name,
            PartitionKeys: [{ Name: "n", Type: "int" }],
            Parameters: { count: String(count), filler: "x".repeat(2000) },
          },
          VersionId: Table?.VersionId,
          SkipArchive: true,
        }),
      );
      state.count = count;
      if (count % 3 === 0) {
        const PartitionInputList = [{ Values: [String(count)] }, { Values: [String(-count)] }];
        const names = { DatabaseName, TableName: Name };
        await glue.send(new BatchCreatePartitionCommand({ ...names, PartitionInputList }));
        state.partitions += 2;
      }
    }
  } catch {
    // Killed; what was under way may have been done or not.
  } finally {
    glue.destroy();
  }
}

async function check(): Promise<void> {
  const glue = client();
  for (const Name of tables) {
    const state = answered.get(Name);
    if (state === undefined) continue;
    const { Table } = await glue.send(new GetTableCommand({ DatabaseName, Name }));
    const count = Number(Table?.Parameters?.["count"] ?? 0);
    expect([Name, count === state.count || count === state.asked]).toEqual([Name, true]);
    expect([Name, Table?.VersionId]).toEqual([Name, String(count)]);
    const names = { DatabaseName, TableName: Name };
    const { Partitions = [] } = await glue.send(new GetPartitionsCommand(names));
    // Two by two: a call's partitions are there together or not at all.
    const extra = Partitions.length - state.partitions;
    expect([Name, extra === 0 || extra === 2]).toEqual([Name, true]);
    state.partitions = Partitions.length;
    state.count = count;
  }
  glue.destroy();
}

it("loses no answered change of the catalog", { timeout: 120_000 + rounds * 30_000 }, async () => {
  const glue = client();
  await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: DatabaseName } }));
  for (const Name of tables) {
    const PartitionKeys = [{ Name: "n", Type: "int" }];
    await glue.send(new CreateTableCommand({ DatabaseName, TableInput: { Name, PartitionKeys } }));
  }
  glue.destroy();
  for (let round = 0; round < rounds; round += 1) {
    const before = [...answered.values()].map(({ count }) => count);
    const writers = tables.map((name) => write(name));
    // At a moment of its own each time.
    await effects.sleep(500 + Math.random() * 1500);
    kill();
    await Promise.all(writers);
    // A round in which nothing was written would show nothing.
    [...answered.values()].forEach(({ count }, at) =>
      expect(count).toBeGreaterThan(before[at] ?? 0),
    );
    await up();
    await check();
  }
  await takeDown(home, effects);
  await up();
  await check();
});

/** Inserts one row at a time and goes on when the endpoint comes back; says what was committed. */
const script = `
import sys, time
from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
spark.sql("CREATE NAMESPACE IF NOT EXISTS glue_catalog.kill_ice")
spark.sql("CREATE TABLE IF NOT EXISTS glue_catalog.kill_ice.t (n bigint) USING iceberg")
acked = []
end = time.time() + 200
n = 0
while len(acked) < 8 and time.time() < end:
    n += 1
    try:
        spark.sql(f"INSERT INTO glue_catalog.kill_ice.t VALUES ({n})")
        acked.append(n)
        print("COMMITTED", n, flush=True)
    except Exception as error:
        print("FAILED", n, str(error)[:200].replace("\\n", " "), flush=True)
        time.sleep(1)
spark.catalog.clearCache()
rows = sorted(row.n for row in spark.table("glue_catalog.kill_ice.t").collect())
print("ACKED", acked, flush=True)
print("ROWS", rows, flush=True)
assert set(acked) <= set(rows), "a commit that was answered is gone"
assert len(rows) == len(set(rows)), "a row is there twice"
`;

it("keeps Iceberg's commits and the run that makes them", { timeout: 400_000 }, async () => {
  const s3 = new S3Client({ ...clientOptions(url), forcePathStyle: true });
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key: "kill/ice.py", Body: script }));
  s3.destroy();
  const glue = new GlueClient(clientOptions(url));
  const JobName = "ice";
  await glue.send(
    new CreateJobCommand({
      Name: JobName,
      Role: "none",
      Command: { Name: "glueetl", ScriptLocation: `s3://${bucket}/kill/ice.py` },
      DefaultArguments: {
        "--conf": `spark.sql.catalog.glue_catalog.warehouse=s3://${bucket}/warehouse`,
      },
    }),
  );
  const { JobRunId: RunId = "" } = await glue.send(new StartJobRunCommand({ JobName }));
  const said = (): string => lastLines(findJobRunLogs(home, RunId)?.script ?? "", 100).join("\n");
  await until(
    () => Promise.resolve(said()),
    (text) => /COMMITTED 3$/m.test(text),
  );
  await effects.sleep(Math.random() * 700);
  kill();
  await effects.sleep(1000);
  await up();
  const run = await until(
    async () => (await glue.send(new GetJobRunCommand({ JobName, RunId }))).JobRun,
    (seen) => !["STARTING", "RUNNING"].includes(seen?.JobRunState ?? ""),
  );
  expect([run?.JobRunState, run?.ErrorMessage, said()]).toEqual([
    "SUCCEEDED",
    undefined,
    expect.stringMatching(/ROWS \[1, 2, 3/),
  ]);
  glue.destroy();
});
