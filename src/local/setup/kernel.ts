import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { installationDir } from "../../lib/config/sources";
import { homePaths } from "../home";
import { isInstalled, stampInstalled } from "./installation";
import { runProgram } from "./run-program";

/** How the notebooks' kernel is installed. */
export interface KernelSetup {
  home: string;
  log: string;
  signal?: AbortSignal;
}

const stamp = ".installed-kernel";
const kernelFile = join("share", "jupyter", "kernels", "tslab", "kernel.json");

/** Whether the environment has the kernel of this checkout, run by this Node. */
export function isKernelReady({ home }: Pick<KernelSetup, "home">): boolean {
  const { venv } = homePaths(home);
  return existsSync(join(venv, kernelFile)) && isInstalled({ folder: venv, pins }, stamp);
}

/** Installs the kernel into the Python environment, with absolute paths. */
export async function installKernel(setup: KernelSetup): Promise<void> {
  const { venv } = homePaths(setup.home);
  await runProgram({
    ...setup,
    purpose: "installing the TypeScript kernel",
    command: [
      join(venv, "bin", "python"),
      script,
      ...["--checkout", installationDir, "--node", process.execPath],
    ],
    hint: "npm ci, then the same command again",
  });
  stampInstalled({ folder: venv, pins }, stamp);
}

const script = join(installationDir, "jupyterhub", "install_kernel.py");
const pins = [installationDir, process.execPath, readFileSync(script, "utf8")];
