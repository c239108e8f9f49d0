import { readdirSync, readFileSync } from "node:fs";

/** A process as the kernel shows it under /proc. */
export interface ProcessFacts {
  pid: number;
  parentPid: number;
  /** The session's leader: a process started detached, and all below it that start no own. */
  session: number;
  /** Clock ticks since boot at its start: pid and start together name a process for good. */
  startTicks: number;
}

/**
 * Reads one line of /proc/PID/stat. The program's name, second field, may hold spaces and
 * parentheses itself, so that the fields are counted from the last one.
 *
 * @returns undefined for a zombie, which runs no more and only waits to be collected
 */
export function parseStat(text: string): ProcessFacts | undefined {
  const close = text.lastIndexOf(")");
  const fields = text.slice(close + 2).split(" ");
  const [state, parent, , session] = fields;
  // Field 22 of the whole line: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
  const start = fields[19];
  if (state === undefined || start === undefined || "ZX".includes(state)) return undefined;
  return {
    pid: Number.parseInt(text, 10),
    parentPid: Number(parent),
    session: Number(session),
    startTicks: Number(start),
  };
}

/** The facts of a process; undefined when there is none, or only its zombie. */
export function readProcess(pid: number): ProcessFacts | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return undefined;
  }
}

/** Every process of this machine that this user may see. */
export function listProcesses(): ProcessFacts[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name)))
    .filter((facts) => facts !== undefined);
}

/** Everything below a process, nearest first. */
export function descendants(pid: number, all: readonly ProcessFacts[]): ProcessFacts[] {
  const found: ProcessFacts[] = [];
  const seen = new Set([pid]);
  for (let parents = [pid]; parents.length > 0;) {
    const children = all.filter((one) => parents.includes(one.parentPid) && !seen.has(one.pid));
    for (const child of children) seen.add(child.pid);
    found.push(...children);
    parents = children.map((one) => one.pid);
  }
  return found;
}

/** Whether this very process, not another one under its number, still runs. */
export function isAlive(one: { pid: number; startTicks: number }): boolean {
  return readProcess(one.pid)?.startTicks === one.startTicks;
}

/** Sends a signal unless the process has gone meanwhile. */
export function signalProcess(
  one: { pid: number; startTicks: number },
  signal: NodeJS.Signals,
): void {
  if (!isAlive(one)) return;
  try {
    process.kill(one.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
