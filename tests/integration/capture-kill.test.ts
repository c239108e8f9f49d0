/**
 * The producer killed with −9 at random points while it captures a simulated firehose into a real
 * topic, and started again: what was in the topic stays, and no event is in it twice.
 * CAPTURE_KILL_ROUNDS=10 is the long form (npm run soak:capture-kill).
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { installationDir } from "../../src/lib/config/sources";
import type { Settings } from "../../src/lib/config/settings";
import { eventKey } from "../../src/lib/events/event";
import type { Simulator } from "../../src/local/simulator/server";
import { freshSettings, readTopic, startSlowFirehose } from "./stream-support";

const rounds = Number(process.env["CAPTURE_KILL_ROUNDS"] ?? 3);
let settings: Settings;
let simulator: Simulator;

beforeAll(async () => {
  settings = freshSettings("demokill");
  simulator = await startSlowFirehose();
});
afterAll(() => simulator.close());

function startProducer(): { child: ChildProcess; output: () => string } {
  const command = ["produce", "--source", "simulator", "--types", "all"];
  const child = spawn(
    process.execPath,
    [join(installationDir, "scripts", "workbench"), ...command],
    {
      env: { ...process.env, DATASET: settings.dataset, SIMULATOR_URL: simulator.address },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  return { child, output: () => text };
}

/** Every event in the topic, each as often as it is there. */
async function capturedKeys(): Promise<string[]> {
  const records = await readTopic(settings, settings.kafka.topic);
  return records.map(({ value }) => {
    const { id, event_type: type } = JSON.parse(value) as { id: string; event_type: string };
    return eventKey({ id, type });
  });
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

it(`loses nothing and doubles nothing in ${rounds} rounds`, { timeout: 600_000 }, async () => {
  let before: string[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const { child, output } = startProducer();
    // A round counts only if it was capturing when it was hit.
    while (!/produced [1-9]/.test(output())) {
      expect(child.exitCode, output()).toBe(null);
      await pause(50);
    }
    await pause(Math.random() * 4000);
    child.kill("SIGKILL");
    await once(child, "exit");
    const after = await capturedKeys();
    const there = new Set(after);
    expect(before.filter((key) => !there.has(key))).toEqual([]);
    expect(after.length - there.size).toBe(0);
    expect(after.length).toBeGreaterThan(before.length);
    before = after;
  }
  const untold = before.filter((key) => !simulator.api.feed.existed(key, new Date().getTime()));
  expect(untold).toEqual([]);
  expect(simulator.api.violations).toEqual([]);
});
