import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { WorkbenchError } from "../lib/errors";
import { homePaths } from "./home";
import { isAlive, readProcess } from "./proc";

const recordSchema = z.object({
  name: z.string(),
  pid: z.int().positive(),
  startTicks: z.number(),
  port: z.int().nullable(),
  command: z.array(z.string()),
  startedAt: z.string(),
});

/** What is kept of an engine that was started: `run/<name>.json`. */
export type EngineRecord = z.infer<typeof recordSchema>;

/**
 * How an engine stands. `crashed`: it was started, nobody stopped it, and its process is gone.
 */
export type EngineState =
  | { name: string; state: "running" | "crashed"; record: EngineRecord }
  | { name: string; state: "stopped"; record: undefined };

/**
 * Keeps a running process as the engine of that name, so that `status` and `down` know it.
 *
 * @throws {@link WorkbenchError} code ENGINE when there is no such process (any more)
 */
export function recordEngine(
  home: string,
  engine: { name: string; pid: number; port?: number; command: readonly string[]; now: number },
): EngineRecord {
  const facts = readProcess(engine.pid);
  if (facts === undefined) {
    throw new WorkbenchError("ENGINE", `${engine.name} ended as soon as it was started`, {
      hint: `npx workbench logs ${engine.name}`,
    });
  }
  const record: EngineRecord = {
    name: engine.name,
    pid: engine.pid,
    startTicks: facts.startTicks,
    port: engine.port ?? null,
    command: [...engine.command],
    startedAt: new Date(engine.now).toISOString(),
  };
  const file = recordFile(home, engine.name);
  mkdirSync(homePaths(home).run, { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(record, undefined, 2)}\n`);
  renameSync(`${file}.new`, file);
  return record;
}

/** Drops the record of an engine that was stopped on purpose. */
export function forgetEngine(home: string, name: string): void {
  rmSync(recordFile(home, name), { force: true });
}

/** The record of an engine, or undefined where it was never started or was stopped. */
export function readRecord(home: string, name: string): EngineRecord | undefined {
  let text: string;
  try {
    text = readFileSync(recordFile(home, name), "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new WorkbenchError("ENGINE", `${recordFile(home, name)} is no record of an engine`, {
      hint: "stop the engine by hand if it runs, then delete that file",
      cause: error,
    });
  }
}

/** The names of all engines that were started here and not stopped. */
export function recordedEngines(home: string): string[] {
  try {
    return readdirSync(homePaths(home).run)
      .filter((file) => file.endsWith(".json"))
      .map((file) => file.slice(0, -".json".length))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}

/** How the engine of that name stands now. */
export function engineState(home: string, name: string): EngineState {
  const record = readRecord(home, name);
  if (record === undefined) return { name, state: "stopped", record };
  return { name, state: isAlive(record) ? "running" : "crashed", record };
}

function recordFile(home: string, name: string): string {
  return join(homePaths(home).run, `${name}.json`);
}
