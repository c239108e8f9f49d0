import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isBroker } from "../../src/local/engines/kafka-cluster";
import { localSettings, writeLocalEnv } from "../../src/local/local-env";
import { recordEngine } from "../../src/local/processes";
import { readStatus } from "../../src/local/status";

it("shows the brokers that the home has, and others only while they are recorded", () => {
  const home = mkdtempSync(join(tmpdir(), "status-"));
  const brokers = (): string[] =>
    readStatus(home)
      .filter(({ name }) => isBroker(name))
      .map(({ name, state }) => `${name} ${state}`);
  expect(brokers()).toEqual(["kafka stopped"]);
  writeLocalEnv(home, localSettings({}, 3));
  expect(brokers()).toEqual(["kafka stopped", "kafka-2 stopped", "kafka-3 stopped"]);
  writeLocalEnv(home, localSettings({}, 1));
  recordEngine(home, { name: "kafka-2", pid: process.pid, command: ["kafka"], now: 0 });
  expect(brokers()).toEqual(["kafka stopped", "kafka-2 running"]);
  rmSync(home, { recursive: true });
});
