import { randomUUID } from "node:crypto";
import { z } from "zod";
import type { Settings } from "../config/settings";
import { WorkbenchError } from "../errors";
import { awsError, errorName, openS3 } from "./client";

const count = z.number().int().nonnegative();

/** What the job's script writes of its run. */
const summarySchema = z.object({
  rows_read: count,
  rows_written: count,
  duplicates: count,
  quarantined: count,
  objects: count,
});

/** What a run read and wrote. */
export type JobRunSummary = z.infer<typeof summarySchema>;

/** A place of its own for the summary of a new run. */
export function newSummaryPath(settings: Pick<Settings, "processedBucket">): string {
  return `s3://${settings.processedBucket}/glue/summaries/${randomUUID()}.json`;
}

/**
 * Reads what a run wrote to its `--summary_path`.
 *
 * @throws {@link WorkbenchError} code GLUE where the run left none, or none of this shape
 */
export async function readSummary(
  settings: Pick<Settings, "aws" | "processedBucket">,
  path: string,
): Promise<JobRunSummary> {
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(path) ?? [];
  const s3 = await openS3(settings);
  let text: string;
  try {
    const answer = await s3.client.send(new s3.sdk.GetObjectCommand({ Bucket, Key }));
    text = (await answer.Body?.transformToString("utf8")) ?? "";
  } catch (error) {
    if (errorName(error) === "NoSuchKey") {
      throw new WorkbenchError("GLUE", `the job run left no summary at ${path}`, { cause: error });
    }
    throw awsError(error, "S3", `reading ${path}`, settings);
  } finally {
    s3.client.destroy();
  }
  return parseSummary(text, path);
}

/** As {@link readSummary}, of text already read. */
export function parseSummary(text: string, path: string): JobRunSummary {
  try {
    return summarySchema.parse(JSON.parse(text));
  } catch (error) {
    throw new WorkbenchError("GLUE", `the summary at ${path} is not one of this job's`, {
      cause: error,
    });
  }
}
