/**
 * Ten incremental merges of made-up events, by the Glue job on this machine's Spark and by DuckDB: wall
 * clock, CPU and memory of the whole process tree. While the job runs a reader polls both tables
 * through Athena, and each answer has to be one of the states that were committed. At the end the
 * tables have to hold what DuckDB computes from the raw objects at once.
 *
 *   npm run bench:lake
 *   npm run bench:lake -- --events 4000 --batches 2 --json
 */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadSettings } from "../src/lib/config/load";
import type { Settings } from "../src/lib/config/settings";
import { directJobCommand } from "../src/local/spark/direct-job";
import { runBench } from "./bench/engines";
import { startLakeProcess } from "./bench/lake-job";
import { landFolder, objectsIn } from "./bench/lake-landing";
import { checkLake } from "./bench/lake-check";
import { LakeReader } from "./bench/lake-reader";
import { formatLakeTable, type LakeFigures, sumFigures } from "./bench/lake-table";

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "1000000" },
    batches: { type: "string", default: "10" },
    seed: { type: "string", default: "1" },
    json: { type: "boolean", default: false },
  },
});

const scripts = join(__dirname, "bench");

async function bench(settings: Settings, folder: string): Promise<void> {
  const python = join(settings.home, "venv", "bin", "python");
  const run = (...args: string[]): string =>
    execFileSync(python, args, { encoding: "utf8", maxBuffer: 2 ** 30 });
  say(`making ${values.events} events`);
  const made = ["--events", values.events, "--batches", values.batches, "--seed", values.seed];
  run(join(scripts, "lake_events.py"), folder, ...made);
  const batches = readdirSync(join(folder, "events")).sort();

  const reader = new LakeReader(settings);
  const spark: LakeFigures[] = [];
  try {
    for (const batch of batches) {
      await landFolder(settings, folder, batch);
      const dir = join(folder, "runs", batch);
      const figures = join(dir, "figures.json");
      const command = directJobCommand(settings, dir);
      const measure = [python, join(scripts, "lake_measure.py"), figures];
      const one = startLakeProcess(command, dir, measure);
      const code = await one.ended;
      if (code !== 0) throw new Error(`the job failed over ${batch}: ${one.errors().slice(-2000)}`);
      spark.push(JSON.parse(readFileSync(figures, "utf8")) as LakeFigures);
      say(`${batch}: ${one.output().trim().split("\n").at(-1) ?? ""}`);
      reader.start();
    }
  } finally {
    await reader.stop();
  }
  const polls = reader.verdict();

  const duckdb: LakeFigures[] = [];
  for (const batch of batches) {
    const root = join(folder, "events", batch);
    const figures = join(folder, "duckdb.json");
    const objects = objectsIn(root).map((name) => join(root, name));
    const merge = [join(scripts, "lake_duckdb.py"), "merge", join(folder, "lake.duckdb")];
    run(join(scripts, "lake_measure.py"), figures, python, ...merge, ...objects);
    duckdb.push(JSON.parse(readFileSync(figures, "utf8")) as LakeFigures);
  }
  const answer = run(join(scripts, "lake_duckdb.py"), "answer", folder);
  const checked = await checkLake(settings, answer);

  const [ours, theirs] = [sumFigures(spark), sumFigures(duckdb)];
  const result = {
    events: Number(values.events),
    ...checked,
    ...polls,
    spark: ours,
    spark_first_run: spark[0],
    duckdb: theirs,
    cpu_ratio: Math.round((ours.cpu_seconds / theirs.cpu_seconds) * 10) / 10,
  };
  const text = values.json ? JSON.stringify(result, undefined, 2) : formatLakeTable(result);
  process.stdout.write(`${text}\n`);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

void runBench(async ({ env, home }) =>
  bench(loadSettings({ env, dataset: "benchlake" }), join(home, "lake")),
);
