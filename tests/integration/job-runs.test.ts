/**
 * Job runs as the commands and their callers see them: progress by stages, two at the same moment,
 * cancelling, history, maintenance; and what the local Glue does of limits, time-outs and retries.
 * The jobs' scripts are small ones of the test's own.
 */
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  BatchStopJobRunCommand,
  CreateJobCommand,
  DeleteJobCommand,
  GetJobRunCommand,
  GetJobRunsCommand,
  GlueClient,
  StartJobRunCommand,
} from "@aws-sdk/client-glue";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSettings } from "../../src/lib/config/load";
import { installationDir } from "../../src/lib/config/sources";
import type { Settings } from "../../src/lib/config/settings";
import { type Effects, type ProgressUpdate, systemEffects } from "../../src/lib/effects";
import { runEtl } from "../../src/lib/etl";
import { cancelJobRun } from "../../src/lib/glue/cancel";
import { readHistory } from "../../src/lib/glue/history";
import { ensureJob } from "../../src/lib/glue/job";
import { runMaintenance } from "../../src/lib/maintain";
import { startGateway } from "../../src/local/aws/gateway";
import { linkInstallations } from "../../src/local/home";
import { clientOptions, until } from "./local-aws-client";

const suffix = Date.now().toString(36);
let settings: Settings;
let glue: GlueClient;
let scriptsDir: string;

/** No Spark: what is looked at here is around it, and each run takes a second less. */
const etlScript = `
import json, sys, time
import boto3
from progress import Progress
args = dict(zip(sys.argv[1::2], sys.argv[2::2]))
s3 = boto3.client("s3")
def put(path, text):
    bucket, key = path[5:].split("/", 1)
    s3.put_object(Bucket=bucket, Key=key, Body=text.encode())
progress = Progress(lambda text: put(args["--progress_path"], text), 2)
progress.stage("read")
time.sleep(4)
progress.stage("merge")
time.sleep(4)
print("merged")
put(args["--summary_path"], json.dumps({"rows_read": 5, "rows_written": 3, "duplicates": 1, "quarantined": 1, "objects": 1}))
`;

const maintenanceScript = `
import json, sys
import boto3
args = dict(zip(sys.argv[1::2], sys.argv[2::2]))
names = args.get("--tables", "github_events,resolutions").split(",")
numbers = ["files", "bytes", "delete_files", "snapshots"]
tables = [{"table": name, "orphans_removed": 0, "orphan_bytes": 0,
  **{f"{n}_{when}": size for n in numbers for when, size in (("before", 9), ("after", 1))}} for name in names]
bucket, key = args["--summary_path"][5:].split("/", 1)
body = {"tables": tables, "retention_hours": float(args.get("--retention_hours", 168)), "orphan_age_hours": 72}
boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=json.dumps(body).encode())
`;

const others = {
  "slow.py": "import time\ntime.sleep(600)\n",
  "bad.py": 'raise ValueError("no")\n',
};

beforeAll(async () => {
  settings = {
    ...loadSettings({ dataset: `runs${suffix}` }),
  };
  settings.glue = {
    ...settings.glue,
    job: `runs-etl-${suffix}`,
    maintenanceJob: `runs-maintenance-${suffix}`,
  };
  glue = new GlueClient(clientOptions(settings.aws.endpointUrl));
  scriptsDir = mkdtempSync(join(tmpdir(), "runs-scripts-"));
  const progress = `import json\nclass Progress:
    def __init__(self, write, total):
        self.write, self.total, self.done = write, total, 0
    def stage(self, name):
        self.write(json.dumps({"stage": name, "done": self.done, "total": self.total, "updated_at_ms": 0}))
        self.done += 1\n`;
  writeFileSync(join(scriptsDir, "github_events_etl.py"), etlScript);
  writeFileSync(join(scriptsDir, "github_events_maintenance.py"), maintenanceScript);
  writeFileSync(join(scriptsDir, "progress.py"), progress);
  const s3 = new S3Client({ ...clientOptions(settings.aws.endpointUrl), forcePathStyle: true });
  for (const [name, Body] of Object.entries(others)) {
    const Key = `job-runs/${name}`;
    await s3.send(new PutObjectCommand({ Bucket: settings.processedBucket, Key, Body }));
  }
  s3.destroy();
});

afterAll(() => {
  glue.destroy();
  rmSync(scriptsDir, { recursive: true, force: true });
});

function watching(): { effects: Effects; seen: ProgressUpdate[]; warnings: string[] } {
  const seen: ProgressUpdate[] = [];
  const warnings: string[] = [];
  const effects = systemEffects({
    progress: (update) => seen.push(update),
    logger: {
      debug: () => undefined,
      info: () => undefined,
      warn: (words) => warnings.push(words),
    },
  });
  return { effects, seen, warnings };
}

describe("an etl run", () => {
  const withScripts = { scriptsDir: "" };
  beforeAll(() => {
    withScripts.scriptsDir = scriptsDir;
  });

  it("of two callers at the same moment is one, told by its stages", async () => {
    const [first, second] = [watching(), watching()];
    const answers = await Promise.all([
      runEtl(settings, withScripts, first.effects),
      runEtl(settings, withScripts, second.effects),
    ]);
    const counts = { rows_read: 5, rows_written: 3, duplicates: 1, quarantined: 1 };
    expect(answers[0]).toEqual({
      job_run_id: answers[1].job_run_id,
      state: "SUCCEEDED",
      ...counts,
    });
    expect(answers[1]).toEqual(answers[0]);
    expect([...first.warnings, ...second.warnings]).toEqual([expect.stringContaining("joined it")]);
    for (const { seen } of [first, second]) {
      const states = new Set(seen.map(({ state }) => state));
      expect([...states]).toEqual(
        expect.arrayContaining(["RUNNING: read (1/2)", "RUNNING: merge (2/2)", "SUCCEEDED"]),
      );
    }
    const { JobRuns } = await glue.send(new GetJobRunsCommand({ JobName: settings.glue.job }));
    expect(JobRuns).toHaveLength(1);
    expect(await readHistory(settings, {}, first.effects)).toMatchObject([
      { ...counts, job_run_id: answers[0].job_run_id, state: "SUCCEEDED", error: null },
    ]);
  });

  it("is cancelled by another caller, and the one that waits is told", async () => {
    const { effects, seen } = watching();
    const waiting = runEtl(settings, withScripts, effects).then(
      () => undefined,
      (error: unknown) => error,
    );
    await until(
      () => Promise.resolve(seen.some(({ state }) => state.startsWith("RUNNING"))),
      Boolean,
    );
    const cancelled = await cancelJobRun(settings, { kind: "etl" }, systemEffects());
    expect(cancelled.state).toBe("STOPPED");
    expect(await waiting).toMatchObject({
      code: "GLUE",
      message: expect.stringContaining(
        `${cancelled.job_run_id} of ${settings.glue.job} is STOPPED`,
      ) as string,
      retryable: false,
    });
  });

  it("is listed by the command, and its log printed", async () => {
    const listed = await workbench("etl", "--history", "--limit", "2", "--json");
    const { runs } = JSON.parse(listed) as {
      runs: { job_run_id: string; state: string; rows_written: number | null }[];
    };
    expect(runs.map(({ state, rows_written }) => [state, rows_written])).toEqual([
      ["STOPPED", null],
      ["SUCCEEDED", 3],
    ]);
    expect(await workbench("logs", runs[1]?.job_run_id ?? "", "--lines", "1")).toBe("merged\n");
  });
});

/** The command itself over the test's jobs. */
function workbench(...args: string[]): Promise<string> {
  const env = {
    ...process.env,
    DATASET: settings.dataset,
    GLUE_JOB: settings.glue.job,
    GLUE_MAINTENANCE_JOB: settings.glue.maintenanceJob,
  };
  return new Promise((resolve, reject) => {
    const command = [join(installationDir, "scripts", "workbench"), ...args];
    execFile(process.execPath, command, { env, cwd: tmpdir() }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(stderr));
    });
  });
}

it("maintains the tables named, and says what it did", async () => {
  await ensureJob("maintenance", settings, scriptsDir);
  const options = { tables: ["github_events"], retentionHours: 24, scriptsDir };
  const summary = await runMaintenance(settings, options, systemEffects());
  expect(summary).toMatchObject({
    state: "SUCCEEDED",
    retention_hours: 24,
    orphan_age_hours: 72,
    tables: [{ table: "github_events", files_before: 9, files_after: 1 }],
  });
});

describe("the local Glue", () => {
  async function create(script: string, more: object = {}): Promise<string> {
    const Name = `${script}-${suffix}`;
    const ScriptLocation = `s3://${settings.processedBucket}/job-runs/${script}`;
    const Command = { Name: "glueetl", ScriptLocation };
    await glue.send(new CreateJobCommand({ Name, Role: "none", Command, ...more }));
    return Name;
  }

  it("starts a run again that failed, as often as MaxRetries says", async () => {
    const JobName = await create("bad.py", { MaxRetries: 1 });
    const { JobRunId = "" } = await glue.send(new StartJobRunCommand({ JobName }));
    const runs = await until(
      async () => (await glue.send(new GetJobRunsCommand({ JobName }))).JobRuns ?? [],
      (seen) => seen.length > 1 && seen.every(({ JobRunState }) => JobRunState === "FAILED"),
    );
    expect(runs.map(({ Id, Attempt, PreviousRunId }) => [Id, Attempt, PreviousRunId])).toEqual([
      [`${JobRunId}_attempt_1`, 1, JobRunId],
      [JobRunId, 0, undefined],
    ]);
    const firstPage = await glue.send(new GetJobRunsCommand({ JobName, MaxResults: 1 }));
    expect(firstPage.JobRuns?.[0]?.Id).toBe(`${JobRunId}_attempt_1`);
    const { NextToken } = firstPage;
    const secondPage = await glue.send(new GetJobRunsCommand({ JobName, NextToken }));
    expect(secondPage.JobRuns?.map(({ Id }) => Id)).toEqual([JobRunId]);
    const stop = new BatchStopJobRunCommand({ JobName, JobRunIds: [JobRunId, "jr_0"] });
    const { Errors } = await glue.send(stop);
    expect(Errors?.map(({ ErrorDetail }) => ErrorDetail?.ErrorCode)).toEqual([
      "JobRunInvalidStateTransitionException",
      "EntityNotFoundException",
    ]);
    await glue.send(new DeleteJobCommand({ JobName }));
  });

  it("ends a run that lasts longer than its time-out, and starts it not again", async () => {
    const home = mkdtempSync(join(tmpdir(), "workbench-timeout-"));
    let aheadMs = 0;
    const options = { port: 0, ministack: new URL(settings.aws.endpointUrl ?? ""), home };
    linkInstallations(settings.home, home);
    const now = (): number => Date.now() + aheadMs;
    const gateway = await startGateway(options, process.env, systemEffects({ now }));
    const own = new GlueClient(clientOptions(gateway.url));
    try {
      const JobName = "slow";
      const ScriptLocation = `s3://${settings.processedBucket}/job-runs/slow.py`;
      const Command = { Name: "glueetl", ScriptLocation };
      await own.send(new CreateJobCommand({ Name: JobName, Role: "n", Command, MaxRetries: 2 }));
      const start = new StartJobRunCommand({ JobName, Timeout: 1 });
      const { JobRunId: RunId } = await own.send(start);
      await expect(own.send(start)).rejects.toMatchObject({
        name: "ConcurrentRunsExceededException",
      });
      const see = async (): Promise<string | undefined> =>
        (await own.send(new GetJobRunCommand({ JobName, RunId }))).JobRun?.JobRunState;
      await until(see, (state) => state === "RUNNING");
      aheadMs = 61_000;
      expect(await until(see, (state) => state !== "RUNNING")).toBe("TIMEOUT");
      const { JobRuns } = await own.send(new GetJobRunsCommand({ JobName }));
      expect(JobRuns).toHaveLength(1);
      expect(JobRuns?.[0]?.ErrorMessage).toBe("the job ran longer than its time-out of 1 min");
    } finally {
      own.destroy();
      await gateway.close();
      rmSync(home, { recursive: true, force: true });
    }
  });
});
