/**
 * The job killed with −9 at random points of its life, and two runs of it at once, which Glue's limit
 * of one would not allow: afterwards every event is in the table once, and the resolutions are
 * those that DuckDB computes from the raw objects.
 *
 * ETL_KILL_ROUNDS=20 is the long form (npm run soak:etl); ETL_KILL_SEED repeats a run's choices.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type LakeAnswer, readLake } from "../../scripts/bench/lake-check";
import { type LakeProcess, startLakeProcess } from "../../scripts/bench/lake-job";
import { landFolder } from "../../scripts/bench/lake-landing";
import { runQuery } from "../../src/lib/athena/query";
import { loadSettings } from "../../src/lib/config/load";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";
import { Random } from "../../src/local/simulator/random";
import { directJobCommand } from "../../src/local/spark/direct-job";
import { atOnce, keysBelow, maintain, tableFolder } from "./maintain-at-once";

const rounds = Number(process.env["ETL_KILL_ROUNDS"] ?? 2);
const seed = Number(process.env["ETL_KILL_SEED"] ?? Date.now() % 100_000);
const random = new Random(seed);
const eventsPerBatch = 400;
/** Of a run of its own, from its start to its summary; what the rounds are spread over. */
let lifeMs = 60_000;
let settings: Settings;
let folder: string;
let python: string;
let started = 0;
let kills = 0;
let batches: string[];
const living = new Set<LakeProcess>();
const landed: string[] = [];
const told: string[] = [];

beforeAll(() => {
  settings = loadSettings({ dataset: `kill${Date.now().toString(36)}` });
  folder = mkdtempSync(join(tmpdir(), "etl-kill-"));
  python = join(settings.home, "venv", "bin", "python");
  // A batch a round, one to measure a run by, one for the two at once.
  const count = rounds + 2;
  bench("lake_events.py", folder, "--batches", `${count}`, "--seed", `${seed}`, "--events",
    `${count * eventsPerBatch}`); // prettier-ignore
  batches = readdirSync(join(folder, "events")).sort();
});

afterAll(() => {
  for (const one of living) one.kill();
  rmSync(folder, { recursive: true, force: true });
});

it(`is whole after ${rounds} kills and two runs at once`, { timeout: 3_600_000 }, async () => {
  const [first = "", ...others] = batches;
  await land(first);
  lifeMs = await timed(() => finish(start()));
  try {
    for (const [round, batch] of others.slice(0, rounds).entries()) {
      await land(batch);
      await killOne(round);
      // What the killed run left undone is done by one, and in every other round by two at once.
      if (round % 2 === 0) await finishAlone();
      else await Promise.all([finish(start()), finish(start())]);
      await compare(`round ${round + 1}`);
    }
    await land(others[rounds] ?? "");
    await Promise.all([finish(start()), finish(start())]);
    await compare("two at once");
  } finally {
    const title = `etl-kill, seed ${seed}: a run takes ${Math.round(lifeMs / 1000)} s`;
    process.stdout.write(`\n${[title, ...told].join("\n")}\n`);
  }
  // A run that was faster than those before is over by then; most were not.
  expect(kills, told.join("\n")).toBeGreaterThanOrEqual(rounds / 2);
  // Nothing is left to be done.
  const summary = JSON.parse(await finish(start())) as Record<string, number>;
  expect(summary).toMatchObject({
    rows_read: 0,
    rows_written: 0,
    resolutions_changed: 0,
  });
});

it(
  "leaves no file that no snapshot knows, once it is maintained",
  { timeout: 900_000 },
  async () => {
    const { tables } = await maintain(settings, atOnce);
    const removed = tables.map(({ table, orphans_removed }) => `${table} ${orphans_removed}`);
    process.stdout.write(`\norphans removed: ${removed.join(", ")}\n`);
    expect(tables.map(({ table }) => table)).toContain("github_events");
    for (const { table } of tables) {
      const files = `SELECT file_path FROM "${table}$files"`;
      const { rows } = await runQuery(settings, files, {}, systemEffects());
      const known = rows.map((row) =>
        (row["file_path"] as string).replace(/^s3a?:\/\/[^/]+\//, ""),
      );
      const keys = await keysBelow(settings, `${tableFolder(settings, table)}data/`);
      expect(keys.sort(), table).toEqual(known.sort());
    }
    await compare("after the maintenance");
    // Of its own run before, the next one finds nothing either: metadata that a kill left is gone too.
    const again = await maintain(settings, { ...atOnce, "--tables": "github_events,resolutions" });
    expect(again.tables.map(({ orphans_removed }) => orphans_removed)).toEqual([0, 0]);
  },
);

/** Kills a run somewhere in its life: each round's point lies in another part of it. */
async function killOne(round: number): Promise<void> {
  const run = start();
  const afterMs = (lifeMs * (round + random.next())) / rounds;
  const over = await Promise.race([run.ended.then(() => true), sleep(afterMs, false)]);
  run.kill();
  await run.ended;
  living.delete(run);
  if (!over) kills += 1;
  const state = over ? "was over" : "was killed";
  told.push(`round ${round + 1}: ${state} after ${(afterMs / 1000).toFixed(1)} s`);
}

/** Where the killed run had done all, this one has nothing to do, and is no measure of a life. */
async function finishAlone(): Promise<void> {
  let summary = "";
  const ms = await timed(async () => {
    summary = await finish(start());
  });
  if ((JSON.parse(summary) as { rows_read: number }).rows_read > 0) lifeMs = Math.min(lifeMs, ms);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = Date.now();
  await work();
  return Date.now() - startedMs;
}

function start(): LakeProcess {
  started += 1;
  const dir = join(folder, `run-${started}`);
  const run = startLakeProcess(directJobCommand(settings, dir), dir);
  living.add(run);
  return run;
}

/** Waits for a run's summary. */
async function finish(run: LakeProcess): Promise<string> {
  const code = await run.ended;
  living.delete(run);
  expect(code, `${run.output().slice(-3000)}\n${run.errors().slice(-1000)}`).toBe(0);
  return run.output().trim().split("\n").at(-1) ?? "";
}

function bench(script: string, ...args: string[]): string {
  const file = join(__dirname, "..", "..", "scripts", "bench", script);
  return execFileSync(python, [file, ...args], {
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
}

async function land(batch: string): Promise<void> {
  await landFolder(settings, folder, batch);
  landed.push(batch);
}

async function compare(when: string): Promise<void> {
  const found = await readLake(settings);
  const right = JSON.parse(
    bench("lake_duckdb.py", "answer", "--batches", landed.join(","), folder),
  ) as LakeAnswer;
  expect(found.by_type, when).toEqual(right.by_type);
  const rows = Object.values(right.by_type).reduce((sum, count) => sum + count, 0);
  expect(found.distinct, `${when}: distinct events`).toBe(rows);
  expect(found.resolutions.length, when).toBeGreaterThan(0);
  expect(found.resolutions, when).toEqual(right.resolutions);
}
