import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { loadSettings } from "../../../src/lib/config/load";
import {
  brokerCounts,
  brokerFolder,
  clusterOf,
  readBrokerCount,
} from "../../../src/local/engines/kafka-cluster";
import { kafkaProperties } from "../../../src/local/engines/kafka-properties";
import { localSettings, writeLocalEnv } from "../../../src/local/local-env";

const ports = {
  kafka: 9192,
  "kafka-controller": 9193,
  "kafka-2": 9194,
  "kafka-2-controller": 9195,
  "kafka-3": 9196,
  "kafka-3-controller": 9197,
};

function factors(properties: Record<string, string>, name: RegExp): Set<string | undefined> {
  const names = Object.keys(properties).filter((one) => name.test(one));
  expect(names.length).toBeGreaterThanOrEqual(3);
  return new Set(names.map((one) => properties[one]));
}

describe("kafkaProperties", () => {
  it("listens on loopback only, and keeps no topic with more copies than there are brokers", () => {
    const properties = kafkaProperties({ ports }, "kafka", "/log");
    expect(properties).toMatchObject({
      "node.id": "1",
      listeners: "PLAINTEXT://127.0.0.1:9192,CONTROLLER://127.0.0.1:9193",
      "advertised.listeners": "PLAINTEXT://127.0.0.1:9192",
      "controller.quorum.voters": "1@127.0.0.1:9193",
      "auto.create.topics.enable": "false",
      "unclean.leader.election.enable": "false",
      "log.dirs": "/log",
    });
    expect(factors(properties, /replication.factor|\.isr|insync/)).toEqual(new Set(["1"]));
  });

  it("makes each of three brokers a voter, with three copies of which two must be there", () => {
    const properties = kafkaProperties({ ports, brokers: 3 }, "kafka-2", "/log");
    expect(properties).toMatchObject({
      "node.id": "2",
      listeners: "PLAINTEXT://127.0.0.1:9194,CONTROLLER://127.0.0.1:9195",
      "controller.quorum.voters": "1@127.0.0.1:9193,2@127.0.0.1:9195,3@127.0.0.1:9197",
      "broker.session.timeout.ms": "6000",
    });
    expect(factors(properties, /replication.factor/)).toEqual(new Set(["3"]));
    expect(factors(properties, /\.isr|insync/)).toEqual(new Set(["2"]));
  });
});

describe("the clusters of one and of three brokers", () => {
  it("share neither id nor folder nor raw prefix", () => {
    const home = mkdtempSync(join(tmpdir(), "clusters-"));
    const seen = brokerCounts.map((count) => {
      writeLocalEnv(home, localSettings(ports, count));
      const { kafka, raw } = loadSettings({ env: { WORKBENCH_HOME: home }, cwd: home });
      expect(readBrokerCount(home)).toBe(count);
      expect([kafka.brokers.length, kafka.replication]).toEqual([count, count]);
      return [clusterOf(count).id, brokerFolder(home, count, "kafka"), raw.prefix];
    });
    expect(seen[0]?.[2]).toBe("github-events/");
    expect(seen[1]?.[2]).toBe("brokers-3/github-events/");
    expect(new Set(seen.flat()).size).toBe(6);
  });

  it("is the single broker where nothing was started yet", () => {
    expect(readBrokerCount(mkdtempSync(join(tmpdir(), "clusters-")))).toBe(1);
  });
});
