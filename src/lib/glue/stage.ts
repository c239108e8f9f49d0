import { z } from "zod";
import type { Settings } from "../config/settings";
import { openS3, type S3 } from "./client";
import { parseS3Path } from "./s3-path";

/** What a run says it is doing; the job's `Progress` writes it to `--progress_path`. */
const stageSchema = z.object({
  stage: z.string(),
  done: z.number().nonnegative(),
  total: z.number().nonnegative(),
});

/** A run's stage. */
export type Stage = z.infer<typeof stageSchema>;

/** Looks at what a run says it is doing. */
export interface StageReader {
  /** The stage told last; undefined where none was told yet. Never fails: a stage only informs. */
  read(): Promise<Stage | undefined>;
  close(): void;
}

/**
 * A reader of the file at `--progress_path`. It asks for the file only if it has changed, so that
 * a poll costs an answer without a body.
 */
export async function openStage(
  settings: Pick<Settings, "aws">,
  path: string | undefined,
): Promise<StageReader> {
  const address = path === undefined ? undefined : parseS3Path(path);
  if (address === undefined) {
    return { read: () => Promise.resolve(undefined), close: () => undefined };
  }
  const s3 = await openS3(settings);
  let known: { etag?: string | undefined; stage?: Stage } = {};
  return {
    async read() {
      try {
        known = await readIfChanged(s3, address, known.etag);
      } catch {
        // Not there yet, not changed, or S3 is away: what was known last is said again.
      }
      return known.stage;
    },
    close: () => s3.client.destroy(),
  };
}

async function readIfChanged(
  s3: S3,
  address: { Bucket: string; Key: string },
  etag: string | undefined,
): Promise<{ etag?: string | undefined; stage: Stage }> {
  const answer = await s3.client.send(
    new s3.sdk.GetObjectCommand({
      ...address,
      ...(etag === undefined ? {} : { IfNoneMatch: etag }),
    }),
  );
  const text = (await answer.Body?.transformToString("utf8")) ?? "";
  return { etag: answer.ETag, stage: stageSchema.parse(JSON.parse(text)) };
}
