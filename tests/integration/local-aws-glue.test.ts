import {
  BatchStopJobRunCommand,
  CreateJobCommand,
  DeleteJobCommand,
  GetJobCommand,
  GetJobRunCommand,
  GetJobRunsCommand,
  GlueClient,
  type JobRun,
  StartJobRunCommand,
} from "@aws-sdk/client-glue";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSettings } from "../../src/lib/config/load";
import type { Settings } from "../../src/lib/config/settings";
import { listProcesses } from "../../src/local/proc";
import { clientOptions, until } from "./local-aws-client";

const suffix = Date.now().toString(36);
let settings: Settings;
let glue: GlueClient;
let s3: S3Client;

beforeAll(async () => {
  settings = loadSettings();
  glue = new GlueClient(clientOptions(settings.aws.endpointUrl));
  s3 = new S3Client({ ...clientOptions(settings.aws.endpointUrl), forcePathStyle: true });
  await Promise.all(
    Object.entries(scripts).map(([name, Body]) =>
      s3.send(
        new PutObjectCommand({ Bucket: settings.processedBucket, Key: `tests/${name}`, Body }),
      ),
    ),
  );
});

afterAll(() => {
  glue.destroy();
  s3.destroy();
});

const scripts = {
  "helper.py": 'WORD = "hello"\n',
  "good.py": `
import sys
from pyspark.sql import SparkSession
import helper
args = dict(zip(sys.argv[1::2], sys.argv[2::2]))
spark = SparkSession.builder.getOrCreate()
assert spark.conf.get("spark.sql.session.timeZone") == "UTC"
assert spark.conf.get("spark.sql.shuffle.partitions") == "3", "--conf"
assert args["--over"] == "run", args
db = args["--database"]
spark.sql(f"CREATE NAMESPACE IF NOT EXISTS glue_catalog.{db}")
spark.sql(f"CREATE TABLE glue_catalog.{db}.t (n bigint, k string) USING iceberg")
spark.read.text(args["--input"]).createOrReplaceTempView("lines")
spark.sql(f"INSERT INTO glue_catalog.{db}.t SELECT count(*), '{helper.WORD}' FROM lines")
rows = spark.sql(f"SELECT * FROM glue_catalog.{db}.t").collect()
print("ROWS", [tuple(row) for row in rows])
`,
  "bad.py": `
def f():
    raise ValueError("no such day: 2020")

f()
`,
  "slow.py": `
import time
print("began", flush=True)
time.sleep(600)
`,
};

async function create(script: string, more: object = {}): Promise<string> {
  const Name = `${script}-${suffix}`;
  await glue.send(
    new CreateJobCommand({
      Name,
      Role: "none",
      GlueVersion: "5.1",
      Command: {
        Name: "glueetl",
        ScriptLocation: `s3://${settings.processedBucket}/tests/${script}`,
      },
      ...more,
    }),
  );
  return Name;
}

async function start(JobName: string, Arguments: Record<string, string> = {}): Promise<string> {
  const { JobRunId = "" } = await glue.send(new StartJobRunCommand({ JobName, Arguments }));
  return JobRunId;
}

async function seeRun(JobName: string, RunId: string): Promise<JobRun> {
  return (await glue.send(new GetJobRunCommand({ JobName, RunId }))).JobRun ?? {};
}

function end(jobName: string, id: string): Promise<JobRun> {
  const final = ["SUCCEEDED", "FAILED", "STOPPED", "TIMEOUT", "ERROR"];
  return until(
    () => seeRun(jobName, id),
    (run) => final.includes(run.JobRunState ?? ""),
  );
}

function stdout(id: string): string {
  const file = join(settings.home, "data", "aws", "glue", id, "stdout.log");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

describe("a Glue job", () => {
  it("runs on Spark, reads S3, writes an Iceberg table of the catalog", async () => {
    const bucket = settings.processedBucket;
    const name = await create("good.py", {
      DefaultArguments: {
        "--over": "default",
        "--datalake-formats": "iceberg",
        "--extra-py-files": `s3://${bucket}/tests/helper.py`,
        "--conf": `spark.sql.shuffle.partitions=3 --conf spark.sql.catalog.glue_catalog.warehouse=s3://${bucket}/warehouse`,
      },
    });
    const id = await start(name, {
      "--over": "run",
      "--database": `glue_${suffix}`,
      "--input": `s3://${bucket}/tests/bad.py`,
    });
    await expect(start(name)).rejects.toMatchObject({ name: "ConcurrentRunsExceededException" });
    const run = await end(name, id);
    expect(run).toMatchObject({ JobRunState: "SUCCEEDED", GlueVersion: "5.1" });
    expect(stdout(id)).toContain("ROWS [(5, 'hello')]");
    const { JobRuns } = await glue.send(new GetJobRunsCommand({ JobName: name }));
    expect(JobRuns?.map(({ Id }) => Id)).toEqual([id]);
  });

  it("that raises ends FAILED with its Python error", async () => {
    const name = await create("bad.py");
    const id = await start(name);
    expect(await end(name, id)).toMatchObject({
      JobRunState: "FAILED",
      ErrorMessage:
        "Error Category: UNCLASSIFIED_ERROR; Failed Line Number: 3; ValueError: no such day: 2020",
    });
  });

  it("is stopped with all its processes", async () => {
    const name = await create("slow.py");
    const id = await start(name);
    await until(
      () => Promise.resolve(stdout(id)),
      (text) => text.includes("began"),
    );
    const [process] = sessionOf(id);
    expect(process).toBeDefined();
    await glue.send(new BatchStopJobRunCommand({ JobName: name, JobRunIds: [id] }));
    expect((await seeRun(name, id)).JobRunState).toBe("STOPPING");
    expect((await end(name, id)).JobRunState).toBe("STOPPED");
    expect(sessionOf(id)).toEqual([]);
  });

  it("whose script is not there ends FAILED and says so", async () => {
    const name = await create("missing.py");
    const run = await end(name, await start(name));
    expect(run.JobRunState).toBe("FAILED");
    expect(run.ErrorMessage).toContain("tests/missing.py cannot be fetched");
  });

  it("keeps what ministack would drop, and can be deleted", async () => {
    const name = await create("other.py", { ExecutionProperty: { MaxConcurrentRuns: 3 } });
    const { Job } = await glue.send(new GetJobCommand({ JobName: name }));
    expect(Job?.ExecutionProperty?.MaxConcurrentRuns).toBe(3);
    await glue.send(new DeleteJobCommand({ JobName: name }));
    await expect(glue.send(new GetJobCommand({ JobName: name }))).rejects.toMatchObject({
      name: "EntityNotFoundException",
    });
  });
});

/** Processes that a run started: the record names their session. */
function sessionOf(id: string): number[] {
  const file = join(settings.home, "data", "aws", "glue", "runs", `${id}.json`);
  const { process } = JSON.parse(readFileSync(file, "utf8")) as { process: { pid: number } };
  return listProcesses()
    .filter(({ session }) => session === process.pid)
    .map(({ pid }) => pid);
}
