/**
 * `consume --instances` with real processes: they share the partitions, stop in peace together, one
 * that dies ends the run loudly, and none outlives the command that started it.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { readKafkaStatus } from "../../src/cli/kafka-status";
import { installationDir } from "../../src/lib/config/sources";
import type { Settings } from "../../src/lib/config/settings";
import type { ConsumeSummary } from "../../src/lib/consume";
import { systemEffects } from "../../src/lib/effects";
import type { GroupLag } from "../../src/lib/kafka/lag";
import { produce } from "../../src/lib/produce";
import { eventFile, freshSettings, placesInLog, placesOf, readRaw } from "./stream-support";

interface Running {
  child: ChildProcess;
  pid: number;
  out: () => string;
  err: () => string;
  exit: Promise<unknown[]>;
}

const started: ChildProcess[] = [];
/** Three topics of three partitions, and one of a single one. */
let [shared, killed, orphaned, narrow]: Settings[] = [];
beforeAll(async () => {
  const prepare = async (events: number, partitions: number): Promise<Settings> => {
    const fresh = freshSettings("inst");
    // A group of its own: kafkajs' members of one group must all read the same topics.
    const settings = { ...fresh, kafka: { ...fresh.kafka, partitions, group: fresh.dataset } };
    await produce(settings, { source: "file", files: [eventFile(events)] }, systemEffects());
    return settings;
  };
  shared = await prepare(600, 3);
  killed = await prepare(60, 3);
  orphaned = await prepare(60, 3);
  narrow = await prepare(6, 1);
});
afterAll(() => {
  for (const child of started) child.kill("SIGKILL");
});

function startInstances(settings: Settings, ...flags: string[]): Running {
  const program = join(installationDir, "scripts", "workbench");
  const child = spawn(process.execPath, [program, "consume", ...flags], {
    env: {
      ...process.env,
      DATASET: settings.dataset,
      KAFKA_GROUP: settings.kafka.group,
      ROTATE_SECONDS: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const exit = once(child, "close");
  return { child, pid: child.pid ?? 0, out: () => out, err: () => err, exit };
}

function given(settings: Settings | undefined): Settings {
  if (settings === undefined) throw new Error("nothing was prepared");
  return settings;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function living(pids: readonly number[]): number[] {
  return pids.filter((pid) => existsSync(`/proc/${pid}`));
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").map(Number);
}

async function eventsGroup(settings: Settings): Promise<GroupLag | undefined> {
  return (await readKafkaStatus(settings, systemEffects())).topics?.[0];
}

/** Resolves once two instances have partitions and nothing lags. */
async function awaitShared(settings: Settings, running: Running): Promise<void> {
  let seen: unknown;
  for (let attempt = 0; attempt < 130; attempt += 1) {
    expect(running.child.exitCode, running.err()).toBe(null);
    const group = await eventsGroup(settings);
    seen = [group?.members.map(({ partitions }) => partitions.length).sort(), group?.lag];
    if (JSON.stringify(seen) === "[[1,2],0]") return;
    await pause(300);
  }
  expect(seen, running.err()).toEqual([[1, 2], 0]);
}

// Side by side: most of their time they wait for a group to settle.
it.concurrent("share the partitions until nothing lags, and stop together in peace", async () => {
  const settings = given(shared);
  const flags = ["--until", "forever", "--instances", "2", "--json", "--metrics-port", "0"];
  const running = startInstances(settings, ...flags);
  await awaitShared(settings, running);
  expect(await readRaw(settings)).not.toEqual([]);
  await produce(settings, { source: "file", files: [eventFile(300, 600)] }, systemEffects());
  await awaitShared(settings, running);

  const url = /metrics on (\S+)/.exec(running.err())?.[1] ?? "";
  const scraped = await (await fetch(url)).text();
  for (const worker of ["1", "2"]) {
    expect(scraped).toContain(`workbench_process_resident_memory_bytes{worker="${worker}"}`);
  }
  expect(scraped.match(/^# TYPE workbench_process_resident_memory_bytes/gm)).toHaveLength(1);
  expect(running.err()).toMatch(/^\[1\] partitions assigned/m);
  expect(running.err()).toMatch(/^\[2\] partitions assigned/m);

  const children = childrenOf(running.pid);
  expect(children).toHaveLength(2);
  const stoppedMs = performance.now();
  running.child.kill("SIGTERM");
  expect(await running.exit).toEqual([0, null]);
  expect(performance.now() - stoppedMs).toBeLessThan(15_000);
  expect(living(children)).toEqual([]);
  const summary = JSON.parse(running.out()) as ConsumeSummary;
  expect(summary).toMatchObject({ messages: 900, dead_letters: 0, lag: 0 });
  const raw = await readRaw(settings);
  expect(summary.objects).toBe(raw.length);
  expect(placesOf(raw)).toEqual(await placesInLog(settings));
});

it.concurrent(
  "fail loudly with the line of one that is killed, and leave none behind",
  async () => {
    const settings = given(killed);
    const running = startInstances(settings, "--until", "forever", "--instances", "2");
    await awaitShared(settings, running);
    const children = childrenOf(running.pid);
    process.kill(children[1] ?? 0, "SIGKILL");
    expect(await running.exit).toEqual([1, null]);
    expect(running.err()).toMatch(
      new RegExp(
        `^workbench: instance 2 \\(pid ${String(children[1])}\\) was killed by SIGKILL`,
        "m",
      ),
    );
    expect(living(children)).toEqual([]);
  },
);

it.concurrent("end with the command that started them, though it is killed", async () => {
  const settings = given(orphaned);
  const running = startInstances(settings, "--until", "forever", "--instances", "2");
  await awaitShared(settings, running);
  const children = childrenOf(running.pid);
  running.child.kill("SIGKILL");
  await once(running.child, "exit");
  for (let attempt = 0; attempt < 60 && living(children).length > 0; attempt += 1) await pause(250);
  expect(living(children)).toEqual([]);
  // They left the group: nobody has to wait for them.
  expect((await eventsGroup(settings))?.members).toEqual([]);
});

it.concurrent(
  "are warned of where there are more than partitions, and pass on how one failed",
  async () => {
    const settings = given(narrow);
    const running = startInstances(settings, "--instances", "2", "--json");
    expect(await running.exit, running.err()).toEqual([0, null]);
    expect(running.err()).toContain(
      "warning: 2 instances for 1 partition: 1 will have nothing to do\n",
    );
    expect(JSON.parse(running.out())).toMatchObject({ messages: 6, lag: 0 });

    const wrong = startInstances(settings, "--instances", "2", "--sinks", "nowhere");
    expect(await wrong.exit).toEqual([2, null]);
    expect(wrong.err()).toMatch(/^workbench: instance \d: there is no sink "nowhere" \(the sink/m);
  },
);
