import { createReadStream, createWriteStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import type { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";

/** Any non-empty pair serves: nothing on this machine checks it, and no real key may be seen. */
export const localCredentials = { accessKeyId: "workbench", secretAccessKey: "workbench" };

/** The region that everything local answers under. */
export const localRegion = "us-east-1";

/** Where an object lies. */
export interface S3Address {
  bucket: string;
  key: string;
}

/** Takes `s3://bucket/key` apart (`s3a` and `s3n` too); undefined for anything else. */
export function parseS3Address(text: string): S3Address | undefined {
  const match = /^s3[an]?:\/\/([^/]+)\/?(.*)$/s.exec(text);
  return match === null ? undefined : { bucket: match[1] ?? "", key: match[2] ?? "" };
}

/** Files to S3 and back, through one endpoint. */
export interface Objects {
  upload(file: string, to: S3Address, contentType: string): Promise<void>;
  download(from: S3Address, file: string): Promise<void>;
  /** A small object's text; undefined where there is none. */
  readText(from: S3Address): Promise<string | undefined>;
  writeText(text: string, to: S3Address, contentType: string): Promise<void>;
  /** What lies under a prefix, in the order of the keys. */
  list(under: S3Address): AsyncIterable<S3Address & { bytes: number }>;
}

/** Objects of the local S3. The client is loaded at the first use. */
export function openObjects(endpoint: string): Objects {
  let loading: Promise<S3Client> | undefined;
  const client = (): Promise<S3Client> => (loading ??= loadClient(endpoint));
  return {
    async upload(file, to, contentType) {
      const { PutObjectCommand } = await import("@aws-sdk/client-s3");
      const { size } = await stat(file);
      const command = new PutObjectCommand({
        Bucket: to.bucket,
        Key: to.key,
        Body: createReadStream(file),
        ContentLength: size,
        ContentType: contentType,
      });
      await (await client()).send(command);
    },
    async download(from, file) {
      const { GetObjectCommand } = await import("@aws-sdk/client-s3");
      const command = new GetObjectCommand({ Bucket: from.bucket, Key: from.key });
      const { Body } = await (await client()).send(command);
      await pipeline(Body as Readable, createWriteStream(file));
    },
    async readText(from) {
      const { GetObjectCommand, NoSuchKey } = await import("@aws-sdk/client-s3");
      try {
        const command = new GetObjectCommand({ Bucket: from.bucket, Key: from.key });
        return await (await (await client()).send(command)).Body?.transformToString();
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    async writeText(text, to, contentType) {
      const { PutObjectCommand } = await import("@aws-sdk/client-s3");
      const at = { Bucket: to.bucket, Key: to.key };
      const command = new PutObjectCommand({ ...at, Body: text, ContentType: contentType });
      await (await client()).send(command);
    },
    async *list({ bucket, key }) {
      const { ListObjectsV2Command } = await import("@aws-sdk/client-s3");
      const from = { Bucket: bucket, Prefix: key };
      let ContinuationToken: string | undefined;
      do {
        const command = new ListObjectsV2Command({ ...from, ContinuationToken });
        const page = await (await client()).send(command);
        for (const object of page.Contents ?? []) {
          yield { bucket, key: object.Key ?? "", bytes: object.Size ?? 0 };
        }
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
    },
  };
}

async function loadClient(endpoint: string): Promise<S3Client> {
  const { S3Client } = await import("@aws-sdk/client-s3");
  return new S3Client({
    endpoint,
    region: localRegion,
    credentials: localCredentials,
    forcePathStyle: true,
  });
}
