import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { installationDir } from "../../lib/config/sources";
import { homePaths } from "../home";
import type { Installation } from "./installation";
import { runProgram } from "./run-program";

const requirements = join("tests", "integration", "conformance", "requirements.txt");

/** The clients of the conformance tests: an environment of their own, since they pin boto3 otherwise. */
export function clientsInstallation(home: string): Installation {
  const folder = homePaths(home).clients;
  // Scripts hold the folder's path: a copy elsewhere is none.
  const pins = [readFileSync(join(installationDir, requirements), "utf8"), folder];
  return { title: "Clients of the conformance tests", folder, pins };
}

/** What the installation needs from outside. */
export interface ClientsRun {
  /** The Python to make it with. */
  program: string;
  log: string;
  signal?: AbortSignal;
}

/** Makes the environment at its final place, which its scripts name; the stamp comes last. */
export async function installClients(home: string, run: ClientsRun): Promise<void> {
  const { folder, title } = clientsInstallation(home);
  const purpose = `installing ${title.toLowerCase()}`;
  if (existsSync(folder)) rmSync(folder, { recursive: true });
  mkdirSync(folder, { recursive: true });
  await runProgram({ ...run, purpose, command: [run.program, "-m", "venv", folder] });
  const scratch = join(folder, ".pip");
  mkdirSync(scratch);
  const options = ["--disable-pip-version-check", "--no-input", "--no-compile", "--no-deps"];
  await runProgram({
    ...run,
    purpose,
    command: [
      join(folder, "bin", "python"),
      ...["-m", "pip", "install", ...options, "-r", join(installationDir, requirements)],
    ],
    env: { TMPDIR: scratch },
    hint: "it needs PyPI; the same command tries again",
  });
  rmSync(scratch, { recursive: true, force: true });
}
