import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../../lib/config/settings";
import { installationDir } from "../../lib/config/sources";
import { warehouseOf } from "../../lib/glue/job";
import { scriptNames } from "../../lib/glue/scripts";
import { sidePrefix } from "../../lib/landing/landed-topic";
import { readRecord } from "../records";
import { findSpark } from "./install";
import { sparkCommand, type SparkCommand } from "./submit";

/**
 * The command line of the ETL job as the local Glue has it, with the files of this checkout, to be run
 * past Glue: nothing keeps two from running at once, and nothing has to be registered.
 *
 * @param settings - those of engines that run
 * @param dir - the run's folder
 * @param archiveFlags - in place of the JVM's flags for the class-data archive there is
 */
export function directJobCommand(
  settings: Settings,
  dir: string,
  archiveFlags?: readonly string[],
): SparkCommand {
  mkdirSync(dir, { recursive: true });
  const endpoint = settings.aws.endpointUrl ?? "";
  const port = readRecord(settings.home, "ministack")?.port;
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
      script: join(folder, scriptNames.etl),
      pyFiles,
      args: [
        ...["--JOB_NAME", "github_events_etl", "--raw_path", path(settings.raw.prefix)],
        ...["--coverage_path", path(sidePrefix(settings.raw.prefix, "coverage"))],
        ...["--enrichment_path", path(sidePrefix(settings.raw.prefix, "enrichment"))],
        ...["--database", settings.glue.database, "--warehouse", warehouseOf(settings)],
        ...["--summary_path", `s3://${settings.processedBucket}/${settings.dataset}/summary.json`],
      ],
      conf: { "spark.sql.catalog.glue_catalog.warehouse": warehouseOf(settings) },
      ...(archiveFlags === undefined ? {} : { archiveFlags }),
    },
    {
      s3Url: port == null ? endpoint : `http://127.0.0.1:${port}`,
      glueUrl: endpoint,
      region: settings.aws.region,
      credentials: { accessKeyId: "workbench", secretAccessKey: "workbench" },
    },
    endpoint,
    process.env,
  );
}
