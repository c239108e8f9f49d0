import { mkdirSync, writeFileSync } from "node:fs";
import { userInfo } from "node:os";
import { join } from "node:path";
import { installationDir } from "../../src/lib/config/sources";
import { freePort, start, type Started, waitFor } from "./processes";

/** A JupyterHub of a test's own. */
export interface Hub {
  port: number;
  user: string;
  password: string;
  /** Where kernels keep their connection files: it is in every kernel's command line. */
  runtimeDir: string;
  output(): string;
  stop(): Promise<void>;
}

/**
 * Starts JupyterHub as the supervisor does, on the engines of `home`, whose `venv` it runs.
 */
export async function startHub(
  home: string,
  env: Readonly<Record<string, string>> = {},
): Promise<Hub> {
  const state = join(home, "jupyterhub");
  mkdirSync(state, { recursive: true });
  const password = `test ${Math.random().toString(36).slice(2)} "&<`;
  const passwordFile = join(state, "password");
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  const port = await freePort(21_888);
  const config = join(installationDir, "jupyterhub", "jupyterhub_config.py");
  const started: Started = start(join(home, "venv", "bin", "jupyterhub"), ["-f", config], {
    cwd: state,
    env: {
      ...process.env,
      ...env,
      JUPYTERHUB_PORT: String(port),
      WORKBENCH_HOME: home,
      WORKBENCH_PASSWORD_FILE: passwordFile,
    },
  });
  await waitFor("the hub's login page", () => isHealthy(port), started, 120_000).catch(
    async (error: unknown) => {
      await started.stop();
      throw error;
    },
  );
  return {
    port,
    user: userInfo().username,
    password,
    runtimeDir: join(state, "user", "runtime"),
    output: () => started.output(),
    stop: () => started.stop(),
  };
}

async function isHealthy(port: number): Promise<true | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/hub/health`);
  return answer.ok ? true : undefined;
}
