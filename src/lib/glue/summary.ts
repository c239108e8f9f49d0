import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Settings } from "../config/settings";
import { WorkbenchError } from "../errors";
import { awsError, errorName, openS3, type S3 } from "./client";
import { parseS3Path } from "./s3-path";

const count = z.number().int().nonnegative();

/** What the etl job's script writes of its run. */
export const etlSummarySchema = z.object({
  rows_read: count,
  rows_written: count,
  duplicates: count,
  quarantined: count,
  objects: count,
});

/** What a run of the etl job read and wrote. */
export type JobRunSummary = z.infer<typeof etlSummarySchema>;

/** What the maintenance job's script writes: each table before and after. */
export const maintenanceSummarySchema = z.object({
  tables: z.array(
    z.object({
      table: z.string(),
      files_before: count,
      files_after: count,
      bytes_before: count,
      bytes_after: count,
      delete_files_before: count,
      delete_files_after: count,
      snapshots_before: count,
      snapshots_after: count,
      orphans_removed: count,
      orphan_bytes: count,
    }),
  ),
  retention_hours: z.number().nonnegative(),
  orphan_age_hours: z.number().nonnegative(),
});

/** Places of its own for a new run: its summary at the end, its stage meanwhile. */
export interface RunPaths {
  summaryPath: string;
  progressPath: string;
}

/** Places that no other run has. */
export function newRunPaths(settings: Pick<Settings, "processedBucket">): RunPaths {
  const id = randomUUID();
  const folder = `s3://${settings.processedBucket}/glue`;
  return {
    summaryPath: `${folder}/summaries/${id}.json`,
    progressPath: `${folder}/progress/${id}.json`,
  };
}

/**
 * Reads what a run wrote to its `--summary_path`.
 *
 * @param given - a client in use; without it one is made for this call
 * @throws {@link WorkbenchError} code GLUE where the run left none, or none of this shape
 */
export async function readSummary<T>(
  schema: z.ZodType<T>,
  settings: Pick<Settings, "aws" | "processedBucket">,
  path: string,
  given?: S3,
): Promise<T> {
  const address = parseS3Path(path);
  if (address === undefined) {
    throw new WorkbenchError("GLUE", `the run's --summary_path is ${path}, no s3:// address`);
  }
  const s3 = given ?? (await openS3(settings));
  let text: string;
  try {
    const answer = await s3.client.send(new s3.sdk.GetObjectCommand(address));
    text = (await answer.Body?.transformToString("utf8")) ?? "";
  } catch (error) {
    if (errorName(error) === "NoSuchKey") {
      throw new WorkbenchError("GLUE", `the job run left no summary at ${path}`, { cause: error });
    }
    throw awsError(error, "S3", `reading ${path}`, settings);
  } finally {
    if (given === undefined) s3.client.destroy();
  }
  return parseSummary(schema, text, path);
}

/** As {@link readSummary}, of text already read. */
export function parseSummary<T>(schema: z.ZodType<T>, text: string, path: string): T {
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    throw new WorkbenchError("GLUE", `the summary at ${path} is not one of this job's`, {
      cause: error,
    });
  }
}
