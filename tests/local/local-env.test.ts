import { mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadSettings } from "../../src/lib/config/load";
import { localSettings, writeLocalEnv } from "../../src/local/local-env";

it("leads the settings to the engines of its home", () => {
  const home = mkdtempSync(join(tmpdir(), "local-env-"));
  writeLocalEnv(home, localSettings({ kafka: 9192, aws: 4666, simulator: 8791 }));
  const settings = loadSettings({ env: { WORKBENCH_HOME: home }, cwd: home });
  expect(settings.kafka.brokers).toEqual(["127.0.0.1:9192"]);
  expect(settings.aws).toMatchObject({ local: true, endpointUrl: "http://127.0.0.1:4666" });
  expect(settings.simulatorUrl).toBe("http://127.0.0.1:8791");
  expect(settings.athena).toEqual({
    workgroup: "workbench",
    output: "s3://github-events-processed/athena/",
  });
  // It holds keys; and nothing half-written stays beside it.
  expect(statSync(join(home, "local.env")).mode & 0o777).toBe(0o600);
  expect(readdirSync(home)).toEqual(["local.env"]);
  rmSync(home, { recursive: true });
});
