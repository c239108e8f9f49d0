import { spawn } from "node:child_process";
import { closeSync, fstatSync, mkdirSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Effects } from "../lib/effects";
import { WorkbenchError } from "../lib/errors";
import { homePaths } from "./home";
import {
  descendants,
  isAlive,
  listProcesses,
  type ProcessFacts,
  readProcess,
  signalProcess,
} from "./proc";
import {
  type EngineRecord,
  type EngineState,
  engineState,
  forgetEngine,
  readRecord,
  recordedEngines,
  recordEngine,
} from "./records";

export { type EngineRecord, type EngineState };
export { engineState, forgetEngine, readRecord, recordedEngines, recordEngine };

/** An engine as the supervisor starts it. */
export interface EngineCommand {
  name: string;
  /** The program, then its arguments. */
  command: readonly [string, ...string[]];
  /** The environment of the process, whole: nothing is added but WORKBENCH_HOME. */
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
  /** The port it listens on, for `status`. */
  port?: number;
}

/** How long an engine may take to end after SIGTERM. */
const defaultGraceMs = 20_000;
/** The same for what an engine itself has started and forgotten. */
const helperGraceMs = 2_000;
const pollIntervalMs = 50;
const maxShownLine = 240;
/** Of a log, before the next start puts it aside. */
const maxLogBytes = 20_000_000;

/** The file an engine's output is appended to. */
export function logFile(home: string, name: string): string {
  return join(homePaths(home).logs, `${name}.log`);
}

/**
 * Starts an engine as a process of its own that outlives this one, its output appended to
 * `logs/<name>.log`, and records it. Does not wait until it answers: see {@link waitUntilReady}.
 *
 * @throws {@link WorkbenchError} code ENGINE when the program cannot be started, or one of that
 * name runs already
 */
export async function startEngine(
  home: string,
  engine: EngineCommand,
  effects: Pick<Effects, "now">,
): Promise<EngineRecord> {
  const before = engineState(home, engine.name);
  if (before.state === "running") {
    throw new WorkbenchError("ENGINE", `${engine.name} runs already, pid ${before.record.pid}`);
  }

  mkdirSync(homePaths(home).logs, { recursive: true });
  rotateLog(logFile(home, engine.name));
  const log = openSync(logFile(home, engine.name), "a", 0o600);
  try {
    const [program, ...args] = engine.command;
    const child = spawn(program, args, {
      cwd: engine.cwd,
      env: { ...engine.env, WORKBENCH_HOME: home },
      detached: true,
      stdio: ["ignore", log, log],
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("spawn", () => resolve(child.pid ?? 0));
    });
    child.unref();
    const { name, command, port } = engine;
    const now = effects.now();
    return recordEngine(home, { name, pid, command, now, ...(port === undefined ? {} : { port }) });
  } catch (error) {
    if (error instanceof WorkbenchError) throw error;
    throw new WorkbenchError("ENGINE", `${engine.name} cannot be started: ${String(error)}`, {
      hint: "./scripts/up installs what is missing",
      cause: error,
    });
  } finally {
    closeSync(log);
  }
}

/**
 * Ends what an engine that crashed has left behind, which would keep its port.
 *
 * @returns whether it had crashed
 */
export async function clearCrashed(
  home: string,
  name: string,
  effects: Pick<Effects, "now" | "sleep">,
): Promise<boolean> {
  const { state, record } = engineState(home, name);
  if (state !== "crashed") return false;
  await endProcesses(leftovers(record), helperGraceMs, effects);
  return true;
}

/**
 * Stops an engine and what it started itself: SIGTERM, and SIGKILL after the grace. Other
 * engines that it started, Trino by the gateway, have records of their own and stay.
 *
 * @returns what was there before: `stopped` where there was nothing to stop
 */
export async function stopEngine(
  home: string,
  name: string,
  effects: Pick<Effects, "now" | "sleep">,
  graceMs: number = defaultGraceMs,
): Promise<EngineState> {
  const before = engineState(home, name);
  if (before.state === "stopped") return before;
  const others = new Set(
    recordedEngines(home)
      .filter((other) => other !== name)
      .map((other) => readRecord(home, other)?.pid),
  );
  // Of a crashed one the number may be somebody else's by now, whose children are not ours.
  const children =
    before.state === "running" ? descendants(before.record.pid, listProcesses()) : [];
  const below = [...children, ...leftovers(before.record)];
  const helpers = below.filter((one) => !others.has(one.pid) && one.pid !== before.record.pid);

  await endProcesses([before.record], graceMs, effects);
  // It should have stopped these itself; what it forgot is ours to end.
  await endProcesses(helpers, helperGraceMs, effects);
  forgetEngine(home, name);
  return before;
}

/**
 * Waits until a probe succeeds, as long as the engine's process lives.
 *
 * @param probe - resolves when the engine answers; what it throws is the reason shown at the end
 * @throws {@link WorkbenchError} code ENGINE, with the log's last lines, when the process ends or
 * the time is over; code ABORTED when `effects.signal` aborts
 */
export async function waitUntilReady(
  home: string,
  name: string,
  probe: () => Promise<unknown>,
  effects: Effects,
  timeoutMs = 90_000,
): Promise<void> {
  const startedMs = effects.now();
  for (;;) {
    let reason: string;
    try {
      await probe();
      return;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error);
    }
    const { state } = engineState(home, name);
    const waitedMs = effects.now() - startedMs;
    if (state !== "running" || waitedMs > timeoutMs) {
      const what =
        state === "running"
          ? `does not answer after ${Math.round(waitedMs / 1000)} s: ${reason}`
          : "ended while it was starting";
      const lines = lastLogLines(home, name, 3).map(clipLine).join(" | ");
      throw new WorkbenchError("ENGINE", `${name} ${what}${lines === "" ? "" : `; ${lines}`}`, {
        hint: `npx workbench logs ${name}`,
      });
    }
    await effects.sleep(Math.min(100 + waitedMs / 10, 500), effects.signal);
  }
}

/** The end of an engine's log; empty where there is none. Reads no more than its last 64 kB. */
export function lastLogLines(home: string, name: string, count: number): string[] {
  return lastLines(logFile(home, name), count);
}

/** The last lines of a file, blank ones left out; none where there is no such file. */
export function lastLines(file: string, count: number): string[] {
  let text: string;
  try {
    text = readTail(file, Math.max(65_536, count * 512));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
  return count === 0
    ? []
    : text
        .split("\n")
        .filter((line) => line.trim() !== "")
        .slice(-count);
}

/** A line short enough to be told among others. */
export function clipLine(line: string): string {
  return line.length > maxShownLine ? `${line.slice(0, maxShownLine)}…` : line;
}

function readTail(file: string, maxBytes: number): string {
  const handle = openSync(file, "r");
  try {
    const { size } = fstatSync(handle);
    const start = Math.max(0, size - maxBytes);
    const buffer = Buffer.alloc(size - start);
    const bytes = readSync(handle, buffer, 0, buffer.length, start);
    return buffer.toString("utf8", 0, bytes);
  } finally {
    closeSync(handle);
  }
}

/** Puts a log that has grown long aside, in place of the one put aside before. */
function rotateLog(file: string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size > maxLogBytes) renameSync(file, `${file}.1`);
}

/** Ends processes: SIGTERM to all, SIGKILL to those that stay; waits until they have gone. */
async function endProcesses(
  processes: readonly { pid: number; startTicks: number }[],
  graceMs: number,
  effects: Pick<Effects, "now" | "sleep">,
): Promise<void> {
  const startedMs = effects.now();
  for (const one of processes) signalProcess(one, "SIGTERM");
  while (processes.some(isAlive)) {
    if (effects.now() - startedMs > graceMs) for (const one of processes) kill(one);
    await effects.sleep(pollIntervalMs);
  }
}

function kill(one: { pid: number; startTicks: number }): void {
  signalProcess(one, "SIGKILL");
}

/** Processes of an engine's session that outlived it. */
function leftovers(record: EngineRecord): ProcessFacts[] {
  // Linux gives no pid away while a session of that number lives: if the number is somebody
  // else's now, then nothing of the old session is left.
  const now = readProcess(record.pid);
  if (now !== undefined && now.startTicks !== record.startTicks) return [];
  return listProcesses().filter(
    (one) => one.session === record.pid && one.startTicks >= record.startTicks,
  );
}
