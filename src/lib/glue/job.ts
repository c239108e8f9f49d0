import { createHash } from "node:crypto";
import type { CreateJobRequest, Job } from "@aws-sdk/client-glue";
import type { Settings } from "../config/settings";
import { WorkbenchError } from "../errors";
import { awsError, errorName, type Glue, openGlue, openS3 } from "./client";
import { type JobKind, jobName, jobPurposes } from "./job-kind";
import { type JobScripts, readScripts, uploadScripts } from "./scripts";

/** The parts of the settings that a job is made from. */
export type JobSettings = Pick<Settings, "aws" | "glue" | "processedBucket">;

/** The name of the catalog in Spark's SQL, as the job's script has it. */
const catalog = "spark.sql.catalog.glue_catalog";

/** Unused on one machine, where IAM is not modelled; a job has to have one. */
const localRole = "arn:aws:iam::000000000000:role/github-events-workbench";

/** Where the tables' files lie. */
export function warehouseOf(settings: Pick<Settings, "processedBucket">): string {
  return `s3://${settings.processedBucket}/warehouse`;
}

/**
 * A job's definition: Glue 5.1 with Iceberg, one run at a time.
 *
 * @see https://docs.aws.amazon.com/glue/latest/dg/aws-glue-programming-etl-format-iceberg.html
 */
export function jobDefinition(
  kind: JobKind,
  settings: JobSettings,
  scripts: Pick<JobScripts, "scriptLocation" | "extraPyFiles">,
  role: string,
): CreateJobRequest & { Name: string; Description: string } {
  const conf = [
    "spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
    `${catalog}=org.apache.iceberg.spark.SparkCatalog`,
    `${catalog}.catalog-impl=org.apache.iceberg.aws.glue.GlueCatalog`,
    `${catalog}.io-impl=org.apache.iceberg.aws.s3.S3FileIO`,
    `${catalog}.warehouse=${warehouseOf(settings)}`,
  ];
  const definition = {
    Name: jobName(kind, settings),
    Role: role,
    GlueVersion: "5.1",
    WorkerType: "G.1X" as const,
    NumberOfWorkers: 2,
    Timeout: 120,
    MaxRetries: 0,
    ExecutionProperty: { MaxConcurrentRuns: 1 },
    Command: { Name: "glueetl", PythonVersion: "3", ScriptLocation: scripts.scriptLocation },
    DefaultArguments: {
      "--job-language": "python",
      "--datalake-formats": "iceberg",
      "--extra-py-files": scripts.extraPyFiles,
      // Glue takes one --conf; further ones stand inside its value.
      "--conf": conf.join(" --conf "),
    },
  };
  const hash = createHash("sha256").update(JSON.stringify(definition)).digest("hex").slice(0, 12);
  return { ...definition, Description: `${jobPurposes[kind]} (definition ${hash})` };
}

/**
 * Uploads a job's script where it changed, and creates or updates the job.
 *
 * A job whose description names the present definition is left alone, so that workers added by
 * hand stay until the definition changes.
 *
 * @param scriptsDir - the folder with the Python files. Default: the installation's `glue/`
 * @throws {@link WorkbenchError} code GLUE, S3, ENGINE (the local endpoint is down), or CONFIG where
 *   the job has to be created on AWS and GLUE_ROLE is not set
 */
export async function ensureJob(
  kind: JobKind,
  settings: JobSettings,
  scriptsDir?: string,
): Promise<void> {
  const scripts = await readScripts(kind, settings.processedBucket, scriptsDir);
  const [glue, s3] = await Promise.all([openGlue(settings), openS3(settings)]);
  try {
    await uploadScripts(s3, scripts, settings);
    await putJob(glue, kind, settings, scripts);
  } finally {
    glue.client.destroy();
    s3.client.destroy();
  }
}

async function putJob(
  glue: Glue,
  kind: JobKind,
  settings: JobSettings,
  scripts: JobScripts,
): Promise<void> {
  const { sdk, client } = glue;
  const job = jobName(kind, settings);
  const what = `preparing the Glue job ${job}`;
  try {
    const existing = await getJob(glue, job);
    const role =
      settings.glue.role ?? existing?.Role ?? (settings.aws.local ? localRole : undefined);
    if (role === undefined) {
      throw new WorkbenchError("CONFIG", `${what}: GLUE_ROLE is not set`, {
        hint: "set GLUE_ROLE to the ARN of the IAM role that the job runs as",
      });
    }
    const { Name, ...rest } = jobDefinition(kind, settings, scripts, role);
    if (existing === undefined) {
      await createJob(glue, { Name, ...rest });
    } else if (existing.Description !== rest.Description) {
      await client.send(new sdk.UpdateJobCommand({ JobName: Name, JobUpdate: rest }));
    }
  } catch (error) {
    throw awsError(error, "GLUE", what, settings);
  }
}

/** Somebody else may have created it since we looked: then it is as good as ours. */
async function createJob({ sdk, client }: Glue, definition: CreateJobRequest): Promise<void> {
  try {
    await client.send(new sdk.CreateJobCommand(definition));
  } catch (error) {
    const madeMeanwhile = ["AlreadyExistsException", "IdempotentParameterMismatchException"];
    if (!madeMeanwhile.includes(errorName(error))) throw error;
  }
}

async function getJob(glue: Glue, name: string): Promise<Job | undefined> {
  try {
    return (await glue.client.send(new glue.sdk.GetJobCommand({ JobName: name }))).Job;
  } catch (error) {
    if (errorName(error) === "EntityNotFoundException") return undefined;
    throw error;
  }
}
