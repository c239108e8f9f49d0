import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { installationDir } from "../../src/lib/config/sources";
import type { Job, Outcome } from "./job";

/** Who takes part. */
export const clientNames = ["workbench", "kafka-python", "confluent-kafka"] as const;
export type ClientName = (typeof clientNames)[number];

/** Runs a client as a process of its own and returns what it found. */
export async function runClient(
  name: ClientName,
  job: Job,
  home: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Outcome> {
  const [program, script] = commandOf(name, home);
  const path = join(installationDir, "scripts", "bench", script);
  const child = spawn(program, [path, JSON.stringify(job)], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error(`${name} could not ${job.action}: it ended with ${String(code)}`);
  return JSON.parse(output.trim().split("\n").at(-1) ?? "") as Outcome;
}

function commandOf(name: ClientName, home: string): [string, string] {
  switch (name) {
    case "workbench":
      return [process.execPath, "workbench-client.mjs"];
    case "kafka-python":
      return [join(home, "venv", "bin", "python"), "kafka_python_client.py"];
    case "confluent-kafka":
      return [join(home, "venv", "bin", "python"), "confluent_client.py"];
  }
}
