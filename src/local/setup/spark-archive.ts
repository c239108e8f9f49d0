import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Settings } from "../../lib/config/settings";
import { throwIfAborted, type Effects } from "../../lib/effects";
import { describeError } from "../../lib/errors";
import { parseEvent } from "../../lib/events/parse-event";
import { toMessage } from "../../lib/events/message";
import { openS3 } from "../../lib/glue/client";
import { takeDown } from "../down";
import { linkInstallations } from "../home";
import { EventGenerator } from "../simulator/generator";
import { archivePrefix, sparkArchive } from "../spark/class-archive";
import { directJobCommand } from "../spark/direct-job";
import { findSpark } from "../spark/install";
import { bringUp, localHomeSettings } from "../up";
import { runProgram } from "./run-program";

/** Enough to have each kind of event, and none of them kept. */
const sampleEvents = 200;

/** Whether there is nothing to make: the archive is there, or Spark is not. */
export function isSparkArchiveMade(home: string): boolean {
  try {
    return existsSync(sparkArchive(findSpark(home, process.env)));
  } catch {
    return true;
  }
}

/**
 * Makes Spark's class-data archive: the ETL job runs once, over a few invented events, on engines in a
 * home of their own that is deleted afterwards, and the JVM writes at its end which classes it had
 * loaded. Without it jobs run all the same, but start more slowly; so its failure is a warning.
 */
export async function makeSparkArchive(home: string, effects: Effects): Promise<void> {
  const install = findSpark(home, process.env);
  const archive = sparkArchive(install);
  const fresh = `${archive}.new`;
  for (const name of readdirSync(install.archiveFolder)) {
    if (name.startsWith(archivePrefix)) rmSync(join(install.archiveFolder, name));
  }
  const scratch = mkdtempSync(join(tmpdir(), "workbench-spark-"));
  try {
    linkInstallations(home, scratch);
    await runOnce(scratch, fresh, effects);
    renameSync(fresh, archive);
  } catch (error) {
    throwIfAborted(effects.signal);
    const reason = describeError(error);
    effects.logger.warn(`no class-data archive: jobs run, but start more slowly: ${reason}`);
  } finally {
    await takeDown(scratch, effects);
    rmSync(scratch, { recursive: true, force: true });
    rmSync(fresh, { force: true });
  }
}

async function runOnce(scratch: string, archive: string, effects: Effects): Promise<void> {
  const env = { PATH: process.env["PATH"], HOME: process.env["HOME"], WORKBENCH_HOME: scratch };
  const { local } = await bringUp({ home: scratch, env, engines: ["ministack", "aws"] }, effects);
  const settings = localHomeSettings(scratch, local);
  await landSample(settings);
  const dir = join(scratch, "job");
  const job = directJobCommand(settings, dir, [`-XX:ArchiveClassesAtExit=${archive}`]);
  await runProgram({
    ...job,
    cwd: dir,
    inheritEnv: false,
    log: join(dir, "job.log"),
    purpose: "running the job",
    ...(effects.signal === undefined ? {} : { signal: effects.signal }),
  });
}

async function landSample(settings: Settings): Promise<void> {
  const startMs = Date.UTC(2026, 0, 1);
  const generator = new EventGenerator({ seed: 1, startMs, eventsPerHour: 1000 });
  const lines = Array.from({ length: sampleEvents }, (_, offset) => {
    const message = toMessage(parseEvent(generator.next()), "simulator", startMs);
    return `${JSON.stringify({ ...message, _partition: 0, _offset: offset })}\n`;
  });
  const s3 = await openS3(settings);
  try {
    const name = "ingest_date=2026-01-01/ingest_hour=00/sample+0+00000000000000000000.jsonl.gz";
    const Key = `${settings.raw.prefix}${name}`;
    const Body = gzipSync(lines.join(""));
    await s3.client.send(new s3.sdk.PutObjectCommand({ Bucket: settings.raw.bucket, Key, Body }));
  } finally {
    s3.client.destroy();
  }
}
