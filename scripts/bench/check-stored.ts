import { gunzipSync } from "node:zlib";
import type { S3Client } from "@aws-sdk/client-s3";
import { s3ClientConfig } from "../../src/lib/aws";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";
import { withAdmin } from "../../src/lib/kafka/client";
import { fetchLogBounds } from "../../src/lib/kafka/topic";

/** How many messages a topic's log holds. */
export async function countMessages(settings: Settings): Promise<number> {
  const bounds = await withAdmin(settings, systemEffects(), (admin) =>
    fetchLogBounds(admin, settings.kafka.topic),
  );
  return [...bounds.values()].reduce((sum, { low, high }) => sum + Number(high - low), 0);
}

/** How many places of the log the objects below a prefix hold; a place that is there twice throws. */
export async function countLanded(settings: Settings, prefix: string): Promise<number> {
  const { S3Client, ListObjectsV2Command } = await import("@aws-sdk/client-s3");
  const client = new S3Client(s3ClientConfig(settings));
  const Bucket = settings.raw.bucket;
  const places = new Set<string>();
  let lines = 0;
  const listing = await client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }));
  for (const { Key = "" } of listing.Contents ?? []) {
    if (!Key.endsWith(".jsonl.gz")) continue;
    const text = await readObject(client, Bucket, Key);
    for (const [, partition, offset] of text.matchAll(/"_partition":(\d+),"_offset":(\d+)\}\n/g)) {
      places.add(`${partition ?? ""}:${offset ?? ""}`);
      lines += 1;
    }
  }
  client.destroy();
  if (places.size !== lines) throw new Error(`${lines - places.size} messages landed twice`);
  return lines;
}

async function readObject(client: S3Client, Bucket: string, Key: string): Promise<string> {
  const { GetObjectCommand } = await import("@aws-sdk/client-s3");
  const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
  return gunzipSync((await Body?.transformToByteArray()) ?? "").toString();
}
