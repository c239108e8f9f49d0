import { createServer } from "node:net";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Effects } from "../../lib/effects";
import { WorkbenchError } from "../../lib/errors";
import { engineState, logFile, startEngine, stopEngine, waitUntilReady } from "../processes";
import { TrinoClient } from "./client";
import { trinoCommand, trinoDataDir, trinoDir } from "./command";
import {
  catalogName,
  sameTrinoFiles,
  type TrinoConfig,
  trinoFiles,
  writeTrinoFiles,
} from "./config";
import { linkPlugins } from "./plugins";

/** The engine's name in `status`, `logs` and `down`. */
const engineName = "trino";
const preferredPort = 18080;
/** Seconds on an idle machine; a busy one with two cores has needed two minutes. */
const startTimeoutMs = 300_000;

/** Trino of one home: started when first needed, adopted where it runs already. */
export interface TrinoEngine {
  /**
   * Gives a client of a Trino that answers, starting one if need be.
   *
   * @param onStart - told, once, when the caller has to wait for a start
   * @throws WorkbenchError code MISSING_PROGRAM or ENGINE
   */
  ready(onStart: (words: string) => void): Promise<TrinoClient>;
  /** Whether it answered and its process lives; asks nobody. */
  isUp(): boolean;
  /** Why it stopped answering: its process has gone, or the plain error. */
  explainLoss(error: string): string;
}

/** What {@link openTrino} needs to know. */
export interface TrinoOptions extends Omit<TrinoConfig, "port" | "plugins"> {
  home: string;
  env: Readonly<Record<string, string | undefined>>;
}

/** Trino of a home; nothing is started yet. */
export function openTrino(options: TrinoOptions, effects: Effects): TrinoEngine {
  let client: TrinoClient | undefined;
  let starting: Promise<TrinoClient> | undefined;
  const isUp = (): boolean =>
    client !== undefined && engineState(options.home, engineName).state === "running";

  return {
    isUp,
    async ready(onStart) {
      if (client !== undefined && isUp()) return client;
      starting ??= obtain(options, effects)
        .then((found) => (client = found))
        .finally(() => (starting = undefined));
      const { state } = engineState(options.home, engineName);
      onStart(
        state === "crashed"
          ? "Trino had stopped by itself and is started again, about 10 seconds"
          : "starting Trino, about 10 seconds",
      );
      return starting;
    },
    explainLoss(error) {
      const { state } = engineState(options.home, engineName);
      if (state === "running") return `Trino does not answer: ${error}`;
      return (
        `Trino stopped while the query ran; the next query starts it again ` +
        `(npx workbench logs trino; ${logFile(options.home, engineName)})`
      );
    },
  };
}

/** The Trino that runs already, if it runs on these settings, or a new one. */
async function obtain(options: TrinoOptions, effects: Effects): Promise<TrinoClient> {
  const { home } = options;
  const plugins = join(trinoDataDir(home), "plugins");
  const etc = join(trinoDataDir(home), "etc");
  const before = engineState(home, engineName);
  if (before.state === "running") {
    const port = before.record.port ?? preferredPort;
    if (sameTrinoFiles(etc, trinoFiles({ ...options, port, plugins })))
      return waitForAnswer(home, port, effects);
    // It speaks to another catalog than ours by now.
    effects.logger.info("Trino runs on other settings: it is started anew");
    await stopEngine(home, engineName, effects);
  }
  const command = trinoCommand(home, options.env);
  const port = await freePort(preferredPort);
  linkPlugins(join(trinoDir(home), "plugin"), plugins);
  writeTrinoFiles(etc, trinoFiles({ ...options, port, plugins }));
  const cwd = trinoDataDir(home);
  const tmp = join(cwd, "tmp");
  mkdirSync(tmp, { recursive: true });
  effects.logger.info("starting Trino", { port, log: logFile(home, engineName) });
  const { PATH } = options.env;
  await startEngine(
    home,
    { name: engineName, command, cwd, port, env: { PATH, LANG: "C.UTF-8", TMPDIR: tmp } },
    effects,
  );
  return waitForAnswer(home, port, effects);
}

async function waitForAnswer(home: string, port: number, effects: Effects): Promise<TrinoClient> {
  const client = new TrinoClient(`http://127.0.0.1:${port}`);
  const startedMs = effects.now();
  // `/v1/info` says ready before there is a node to run on: only an answer counts.
  const probe = async (): Promise<void> => {
    const session = { catalog: catalogName, source: "workbench-probe" };
    const answer = await client.run("SELECT 1", session, AbortSignal.timeout(60_000));
    if (answer.error !== undefined) throw new Error(answer.error.message);
  };
  await waitUntilReady(home, engineName, probe, effects, startTimeoutMs);
  effects.logger.info("Trino answers", { port, waitedMs: effects.now() - startedMs });
  return client;
}

/** The first free loopback port from a preferred one on. */
async function freePort(first: number): Promise<number> {
  for (let port = first; port < first + 50; port += 1) {
    if (await isFree(port)) return port;
  }
  throw new WorkbenchError("ENGINE", `no port from ${first} to ${first + 49} is free for Trino`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}
