import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { throwIfAborted } from "../../lib/effects";
import { WorkbenchError } from "../../lib/errors";
import { clipLine, lastLines } from "../processes";

/** A program that is run to its end. */
export interface ProgramRun {
  command: readonly [string, ...string[]];
  /** What it says is appended here. */
  log: string;
  /** What it was run for, for the error: "installing Kafka". */
  purpose: string;
  hint?: string;
  cwd?: string;
  /** On top of this process' own environment, unless `inheritEnv` is false. */
  env?: Readonly<Record<string, string | undefined>>;
  inheritEnv?: boolean;
  signal?: AbortSignal;
}

/**
 * Runs a program to its end with its output in a log.
 *
 * @throws {@link WorkbenchError} code MISSING_PROGRAM when there is no such program, code ENGINE
 * with the output's last lines when it fails, code ABORTED when the signal aborts
 */
export async function runProgram(run: ProgramRun): Promise<void> {
  throwIfAborted(run.signal);
  mkdirSync(dirname(run.log), { recursive: true });
  const log = openSync(run.log, "a");
  const [program, ...args] = run.command;
  try {
    const status = await new Promise<number | string>((resolve, reject) => {
      const child = spawn(program, args, {
        stdio: ["ignore", log, log],
        env: { ...(run.inheritEnv === false ? {} : process.env), ...run.env },
        ...(run.cwd === undefined ? {} : { cwd: run.cwd }),
        ...(run.signal === undefined ? {} : { signal: run.signal }),
      });
      child.once("error", reject);
      child.once("close", (code, signal) => resolve(code ?? signal ?? "unknown"));
    });
    if (status === 0) return;
    throw new WorkbenchError(
      "ENGINE",
      `${run.purpose} failed: ${program} ended with ${status}: ${lastLines(run.log, 3).map(clipLine).join(" | ")}`,
      { hint: `${run.hint ?? "the same command goes on where it stopped"}; log: ${run.log}` },
    );
  } catch (error) {
    if (error instanceof WorkbenchError) throw error;
    throwIfAborted(run.signal, `stopped while ${run.purpose}`);
    throw new WorkbenchError("MISSING_PROGRAM", `${run.purpose} failed: ${String(error)}`, {
      hint: "./scripts/up names what this machine lacks",
      cause: error,
    });
  } finally {
    closeSync(log);
  }
}
