import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../../src/lib/config/settings";
import { installationDir } from "../../src/lib/config/sources";
import { warehouseOf } from "../../src/lib/glue/job";
import { scriptNames } from "../../src/lib/glue/scripts";
import { sidePrefix } from "../../src/lib/landing/landed-topic";
import { readRecord } from "../../src/local/records";
import { findSpark } from "../../src/local/spark/install";
import { sparkCommand, type SparkCommand } from "../../src/local/spark/submit";

/** A process of the job that was started past Glue, so that nothing keeps two from running at once. */
export interface LakeProcess {
  child: ChildProcess;
  /** Its folder: standard output and error. */
  dir: string;
  /** The exit code; null where a signal ended it. */
  ended: Promise<number | null>;
  /** Kills Java and Python at once, as a lost machine would. */
  kill(): void;
  output(): string;
  errors(): string;
}

/** The command line of the job as the local Glue has it, with the files of this checkout. */
export function lakeCommand(
  settings: Settings,
  dir: string,
  script = join(installationDir, "glue", scriptNames.etl),
  more: readonly string[] = [],
): SparkCommand {
  mkdirSync(dir, { recursive: true });
  const endpoint = settings.aws.endpointUrl ?? "";
  const port = readRecord(settings.home, "ministack")?.port;
  const s3Url = port == null ? endpoint : `http://127.0.0.1:${port}`;
  const path = (prefix: string): string => `s3://${settings.raw.bucket}/${prefix}`;
  const folder = join(installationDir, "glue");
  const scripts: readonly string[] = Object.values(scriptNames);
  const modules = readdirSync(folder).filter((name) => name.endsWith(".py"));
  const pyFiles = modules
    .filter((name) => !scripts.includes(name))
    .map((name) => join(folder, name));
  return sparkCommand(
    findSpark(settings.home, process.env),
    {
      dir,
      script,
      pyFiles: pyFiles.filter((file) => file !== script),
      args: [
        ...["--JOB_NAME", "github_events_etl", "--raw_path", path(settings.raw.prefix)],
        ...["--coverage_path", path(sidePrefix(settings.raw.prefix, "coverage"))],
        ...["--enrichment_path", path(sidePrefix(settings.raw.prefix, "enrichment"))],
        ...["--database", settings.glue.database, "--warehouse", warehouseOf(settings)],
        ...["--summary_path", `s3://${settings.processedBucket}/${settings.dataset}/summary.json`],
        ...more,
      ],
      conf: { "spark.sql.catalog.glue_catalog.warehouse": warehouseOf(settings) },
    },
    {
      s3Url,
      glueUrl: endpoint,
      region: settings.aws.region,
      credentials: { accessKeyId: "workbench", secretAccessKey: "workbench" },
    },
    endpoint,
    process.env,
  );
}

/** Starts a command in a process group of its own. */
export function startLakeProcess(
  { command, env }: SparkCommand,
  dir: string,
  before: readonly string[] = [],
): LakeProcess {
  const files = { out: join(dir, "stdout.log"), err: join(dir, "stderr.log") };
  const [out, err] = [openSync(files.out, "w"), openSync(files.err, "w")];
  const [program = "", ...args] = [...before, ...command];
  const child = spawn(program, args, {
    cwd: dir,
    env,
    detached: true,
    stdio: ["ignore", out, err],
  });
  closeSync(out);
  closeSync(err);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code));
  });
  return {
    child,
    dir,
    ended,
    kill: () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
        process.kill(-child.pid, "SIGKILL");
      }
    },
    output: () => readFileSync(files.out, "utf8"),
    errors: () => readFileSync(files.err, "utf8"),
  };
}
