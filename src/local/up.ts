import { mkdirSync } from "node:fs";
import { loadSettings } from "../lib/config/load";
import type { Settings } from "../lib/config/settings";
import type { Effects } from "../lib/effects";
import { ensureResources } from "./aws/bootstrap";
import { enginesWith } from "./engines";
import type { Engine, EngineContext, EngineName } from "./engines/engine";
import { type BrokerCount, isBroker, readBrokerCount, stopBrokers } from "./engines/kafka-cluster";
import { localSettings, writeLocalEnv } from "./local-env";
import { withLock } from "./lock";
import { claimPorts } from "./port-claims";
import { choosePort, type Ports, readPorts, writePorts } from "./ports";
import {
  clearCrashed,
  engineState,
  recordedEngines,
  startEngine,
  stopEngine,
  waitUntilReady,
} from "./processes";

/** What is to be started, and with which environment. */
export interface UpOptions {
  home: string;
  env: Readonly<Record<string, string | undefined>>;
  /** Which engines, `kafka` for all of its brokers. Default: all. */
  engines?: readonly EngineName[];
  /**
   * How many brokers Kafka has; another number is another cluster, with topics and raw objects of its
   * own. Default: as many as the home had last, else 1.
   */
  brokers?: BrokerCount;
}

/** What `up` did: `started`, or `running` already. */
export interface UpSummary {
  engines: { name: EngineName; state: "started" | "running"; address: string }[];
  /** Settings that lead to these engines, as in `local.env`. */
  local: Readonly<Record<string, string>>;
}

/**
 * Starts the engines that do not run and waits until all of them answer. What runs already with
 * the same command line is left alone.
 *
 * @throws WorkbenchError code MISSING_PROGRAM or ENGINE
 */
export async function bringUp(options: UpOptions, effects: Effects): Promise<UpSummary> {
  mkdirSync(options.home, { recursive: true });
  return withLock(options.home, "up", async () => {
    const brokers = options.brokers ?? readBrokerCount(options.home);
    const allEngines = enginesWith(brokers);
    const wanted = allEngines.filter((engine) => isWanted(engine, options.engines));
    await stopOtherCluster(options.home, brokers, effects);
    for (const { name } of wanted) {
      if (await clearCrashed(options.home, name, effects)) {
        effects.logger.warn(`${name} had crashed and is started again`);
      }
    }
    const ports = await claimPorts(
      options.home,
      (claimed) => choosePorts(options.home, allEngines, claimed),
      effects,
    );
    const local = localSettings(ports, brokers);
    writePorts(options.home, ports);
    writeLocalEnv(options.home, local);

    const context: EngineContext = { home: options.home, ports, env: options.env, brokers };
    const ready = new Map<EngineName, Promise<"started" | "running">>();
    for (const engine of wanted) {
      const before = engine.after.map((name) => ready.get(name) ?? Promise.resolve());
      const up = Promise.all<unknown>(before).then(() => ensureRunning(engine, context, effects));
      ready.set(engine.name, up);
      // All are awaited below; until then a rejection must not count as unhandled.
      up.catch(() => undefined);
    }
    const results = await Promise.allSettled([...ready.values()]);
    const failed = results.find((result) => result.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    if (ready.has("aws")) await ensureResources(localHomeSettings(options.home, local), effects);
    return {
      local,
      engines: await Promise.all(
        wanted.map(async ({ name }) => ({
          name,
          state: (await ready.get(name)) ?? "running",
          address: `127.0.0.1:${ports[name] ?? 0}`,
        })),
      ),
    };
  });
}

/** The settings of a home's own engines, whatever else the caller's environment names. */
export function localHomeSettings(home: string, local: Readonly<Record<string, string>>): Settings {
  return loadSettings({ env: { WORKBENCH_HOME: home, ...local } });
}

function isWanted({ name }: Engine, wanted: UpOptions["engines"]): boolean {
  return wanted?.includes(isBroker(name) ? "kafka" : name) ?? true;
}

/** Stops the brokers of the cluster that the home ran before; what they stored stays. */
async function stopOtherCluster(
  home: string,
  brokers: BrokerCount,
  effects: Effects,
): Promise<void> {
  if (readBrokerCount(home) === brokers || !recordedEngines(home).some(isBroker)) return;
  effects.progress({ step: "kafka", state: "stopping the other cluster" });
  const stopped = await stopBrokers(home, effects);
  if (stopped.length > 0) {
    const names = stopped.map(({ name }) => name).join(", ");
    effects.logger.info(`stopped ${names}: another number of brokers is another cluster`);
  }
}

async function ensureRunning(
  engine: Engine,
  context: EngineContext,
  effects: Effects,
): Promise<"started" | "running"> {
  const { home } = context;
  const { name } = engine;
  const before = engineState(home, name);
  const port = context.ports[name];
  if (before.state !== "running") effects.progress({ step: name, state: "starting" });
  const launch = await engine.prepare(context, effects);
  let state: "started" | "running" = "running";
  if (before.state === "running" && !sameCommand(before.record.command, launch.command)) {
    effects.logger.info(`${name} is started again: its command line has changed`);
    await stopEngine(home, name, effects, engine.graceMs);
  }
  if (engineState(home, name).state !== "running") {
    const command = { ...launch, name, ...(port === undefined ? {} : { port }) };
    await startEngine(home, command, effects);
    state = "started";
  }
  const probe = (): Promise<unknown> => engine.probe(context);
  await waitUntilReady(home, name, probe, effects, engine.startTimeoutMs);
  if (state === "started") effects.progress({ step: name, state: "ready" });
  return state;
}

function sameCommand(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((part, index) => part === other[index]);
}

/** Ports of running engines stay; others are the remembered, the preferred, or the next free. */
async function choosePorts(
  home: string,
  engines: readonly Engine[],
  claimed: ReadonlySet<number>,
): Promise<Ports> {
  const remembered = readPorts(home);
  const chosen: Record<string, number> = {};
  const running = engines.filter((engine) => engineState(home, engine.name).state === "running");
  for (const engine of running) {
    for (const name of Object.keys(engine.ports)) {
      const port = remembered[name];
      if (port !== undefined) chosen[name] = port;
    }
  }
  for (const engine of engines) {
    for (const [name, preferred] of Object.entries(engine.ports)) {
      const taken = new Set([...claimed, ...Object.values(chosen)]);
      chosen[name] ??= await choosePort(remembered[name] ?? preferred, taken);
    }
  }
  return chosen;
}
