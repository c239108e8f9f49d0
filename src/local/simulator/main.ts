import { parseArgs } from "node:util";
import { simulatorDefaults, startSimulator } from "./server";

/** The simulator as a process of its own: `main.js --port 8790 --seed 1`. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: "string", default: "8790" },
      seed: { type: "string" },
      rate: { type: "string" },
      speed: { type: "string" },
      days: { type: "string" },
      limit: { type: "string" },
    },
  });
  const simulator = await startSimulator({
    ...simulatorDefaults,
    port: readNumber("port", values.port, 0),
    seed: readNumber("seed", values.seed, simulatorDefaults.seed),
    rate: readNumber("rate", values.rate, simulatorDefaults.rate),
    speed: readNumber("speed", values.speed, simulatorDefaults.speed),
    days: readNumber("days", values.days, simulatorDefaults.days),
    requestLimit: readNumber("limit", values.limit, simulatorDefaults.requestLimit),
    now: () => new Date().getTime(),
  });
  process.stdout.write(`simulator of GitHub's events API at ${simulator.address}\n`);
  const stop = (): void => void simulator.close().then(() => process.exit(0));
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
}

function readNumber(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0) {
    throw new RangeError(`--${name} is ${JSON.stringify(text)}, not a number from 0`);
  }
  return value;
}

main().catch((error: unknown) => {
  process.stderr.write(`simulator: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
