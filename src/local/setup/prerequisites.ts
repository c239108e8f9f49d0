import { execFile } from "node:child_process";
import { join } from "node:path";
import type { Effects } from "../../lib/effects";
import { WorkbenchError } from "../../lib/errors";
import { homePaths } from "../home";
import { availableMemoryBytes, formatGb, freeDiskBytes, hasApt, neededMemoryGb } from "../machine";
import { checkPrograms, findPython, fixOf, formatNeed, type ProgramNeed } from "../programs";
import { runProgram } from "./run-program";

/**
 * Makes sure of the programs, the disk and the memory that set-up needs. As root on Debian it
 * installs what is missing; otherwise each missing thing is told with what installs it.
 *
 * @throws {@link WorkbenchError} code MISSING_PROGRAM naming the first that is missing still
 */
export async function ensurePrerequisites(
  home: string,
  diskGb: number,
  effects: Effects,
): Promise<{ python: string }> {
  const free = freeDiskBytes(home);
  if (free < diskGb * 1e9) {
    throw new WorkbenchError(
      "MISSING_PROGRAM",
      `needs ${diskGb} GB of disk, found ${formatGb(free)} free at ${home}`,
      { hint: "make room, or set WORKBENCH_HOME to a folder on a larger disk" },
    );
  }
  const memory = availableMemoryBytes();
  if (memory < neededMemoryGb * 1e9) {
    effects.logger.warn(
      `${formatGb(memory)} of memory are free: Spark and Trino together want ${neededMemoryGb} GB`,
    );
  }

  let missing = (await checkPrograms()).filter((check) => !check.ok);
  const packages = missing.flatMap(({ need }) => need.packages);
  if (packages.length > 0 && hasApt() && process.getuid?.() === 0) {
    await installPackages(
      home,
      missing.map(({ need }) => need),
      effects,
    );
    missing = (await checkPrograms()).filter((check) => !check.ok);
  }
  for (const check of missing) {
    effects.logger.info(`${formatNeed(check)}: ${fixOf(check.need, hasApt())}`);
  }
  if (missing.length > 0) {
    const names = missing.map(({ need }) => need.title).join(", ");
    throw new WorkbenchError("MISSING_PROGRAM", `this machine lacks ${names}`, {
      hint: "install what is named above, then run the same command again",
    });
  }
  return { python: (await findPython())?.program ?? "python3" };
}

async function installPackages(
  home: string,
  needs: readonly ProgramNeed[],
  effects: Effects,
): Promise<void> {
  const run = (...command: [string, ...string[]]): Promise<void> =>
    runProgram({
      command,
      log: join(homePaths(home).logs, "setup-apt.log"),
      purpose: "installing packages by apt-get",
      env: { DEBIAN_FRONTEND: "noninteractive" },
      ...(effects.signal === undefined ? {} : { signal: effects.signal }),
    });
  await run("apt-get", "update", "-q");
  const packages: string[] = [];
  for (const choices of needs.flatMap((need) => need.packages)) {
    packages.push((await firstKnown(choices)) ?? choices[0] ?? "");
  }
  effects.logger.info(`installing by apt-get: ${packages.join(" ")}`);
  await run("apt-get", "install", "-q", "-y", "--no-install-recommends", ...packages);
}

/** The first package that apt could install: releases of Debian differ in their Java. */
async function firstKnown(choices: readonly string[]): Promise<string | undefined> {
  for (const name of choices) {
    const known = await new Promise<boolean>((resolve) => {
      execFile("apt-cache", ["policy", name], (error, stdout) => {
        resolve(error === null && /Candidate: (?!\(none\))/.test(stdout));
      });
    });
    if (known) return name;
  }
  return undefined;
}
