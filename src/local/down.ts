import type { Effects } from "../lib/effects";
import { engines } from "./engines";
import { recordedEngines, stopEngine } from "./processes";
import { withLock } from "./lock";

/** What `down` did, an entry an engine that was recorded. */
export interface DownSummary {
  engines: { name: string; state: "stopped" | "crashed" }[];
}

/** Who uses others goes first: notebooks, the gateway with its job runs, then what they spoke to. */
const order = ["jupyterhub", "simulator", "aws", "trino", "ministack", "kafka"];

/**
 * Stops what `up` started, and nothing else. An engine that had crashed is only forgotten.
 */
export async function takeDown(home: string, effects: Effects): Promise<DownSummary> {
  return withLock(home, "up", async () => {
    const names = recordedEngines(home).sort((a, b) => rank(a) - rank(b));
    const stopped: DownSummary["engines"] = [];
    for (const name of names) {
      effects.progress({ step: name, state: "stopping" });
      const graceMs = engines.find((engine) => engine.name === name)?.graceMs;
      const before = await stopEngine(home, name, effects, graceMs);
      stopped.push({ name, state: before.state === "crashed" ? "crashed" : "stopped" });
    }
    return { engines: stopped };
  });
}

/** Names that are not known here are of a later version: first of all. */
function rank(name: string): number {
  return order.indexOf(name);
}
