/**
 * The lake's care on the real engines: compaction, expiry and orphans by the job, what a reader
 * sees meanwhile, the figures `status --lake` shows, and the data-quality checks of the runs.
 */
import { gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { formatLake } from "../../src/cli/lake-status";
import { runQuery } from "../../src/lib/athena/query";
import { loadSettings } from "../../src/lib/config/load";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";
import { runEtl } from "../../src/lib/etl";
import { openGlue, openS3 } from "../../src/lib/glue/client";
import { readLastChecks } from "../../src/lib/lake-status/last-checks";
import { readTableFigures } from "../../src/lib/lake-status/table-figures";
import { traceEvent } from "../../src/lib/lineage/trace-event";
import { athenaTypes, type TableDefinition } from "../../src/lib/tables/definition";
import { tables } from "../../src/lib/tables";
import { atOnce, keysBelow, maintain, tableFolder } from "./maintain-at-once";

const effects = systemEffects();
/** Several runs of a job, on a machine that has more to do than this. */
const severalRunsMs = 900_000;
let settings: Settings;

beforeAll(() => {
  settings = loadSettings({ dataset: `care${Date.now().toString(36)}` });
});

/** Lands a raw object with events of one day. */
async function land(batch: number, ids: readonly number[]): Promise<void> {
  const lines = ids.map((id) =>
    JSON.stringify({
      ...{ id: String(id), event_type: "PushEvent", repo: "octo/cat", user: "mona" },
      ...{ repo_id: 1, user_id: 2, source: "file", ingested_at: "2026-11-20T11:00:00Z" },
      ...{ timestamp: "2026-11-20T10:00:00Z", payload: { size: 1 }, _partition: 0, _offset: id },
    }),
  );
  const name = `${settings.kafka.topic}+0+${String(batch).padStart(20, "0")}.jsonl.gz`;
  await putObject(
    settings.raw.bucket,
    `${settings.raw.prefix}ingest_date=2026-11-24/ingest_hour=00/${name}`,
    gzipSync(`${lines.join("\n")}\n`),
  );
}

async function putObject(Bucket: string, Key: string, Body: Buffer): Promise<void> {
  const s3 = await openS3(settings);
  try {
    await s3.client.send(new s3.sdk.PutObjectCommand({ Bucket, Key, Body }));
  } finally {
    s3.client.destroy();
  }
}

async function rows(sql: string): Promise<readonly Record<string, unknown>[]> {
  return (await runQuery(settings, sql, {}, effects)).rows;
}

const eventIds = "SELECT event_id FROM github_events ORDER BY event_id";
const files = `SELECT count_if(content = 0) AS files FROM "github_events$files"`;

// In order: each test goes on where the one before has ended, since a run takes half a minute.
describe("the lake", { timeout: severalRunsMs }, () => {
  it("has the tables as they are defined, comments in the catalog", async () => {
    await land(0, [1, 2, 2]);
    await runEtl(settings, {}, effects);
    const glue = await openGlue(settings);
    try {
      const request = { DatabaseName: settings.glue.database };
      const { TableList = [] } = await glue.client.send(new glue.sdk.GetTablesCommand(request));
      const comments = new Map(
        TableList.map(({ Name, StorageDescriptor }) => [
          Name,
          StorageDescriptor?.Columns?.map((column) => [column.Name, column.Comment]),
        ]),
      );
      for (const definition of Object.values(tables) as TableDefinition[]) {
        if (definition.writtenBy !== "github_events_etl") continue;
        expect(comments.get(definition.name)).toEqual(
          Object.entries(definition.columns).map(([name, { comment }]) => [name, comment]),
        );
        const { columns } = await runQuery(
          settings,
          `SELECT * FROM ${definition.name} LIMIT 0`,
          {},
          effects,
        );
        expect(columns.map(({ name, type }) => [name, type.replace(/\(.*/, "")])).toEqual(
          Object.entries(definition.columns).map(([name, { type }]) => [name, athenaTypes[type]]),
        );
      }
    } finally {
      glue.client.destroy();
    }
  });

  it("notes how each run's checks came out", async () => {
    expect(
      await rows(
        "SELECT check_name, status, observed FROM data_quality " +
          "WHERE check_name IN ('rows_written', 'unique_key', 'keys_missing') ORDER BY 1",
      ),
    ).toEqual(
      ["keys_missing", "rows_written", "unique_key"].map((check_name) => ({
        check_name,
        status: "ok",
        observed: 0,
      })),
    );
    const checks = await readLastChecks(settings);
    expect(checks).toMatchObject({ warning: 0, failed: 0, problems: [] });
    expect(checks?.ok).toBeGreaterThan(10);
  });

  it("is put together and cleaned up while a reader looks on, and loses nothing", async () => {
    await land(100, [2, 3]);
    await runEtl(settings, {}, effects);
    const before = await rows(eventIds);
    expect(before).toHaveLength(3);
    expect(await rows(files)).toEqual([{ files: 2 }]);
    const [first] = await rows(
      `SELECT snapshot_id FROM "github_events$snapshots" ORDER BY committed_at LIMIT 1`,
    );
    // What a run that was killed leaves: files that no snapshot knows.
    const strays = [
      `${tableFolder(settings, "github_events")}data/stray.parquet`,
      `${tableFolder(settings, "resolutions")}data/stray.parquet`,
    ];
    for (const key of strays) {
      await putObject(settings.processedBucket, key, Buffer.from("12345"));
    }

    const done = maintain(settings, {
      ...atOnce,
      "--tables": "github_events,resolutions,data_quality",
    });
    const isOver = done.then(
      () => true,
      () => true,
    );
    const pause = (): Promise<boolean> => effects.sleep(500).then(() => false);
    do expect(await rows(eventIds)).toEqual(before);
    while (!(await Promise.race([isOver, pause()])));
    const { tables: reports } = await done;

    const [events] = reports;
    expect(events).toMatchObject({ table: "github_events", files_before: 2, files_after: 1 });
    expect(events).toMatchObject({ delete_files_after: 0, snapshots_after: 1, orphans_removed: 1 });
    expect(reports.map(({ orphan_bytes }) => orphan_bytes)).toEqual([5, 5, 0]);
    expect(await rows(eventIds)).toEqual(before);
    expect(await rows(files)).toEqual([{ files: 1 }]);
    const left = await keysBelow(settings, tableFolder(settings, "github_events"));
    expect(left.filter((key) => key.endsWith(".parquet"))).toHaveLength(1);
    for (const key of strays) expect(await keysBelow(settings, key)).toEqual([]);
    // The retention was nought: what was before can be asked no more.
    await expect(
      rows(
        `SELECT count(*) FROM github_events FOR VERSION AS OF ${String(first?.["snapshot_id"])}`,
      ),
    ).rejects.toThrow(/snapshot/i);
  });

  it("is looked after while a run writes, which reads no object twice", async () => {
    await land(200, [3, 4]);
    const [etl] = await Promise.all([
      runEtl(settings, {}, effects),
      maintain(settings, { "--tables": "github_events,processed_objects,data_quality" }),
    ]);
    expect(etl).toMatchObject({ rows_read: 2, rows_written: 1, duplicates: 1 });
    expect((await rows(eventIds)).map((row) => row["event_id"])).toEqual(["1", "2", "3", "4"]);
  });

  it("follows an event back to its line, and says where there is none", async () => {
    const trace = await traceEvent(settings, "PushEvent", "3", effects);
    expect(trace).toMatchObject({ line_number: 2, event_id: "3" });
    expect(trace.object_path).toMatch(/\+0\+0{17}100\.jsonl\.gz$/);
    expect(JSON.parse(trace.line)).toMatchObject({ id: "3", repo: "octo/cat" });
    expect(
      await rows(
        `SELECT object_path FROM processed_objects WHERE table_name = 'github_events'
         AND snapshot_id = ${String(trace.snapshot_id)} AND run_id = '${trace.run_id}'`,
      ),
    ).toEqual([{ object_path: trace.object_path }]);
    await expect(traceEvent(settings, "ForkEvent", "3", effects)).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: "github_events has no ForkEvent 3",
    });
  });

  it("shows its files, partitions and snapshots", async () => {
    const figures = await readTableFigures(settings, effects);
    expect(figures.map(({ table }) => table)).toEqual(Object.keys(tables));
    const [events] = figures;
    expect(events).toMatchObject({ rows: 4, partitions: 1 });
    // Whether the last batch came before the compaction or after it.
    expect([1, 2]).toContain(events?.files);
    expect(events?.small_files).toBe(events?.files);
    expect(events?.bytes).toBeGreaterThan(1000);
    expect(events?.maintained_at).toMatch(/^20.*Z$/);
    expect(figures.find(({ table }) => table === "quarantine")).toMatchObject({
      ...{ rows: 0, files: 0, partitions: null, maintained_at: null, written_at: null },
    });
    expect(formatLake({ database: "x", tables: figures })).toContain("github_events");
  });
});
