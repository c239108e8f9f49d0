import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadSettings } from "../../src/lib/config/load";
import { systemEffects } from "../../src/lib/effects";
import { takeDown } from "../../src/local/down";
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

/** Starts engines, a broker and the AWS endpoint by default; `close` deletes what they held too. */
export async function startBenchEngines(
  engines: readonly EngineName[] = ["kafka", "ministack", "aws"],
): Promise<BenchEngines> {
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  const { home: installed } = loadSettings({ env: process.env });
  const home = mkdtempSync(join(tmpdir(), "workbench-bench-"));
  for (const name of ["venv", "engines", "clients"]) {
    symlinkSync(join(installed, name), join(home, name));
  }
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
