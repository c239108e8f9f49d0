import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AthenaClient,
  GetQueryExecutionCommand,
  StartQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import {
  CreateJobCommand,
  GetJobRunCommand,
  GlueClient,
  StartJobRunCommand,
} from "@aws-sdk/client-glue";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSettings } from "../../src/lib/config/load";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";
import { ensureResources } from "../../src/local/aws/bootstrap";
import { type Gateway, startGateway } from "../../src/local/aws/gateway";
import { clientOptions, until } from "./local-aws-client";

let settings: Settings;
let s3: S3Client;

beforeAll(() => {
  settings = loadSettings();
  s3 = new S3Client({ ...clientOptions(settings.aws.endpointUrl), forcePathStyle: true });
});

afterAll(() => s3.destroy());

describe("S3 through the gateway", () => {
  it("makes nothing twice", async () => {
    expect(await ensureResources(settings, systemEffects())).toEqual({
      buckets: [],
      workgroups: [],
    });
  });

  it("gives back 10 MB as they were, with their metadata", async () => {
    const Body = Buffer.alloc(10 * 1024 * 1024, "0123456789\n");
    const at = { Bucket: settings.raw.bucket, Key: "local-aws/10 MB + ü.bin" };
    await s3.send(new PutObjectCommand({ ...at, Body, Metadata: { "last-offset": "41" } }));
    const got = await s3.send(new GetObjectCommand(at));
    expect(got.Metadata).toEqual({ "last-offset": "41" });
    const bytes = await got.Body?.transformToByteArray();
    expect(Buffer.from(bytes ?? []).equals(Body)).toBe(true);
  });

  it("creates an object once of twenty that try", async () => {
    const at = { Bucket: settings.raw.bucket, Key: `local-aws/once-${Date.now()}` };
    const tries = Array.from({ length: 20 }, (_, n) =>
      s3.send(new PutObjectCommand({ ...at, Body: `writer ${n}`, IfNoneMatch: "*" })).then(
        () => 200,
        (error: unknown) =>
          (error as { $metadata: { httpStatusCode: number } }).$metadata.httpStatusCode,
      ),
    );
    const codes = await Promise.all(tries);
    expect(codes.filter((code) => code === 200)).toHaveLength(1);
    expect(codes.filter((code) => code === 412)).toHaveLength(19);
  });
});

describe("without Trino and Spark", () => {
  let home: string;
  let gateway: Gateway;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), "workbench-bare-"));
    const options = { port: 0, ministack: new URL(settings.aws.endpointUrl ?? ""), home };
    gateway = await startGateway(options, { PATH: process.env["PATH"] }, systemEffects());
  });

  afterAll(async () => {
    await gateway.close();
    rmSync(home, { recursive: true });
  });

  it("a query fails, and says what is missing and what mends it", async () => {
    const athena = new AthenaClient(clientOptions(gateway.url));
    const OutputLocation = `s3://${settings.processedBucket}/athena/`;
    const { QueryExecutionId } = await athena.send(
      new StartQueryExecutionCommand({
        QueryString: "SELECT 1",
        ResultConfiguration: { OutputLocation },
      }),
    );
    const status = await until(
      async () =>
        (await athena.send(new GetQueryExecutionCommand({ QueryExecutionId }))).QueryExecution
          ?.Status,
      (seen) => seen?.State === "FAILED" || seen?.State === "SUCCEEDED",
    );
    expect(status?.State).toBe("FAILED");
    expect(status?.StateChangeReason).toMatch(/Trino is not installed.*\.\/scripts\/up/);
  });

  it("a job run fails, and says what is missing and what mends it", async () => {
    const glue = new GlueClient(clientOptions(gateway.url));
    const JobName = "bare";
    await glue.send(
      new CreateJobCommand({
        Name: JobName,
        Role: "none",
        Command: { Name: "glueetl", ScriptLocation: `s3://${settings.processedBucket}/none.py` },
      }),
    );
    const { JobRunId: RunId } = await glue.send(new StartJobRunCommand({ JobName }));
    const run = await until(
      async () => (await glue.send(new GetJobRunCommand({ JobName, RunId }))).JobRun,
      (seen) => seen?.JobRunState === "FAILED" || seen?.JobRunState === "SUCCEEDED",
    );
    expect(run?.JobRunState).toBe("FAILED");
    expect(run?.ErrorMessage).toMatch(/Spark is not installed.*\.\/scripts\/up/);
  });

  it("a port that is taken is said", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const { port } = other.address() as AddressInfo;
    const options = { port, ministack: new URL("http://127.0.0.1:1"), home };
    await expect(startGateway(options, {}, systemEffects())).rejects.toThrow(
      `port ${port} is taken`,
    );
    other.close();
  });
});
