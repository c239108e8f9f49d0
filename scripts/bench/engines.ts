import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSettings } from "../../src/lib/config/load";
import { systemEffects } from "../../src/lib/effects";
import { takeDown } from "../../src/local/down";
import { linkInstallations } from "../../src/local/home";
import type { EngineName } from "../../src/local/engines/engine";
import { bringUp } from "../../src/local/up";

/** Engines in a home of their own, over what the checkout's home has installed. */
export interface BenchEngines {
  home: string;
  /** The environment of a client of these engines: no setting leads elsewhere. */
  env: Readonly<Record<string, string | undefined>>;
  close(): Promise<void>;
}

/** Settings that would lead a client elsewhere. */
const foreign = /^(AWS_|KAFKA_|GITHUB_|GLUE_|ATHENA_|RAW_|PROCESSED_|ROTATE_|SIMULATOR_|DATASET$)/;

/**
 * A bench's whole run: engines, the work over them, their end with what they held, and one line on
 * standard error and exit code 1 where it fails.
 *
 * @param engines - a broker and the AWS endpoint by default
 */
export async function runBench(
  work: (engines: BenchEngines) => Promise<void>,
  engines: readonly EngineName[] = ["kafka", "ministack", "aws"],
): Promise<void> {
  try {
    const started = await startBenchEngines(engines);
    try {
      await work(started);
    } finally {
      await started.close();
    }
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

async function startBenchEngines(engines: readonly EngineName[]): Promise<BenchEngines> {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const { home: installed } = loadSettings({ env: process.env });
  const home = mkdtempSync(join(tmpdir(), "workbench-bench-"));
  linkInstallations(installed, home);
  const effects = systemEffects();
  const close = async (): Promise<void> => {
    await takeDown(home, effects);
    rmSync(home, { recursive: true, force: true });
  };
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const env = { ...Object.fromEntries(own), WORKBENCH_HOME: home };
  try {
    const { local } = await bringUp({ home, env, engines }, effects);
    return { home, env: { ...env, ...local }, close };
  } catch (error) {
    await close();
    throw error;
  }
}
