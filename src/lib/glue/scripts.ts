import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { installationDir } from "../config/sources";
import type { Settings } from "../config/settings";
import { WorkbenchError } from "../errors";
import { awsError, type S3 } from "./client";

/** The job's own file, then the modules it imports. */
export const scriptNames = [
  "github_events_etl.py",
  "iceberg.py",
  "lake.py",
  "manifest.py",
  "progress.py",
  "raw_objects.py",
  "side_messages.py",
  "subjects.py",
  "tables.py",
  "transforms.py",
] as const;

/** The job's Python files with the place they have in the bucket. */
export interface JobScripts {
  /** `s3://…/github_events_etl.py` */
  scriptLocation: string;
  /** The modules beside it, as `--extra-py-files` takes them. */
  extraPyFiles: string;
  files: { key: string; body: Buffer }[];
}

/**
 * Reads the job's Python files. Their keys carry a hash of their content, so that a run that is
 * going keeps the files it began with, and an unchanged script is uploaded once.
 *
 * @throws {@link WorkbenchError} code NOT_FOUND where a file is missing from the installation
 */
export async function readScripts(
  processedBucket: string,
  dir = join(installationDir, "glue"),
): Promise<JobScripts> {
  const bodies = await Promise.all(scriptNames.map((name) => readScript(join(dir, name))));
  const hash = createHash("sha256");
  for (const body of bodies) hash.update(`${body.length}:`).update(body);
  const prefix = `glue/scripts/${hash.digest("hex").slice(0, 16)}/`;
  const [script, ...modules] = scriptNames.map(
    (name) => `s3://${processedBucket}/${prefix}${name}`,
  );
  return {
    scriptLocation: script ?? "",
    extraPyFiles: modules.join(","),
    files: scriptNames.map((name, index) => ({
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

async function readScript(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new WorkbenchError("NOT_FOUND", `the Glue job's file ${path} cannot be read`, {
      hint: "run from a whole checkout",
      cause: error,
    });
  }
}
