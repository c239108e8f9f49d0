import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { installationDir } from "../config/sources";
import type { Settings } from "../config/settings";
import { WorkbenchError } from "../errors";
import { awsError, type S3 } from "./client";
import type { JobKind } from "./job-kind";

/** Each job's own file; every other Python file beside them is a module that they may import. */
export const scriptNames: Readonly<Record<JobKind, string>> = {
  etl: "github_events_etl.py",
  maintenance: "github_events_maintenance.py",
};

/** The job's Python files with the place they have in the bucket. */
export interface JobScripts {
  /** `s3://…/github_events_etl.py` */
  scriptLocation: string;
  /** The modules beside it, as `--extra-py-files` takes them. */
  extraPyFiles: string;
  files: { key: string; body: Buffer }[];
}

/**
 * Reads a job's Python files. Their keys carry a hash of their content, so that a run that is
 * going keeps the files it began with, and an unchanged script is uploaded once.
 *
 * @throws {@link WorkbenchError} code NOT_FOUND where a file is missing from the installation
 */
export async function readScripts(
  kind: JobKind,
  processedBucket: string,
  dir = join(installationDir, "glue"),
): Promise<JobScripts> {
  const names = [scriptNames[kind], ...(await moduleNames(dir))];
  const bodies = await Promise.all(names.map((name) => readScript(join(dir, name))));
  const hash = createHash("sha256");
  names.forEach((name, index) => {
    const body = bodies[index] ?? Buffer.alloc(0);
    hash.update(`${name}:${body.length}:`).update(body);
  });
  const prefix = `glue/scripts/${hash.digest("hex").slice(0, 16)}/`;
  const [script, ...modules] = names.map((name) => `s3://${processedBucket}/${prefix}${name}`);
  return {
    scriptLocation: script ?? "",
    extraPyFiles: modules.join(","),
    files: names.map((name, index) => ({
      key: prefix + name,
      body: bodies[index] ?? Buffer.alloc(0),
    })),
  };
}

/** Uploads what is not in the bucket yet. Returns how many files that were. */
export async function uploadScripts(
  s3: S3,
  scripts: JobScripts,
  settings: Pick<Settings, "aws" | "processedBucket">,
): Promise<number> {
  const Bucket = settings.processedBucket;
  const uploaded = await Promise.all(
    scripts.files.map(async ({ key, body }) => {
      try {
        if (await exists(s3, Bucket, key)) return 0;
        await s3.client.send(
          new s3.sdk.PutObjectCommand({
            Bucket,
            Key: key,
            Body: body,
            ContentType: "text/x-python",
          }),
        );
        return 1;
      } catch (error) {
        throw awsError(error, "S3", `uploading s3://${Bucket}/${key}`, settings);
      }
    }),
  );
  return uploaded.reduce<number>((sum, count) => sum + count, 0);
}

async function exists(s3: S3, Bucket: string, Key: string): Promise<boolean> {
  try {
    await s3.client.send(new s3.sdk.HeadObjectCommand({ Bucket, Key }));
    return true;
  } catch (error) {
    // A HEAD has no body: a missing bucket looks the same, and the upload then names it.
    if (error instanceof s3.sdk.NotFound) return false;
    throw error;
  }
}

async function moduleNames(dir: string): Promise<string[]> {
  const scripts: readonly string[] = Object.values(scriptNames);
  try {
    const names = await readdir(dir);
    return names.filter((name) => name.endsWith(".py") && !scripts.includes(name)).sort();
  } catch (error) {
    throw missing(dir, error);
  }
}

async function readScript(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw missing(path, error);
  }
}

function missing(path: string, cause: unknown): WorkbenchError {
  return new WorkbenchError("NOT_FOUND", `the Glue job's file ${path} cannot be read`, {
    hint: "run from a whole checkout",
    cause,
  });
}
