import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Settings } from "../../src/lib/config/settings";
import { openS3 } from "../../src/lib/glue/client";
import { sidePrefix } from "../../src/lib/landing/landed-topic";

/** The raw objects below a folder, by their keys under the prefix; none where it is not there. */
export function objectsIn(root: string): string[] {
  try {
    return readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".gz"))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** Lands a batch of what lake_events.py wrote, as the consumer does: events, and what was looked up. */
export async function landFolder(settings: Settings, folder: string, batch: string): Promise<void> {
  const prefixes = {
    events: settings.raw.prefix,
    enrichment: sidePrefix(settings.raw.prefix, "enrichment"),
  };
  const s3 = await openS3(settings);
  try {
    for (const [kind, prefix] of Object.entries(prefixes)) {
      const root = join(folder, kind, batch);
      for (const name of objectsIn(root)) {
        const put = { Bucket: settings.raw.bucket, Key: `${prefix}${name}` };
        const Body = readFileSync(join(root, name));
        await s3.client.send(new s3.sdk.PutObjectCommand({ ...put, Body }));
      }
    }
  } finally {
    s3.client.destroy();
  }
}
