import type { Effects } from "../lib/effects";
import { engines } from "./engines";
import { isBroker, stopBrokers } from "./engines/kafka-cluster";
import { type EngineState, recordedEngines, stopEngine } from "./processes";
import { withLock } from "./lock";

/** What `down` did, an entry an engine that was recorded. */
export interface DownSummary {
  engines: { name: string; state: "stopped" | "crashed" }[];
}

/** Who uses others goes first: notebooks, the gateway with its job runs, then what they spoke to; Kafka last. */
const order = ["jupyterhub", "simulator", "aws", "trino", "ministack"];

/**
 * Stops what `up` started, and nothing else. An engine that had crashed is only forgotten.
 */
export async function takeDown(home: string, effects: Effects): Promise<DownSummary> {
  return withLock(home, "up", async () => {
    const names = recordedEngines(home).filter((name) => !isBroker(name));
    const before: EngineState[] = [];
    for (const name of names.sort((a, b) => rank(a) - rank(b))) {
      effects.progress({ step: name, state: "stopping" });
      const graceMs = engines.find((engine) => engine.name === name)?.graceMs;
      before.push(await stopEngine(home, name, effects, graceMs));
    }
    effects.progress({ step: "kafka", state: "stopping" });
    before.push(...(await stopBrokers(home, effects)));
    const stopped = before.map(({ name, state }): DownSummary["engines"][number] => {
      return { name, state: state === "crashed" ? "crashed" : "stopped" };
    });
    return { engines: stopped };
  });
}

/** Names that are not known here are of a later version: first of all. */
function rank(name: string): number {
  return order.indexOf(name);
}
