import { chmodSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { type BrokerCount, brokersOf, clusterOf } from "./engines/kafka-cluster";
import { homePaths } from "./home";
import type { Ports } from "./ports";

/** Buckets, workgroup and keys of the local engines; the keys open nothing but these. */
const constants = {
  AWS_ACCESS_KEY_ID: "workbench",
  AWS_SECRET_ACCESS_KEY: "workbench",
  AWS_REGION: "us-east-1",
  RAW_BUCKET: "github-events-raw",
  PROCESSED_BUCKET: "github-events-processed",
  ATHENA_WORKGROUP: "workbench",
  ATHENA_OUTPUT: "s3://github-events-processed/athena/",
};

/**
 * The settings that lead to a home's engines.
 *
 * @param brokers - how many brokers Kafka has
 */
export function localSettings(ports: Ports, brokers: BrokerCount = 1): Record<string, string> {
  const address = (name: string): string => `127.0.0.1:${ports[name] ?? 0}`;
  const { name } = clusterOf(brokers);
  return {
    KAFKA_BROKERS: brokersOf(brokers).map(address).join(","),
    ...(name === undefined ? {} : { KAFKA_REPLICATION: String(brokers), KAFKA_CLUSTER: name }),
    AWS_ENDPOINT_URL: `http://${address("aws")}`,
    ...constants,
    SIMULATOR_URL: `http://${address("simulator")}`,
  };
}

/** The text of `local.env`. */
export function formatLocalEnv(values: Readonly<Record<string, string>>): string {
  const lines = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return [
    "# Written by `workbench up`: where the engines of this machine listen.",
    "# The environment and .env are stronger; what is changed here is written over.",
    ...lines,
    "",
  ].join("\n");
}

/** Writes `local.env` in one step, so that no reader sees half of it. */
export function writeLocalEnv(home: string, values: Readonly<Record<string, string>>): void {
  const { localEnv } = homePaths(home);
  mkdirSync(home, { recursive: true });
  writeFileSync(`${localEnv}.new`, formatLocalEnv(values), { mode: 0o600 });
  chmodSync(`${localEnv}.new`, 0o600);
  renameSync(`${localEnv}.new`, localEnv);
}
