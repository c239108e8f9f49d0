import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { listProcesses, readProcess, signalProcess } from "../../proc";
import type { SparkCommand } from "../../spark/submit";

/** Files in a run's folder. */
export const stderrFile = "stderr.log";
export const stdoutFile = "stdout.log";
const exitFile = "exit-code";

/** The end of a log is enough to find what a run died of. */
const tailBytes = 256 * 1024;

/** Names a process for good. */
export interface ProcessName {
  pid: number;
  startTicks: number;
}

/**
 * Starts a run's process in a session of its own, its output in files, its exit code in a file
 * at the end: so that a gateway that was started anew still learns how it ended.
 */
export async function startRunProcess(dir: string, spark: SparkCommand): Promise<ProcessName> {
  const out = openSync(join(dir, stdoutFile), "a", 0o600);
  const err = openSync(join(dir, stderrFile), "a", 0o600);
  try {
    const keep = '"$@"; code=$?; echo $code > "$0.new" && mv "$0.new" "$0"; exit $code';
    const child = spawn("/bin/sh", ["-c", keep, join(dir, exitFile), ...spark.command], {
      cwd: dir,
      env: spark.env,
      detached: true,
      stdio: ["ignore", out, err],
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("spawn", () => resolve(child.pid ?? 0));
    });
    child.unref();
    return { pid, startTicks: readProcess(pid)?.startTicks ?? 0 };
  } finally {
    closeSync(out);
    closeSync(err);
  }
}

/** The process of a run whose folder this is, found by its command line; undefined where none runs. */
export function findRunProcess(dir: string): ProcessName | undefined {
  const mark = join(dir, exitFile);
  const found = listProcesses().find((one) => {
    if (one.session !== one.pid) return false;
    try {
      return readFileSync(`/proc/${one.pid}/cmdline`, "utf8").split("\0").includes(mark);
    } catch {
      return false;
    }
  });
  return found === undefined ? undefined : { pid: found.pid, startTicks: found.startTicks };
}

/** The exit code; undefined where the process was killed before it could be written. */
export function readExitCode(dir: string): number | undefined {
  try {
    return Number(readFileSync(join(dir, exitFile), "utf8"));
  } catch {
    return undefined;
  }
}

/** Sends a signal to the run's shell, Java and Python: all of its session. */
export function signalRun(process: ProcessName, signal: NodeJS.Signals): void {
  for (const one of listProcesses()) {
    if (one.session === process.pid && one.startTicks >= process.startTicks) {
      signalProcess(one, signal);
    }
  }
}

/** Whether anything of the run's session is left. */
export function isRunAlive(process: ProcessName): boolean {
  return listProcesses().some(
    (one) => one.session === process.pid && one.startTicks >= process.startTicks,
  );
}

/** The end of a file; empty where there is none. */
export async function readLogTail(file: string): Promise<string> {
  try {
    const handle = await open(file, "r");
    try {
      const { size } = await handle.stat();
      const from = Math.max(0, size - tailBytes);
      const buffer = Buffer.alloc(size - from);
      await handle.read(buffer, 0, buffer.length, from);
      return buffer.toString("utf8");
    } finally {
      await handle.close();
    }
  } catch {
    return "";
  }
}
