import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rootCertificates } from "node:tls";
import { settingValues } from "../../../src/lib/config/values";
import { loadSettings } from "../../../src/lib/config/load";
import { WorkbenchError } from "../../../src/lib/errors";

interface Layers {
  env?: Record<string, string>;
  dotEnv?: string;
  localEnv?: string;
}

function load({ env = {}, dotEnv, localEnv }: Layers): ReturnType<typeof loadSettings> {
  const cwd = mkdtempSync(join(tmpdir(), "settings-"));
  if (dotEnv !== undefined) writeFileSync(join(cwd, ".env"), dotEnv);
  if (localEnv !== undefined) writeFileSync(join(cwd, "local.env"), localEnv);
  return loadSettings({ env: { WORKBENCH_HOME: cwd, ...env }, cwd });
}

function problemOf(layers: Layers): string {
  try {
    load(layers);
  } catch (error) {
    expect(error).toBeInstanceOf(WorkbenchError);
    expect((error as WorkbenchError).code).toBe("CONFIG");
    return (error as WorkbenchError).message;
  }
  throw new Error("the settings were accepted");
}

/** Some certificate: one that Node itself trusts. */
const caFile = join(mkdtempSync(join(tmpdir(), "ca-")), "ca.pem");
writeFileSync(caFile, rootCertificates[0] ?? "");

const localEnv = [
  "KAFKA_BROKERS=127.0.0.1:19092",
  "AWS_ENDPOINT_URL=http://127.0.0.1:14566",
  "RAW_BUCKET=local-raw",
  "PROCESSED_BUCKET=local-processed",
].join("\n");

describe("layers", () => {
  it("takes the local engines with nothing set", () => {
    const settings = load({ localEnv });
    expect(settings.kafka.brokers).toEqual(["127.0.0.1:19092"]);
    expect(settings.aws).toMatchObject({ local: true, endpointUrl: "http://127.0.0.1:14566" });
    expect(settings.raw).toEqual({ bucket: "local-raw", prefix: "github-events/" });
    expect(settings.glue.database).toBe("github_events");
  });

  it("prefers the environment to .env, and .env to the local engines", () => {
    const dotEnv = "KAFKA_BROKERS=file:1\nKAFKA_GROUP=from-file";
    const settings = load({ env: { KAFKA_BROKERS: "env:1" }, dotEnv, localEnv });
    expect(settings.kafka).toMatchObject({ brokers: ["env:1"], group: "from-file" });
  });

  it("counts an empty value as not set", () => {
    expect(load({ env: { KAFKA_GROUP: "" } }).kafka.group).toBe("workbench");
    // Two datasets in one group would wait for each other for ever.
    expect(load({ env: { DATASET: "demo" } }).kafka.group).toBe("workbench-demo");
  });

  it("names topic, prefix and database after the dataset", () => {
    const settings = load({ env: { DATASET: "demo" } });
    expect(settings.kafka.topic).toBe("demo-events");
    expect(settings.raw.prefix).toBe("demo-events/");
    expect(settings.glue.database).toBe("demo_events");
  });

  it("puts the cluster's name in front of the raw prefix", () => {
    expect(load({ env: { KAFKA_CLUSTER: "eu-1", DATASET: "demo" } }).raw.prefix).toBe(
      "eu-1/demo-events/",
    );
  });

  it("takes nothing of the local cluster once another's brokers are named", () => {
    const three = `${localEnv}\nKAFKA_CLUSTER=brokers-3\nKAFKA_REPLICATION=3`;
    expect(load({ localEnv: three })).toMatchObject({
      kafka: { replication: 3, cluster: "brokers-3" },
      raw: { prefix: "brokers-3/github-events/" },
    });
    expect(load({ localEnv: three, env: { KAFKA_BROKERS: "far:9092" } })).toMatchObject({
      kafka: { brokers: ["far:9092"], replication: 1 },
      raw: { prefix: "github-events/" },
    });
  });

  it("comes back from what `env` prints", () => {
    const env = {
      KAFKA_CLUSTER: "eu-1",
      KAFKA_SSL: "true",
      KAFKA_SSL_CA: caFile,
      KAFKA_REPLICATION: "3",
    };
    expect(settingValues(load({ env }))).toMatchObject(env);
  });

  it("never sends the machine's own keys to the local endpoint", () => {
    const settings = load({ env: { AWS_ACCESS_KEY_ID: "REAL", AWS_SECRET_ACCESS_KEY: "REAL" } });
    expect(settings.aws.credentials).toEqual({
      accessKeyId: "workbench",
      secretAccessKey: "workbench",
    });
  });

  it("takes nothing of the local AWS endpoint once AWS settings are given", () => {
    const env = { AWS_REGION: "eu-central-1", RAW_BUCKET: "mine-raw", PROCESSED_BUCKET: "mine" };
    const settings = load({ env, localEnv });
    expect(settings.aws).toEqual({
      local: false,
      region: "eu-central-1",
      endpointUrl: undefined,
    });
    expect(settings.athena).toEqual({ workgroup: "primary", output: undefined });
    expect(settings.kafka.brokers).toEqual(["127.0.0.1:19092"]);
  });

  it("knows an exported local endpoint for what it is", () => {
    const settings = load({ env: { AWS_ENDPOINT_URL: "http://127.0.0.1:14566" } });
    expect(settings.aws.local).toBe(true);
    expect(settings.athena.workgroup).toBe("workbench");
  });
});

describe("problems", () => {
  it.each<[string, Layers, RegExp]>([
    ["a number", { env: { KAFKA_PARTITIONS: "six" } }, /KAFKA_PARTITIONS .*1 to 1000.*"six"/],
    ["a number out of range", { env: { ROTATE_SECONDS: "0" } }, /ROTATE_SECONDS .*"0"/],
    ["an address", { env: { GITHUB_API_URL: "api.github.com" } }, /GITHUB_API_URL .*http/],
    ["a broker", { env: { KAFKA_BROKERS: "localhost" } }, /KAFKA_BROKERS .*host:port/],
    ["a dataset", { env: { DATASET: "My Data" } }, /DATASET .*"My Data"/],
    ["a flag", { env: { KAFKA_SSL: "yes" } }, /KAFKA_SSL must be true or false/],
    ["a misspelt name in .env", { dotEnv: "KAFKA_BROKER=a:1" }, /KAFKA_BROKER in .env is no sett/],
    ["half an AWS account", { env: { RAW_BUCKET: "mine-raw" } }, /PROCESSED_BUCKET.*AWS_REGION/],
    ["half of SASL", { env: { KAFKA_SASL_MECHANISM: "plain" } }, /needs KAFKA_SASL_USERNAME/],
    ["a cluster", { env: { KAFKA_CLUSTER: "EU" } }, /KAFKA_CLUSTER .*a-z.*"EU"/],
    [
      "a cluster like a dataset",
      { env: { KAFKA_CLUSTER: "demo-events" } },
      /not ending in -events/,
    ],
    [
      "a CA without TLS",
      { env: { KAFKA_SSL_CA: caFile } },
      /KAFKA_SSL_CA is set without KAFKA_SSL/,
    ],
    [
      "a CA that is not there",
      { env: { KAFKA_SSL: "true", KAFKA_SSL_CA: "/nowhere/ca.pem" } },
      /KAFKA_SSL_CA: \/nowhere\/ca.pem cannot be read: ENOENT/,
    ],
    [
      "a CA that is none",
      { env: { KAFKA_SSL: "true", KAFKA_SSL_CA: __filename } },
      /KAFKA_SSL_CA: .*load.test.ts holds no certificate/,
    ],
    ["an empty entry", { env: { GITHUB_TOKEN: "a,,b" } }, /GITHUB_TOKEN has an empty entry/],
  ])("names %s", (_what, layers, expected) => {
    expect(problemOf(layers)).toMatch(expected);
  });

  it("reports all at once", () => {
    const message = problemOf({ env: { KAFKA_PARTITIONS: "x", ROTATE_BYTES: "y" } });
    expect(message).toMatch(/KAFKA_PARTITIONS.*ROTATE_BYTES/);
  });

  it("shows no secret", () => {
    expect(problemOf({ env: { GITHUB_TOKEN: "ghp_secret,,x" } })).not.toContain("ghp_secret");
  });
});
