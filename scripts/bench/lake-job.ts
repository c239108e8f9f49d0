import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SparkCommand } from "../../src/local/spark/submit";

/** A process of the job that was started past Glue, so that nothing keeps two from running at once. */
export interface LakeProcess {
  child: ChildProcess;
  /** Its folder: standard output and error. */
  dir: string;
  /** The exit code; null where a signal ended it. */
  ended: Promise<number | null>;
  /** Kills Java and Python at once, as a lost machine would. */
  kill(): void;
  output(): string;
  errors(): string;
}

/** Starts a command in a process group of its own. */
export function startLakeProcess(
  { command, env }: SparkCommand,
  dir: string,
  before: readonly string[] = [],
): LakeProcess {
  const files = { out: join(dir, "stdout.log"), err: join(dir, "stderr.log") };
  const [out, err] = [openSync(files.out, "w"), openSync(files.err, "w")];
  const [program = "", ...args] = [...before, ...command];
  const child = spawn(program, args, {
    cwd: dir,
    env,
    detached: true,
    stdio: ["ignore", out, err],
  });
  closeSync(out);
  closeSync(err);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code));
  });
  return {
    child,
    dir,
    ended,
    kill: () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
        process.kill(-child.pid, "SIGKILL");
      }
    },
    output: () => readFileSync(files.out, "utf8"),
    errors: () => readFileSync(files.err, "utf8"),
  };
}
