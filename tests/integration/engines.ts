/**
 * Engines for the integration and browser tests: real ones, started once for all files in a
 * WORKBENCH_HOME of their own, and stopped by what was recorded of them. What is installed is
 * taken from the checkout's home. WORKBENCH_TEST_HOME keeps a home between runs.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSettings } from "../../src/lib/config/load";
import { systemEffects } from "../../src/lib/effects";
import { takeDown } from "../../src/local/down";
import { linkInstallations } from "../../src/local/home";
import { bringUp } from "../../src/local/up";

/** Settings that would lead the tests elsewhere than to their own engines. */
const foreign = /^(AWS_|KAFKA_|GITHUB_|GLUE_|ATHENA_|RAW_|PROCESSED_|ROTATE_|SIMULATOR_|DATASET$)/;

export default async function startEngines(): Promise<() => Promise<void>> {
  const { home: installed } = loadSettings({ env: process.env });
  for (const name of Object.keys(process.env)) {
    if (foreign.test(name)) Reflect.deleteProperty(process.env, name);
  }
  const kept = process.env["WORKBENCH_TEST_HOME"];
  const home = kept ?? mkdtempSync(join(tmpdir(), "workbench-test-"));
  mkdirSync(home, { recursive: true });
  linkInstallations(installed, home);
  process.env["WORKBENCH_HOME"] = home;

  const warnings: string[] = [];
  const effects = systemEffects({
    logger: { debug: () => undefined, info: () => undefined, warn: (text) => warnings.push(text) },
  });
  const stop = async (): Promise<void> => {
    await takeDown(home, effects);
    if (kept === undefined) rmSync(home, { recursive: true, force: true });
  };
  try {
    const up = await bringUp(
      { home, env: process.env, engines: ["kafka", "ministack", "aws", "simulator"] },
      effects,
    );
    // Stronger than a .env of the checkout, which may name a real account.
    Object.assign(process.env, up.local);
  } catch (error) {
    process.stderr.write(
      `${warnings.join("\n")}\nthe engines' logs are in ${join(home, "logs")}\n`,
    );
    await takeDown(home, effects);
    throw error;
  }
  return stop;
}
