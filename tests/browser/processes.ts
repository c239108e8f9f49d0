import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";

/** A program started by a test, with what it wrote. */
export interface Started {
  child: ChildProcess;
  /** Standard output and error so far. */
  output(): string;
  /** Sends SIGTERM and waits for the end; kills it where it does not end in time. */
  stop(graceMs?: number): Promise<void>;
}

/** Starts a program and keeps what it writes. */
export function start(program: string, args: readonly string[], options: SpawnOptions): Started {
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  const keep = (chunk: Buffer): void => {
    text = (text + chunk.toString()).slice(-100_000);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  child.on("error", (error) => (text += `${program}: ${error.message}\n`));
  return {
    child,
    output: () => text,
    stop: async (graceMs = 60_000) => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      child.kill("SIGTERM");
      const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      const [, killedBy] = (await ended) as [number | null, string | null];
      clearTimeout(timer);
      if (killedBy === "SIGKILL") throw new Error(`${program} had to be killed:\n${text}`);
    },
  };
}

/** The first free loopback port from `from` up; below 32768, where no outgoing connection sits. */
export async function freePort(from: number): Promise<number> {
  for (let port = from; port < 32_768; port += 1) {
    const server = createServer();
    const free = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false));
      server.listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
  throw new Error(`no free port from ${from}`);
}

/** Command lines of running processes that contain `text`. */
export function processesWith(text: string): string[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((pid) => {
      try {
        const line = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
        return line.includes(text) ? [`${pid} ${line}`] : [];
      } catch {
        return []; // It has ended meanwhile.
      }
    });
}

/** Asks `check` until it answers something, or fails with `what` and the program's output. */
export async function waitFor<T>(
  what: string,
  check: () => Promise<T | undefined>,
  started: Started,
  timeoutMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await check().catch(() => undefined);
    if (value !== undefined) return value;
    const ended = started.child.exitCode !== null || started.child.signalCode !== null;
    if (ended || performance.now() > deadline) {
      throw new Error(`${what} did not happen:\n${started.output()}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}
