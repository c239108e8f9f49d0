import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openAthena, type Athena } from "../../src/lib/athena/client";
import { type QueryOptions, type QueryResult, runQuery } from "../../src/lib/athena/query";
import { estimateScanBytes } from "../../src/lib/athena/scan-estimate";
import { loadSettings } from "../../src/lib/config/load";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";
import { AthenaRunner } from "./athena-runner";

const database = `limits${Date.now().toString(36)}`;
let settings: Settings;
let athena: Athena;
let runner: AthenaRunner;
/** Of all files of the table. */
let tableBytes: number;

const ask = (sql: string, options: QueryOptions = {}): Promise<QueryResult> =>
  runQuery(settings, sql, options, systemEffects());

beforeAll(async () => {
  const loaded = loadSettings();
  settings = { ...loaded, glue: { ...loaded.glue, database } };
  runner = new AthenaRunner(settings, database);
  athena = await openAthena(settings);
  await ask(`CREATE DATABASE ${database}`);
  const location = `s3://${settings.processedBucket}/warehouse/${database}/t/`;
  await ask(`CREATE TABLE t WITH (table_type = 'ICEBERG', is_external = false,
    partitioning = ARRAY['day(created_at)', 'event_type'], location = '${location}') AS
    SELECT CAST(date_add('minute', n, TIMESTAMP '2026-01-01 00:00:00') AS timestamp(6)) AS created_at,
      IF(n % 2 = 0, 'PushEvent', 'ForkEvent') AS event_type, n AS id,
      to_hex(sha256(to_utf8(CAST(n AS varchar)))) AS text
    FROM (SELECT (a - 1) * 1000 + b AS n FROM UNNEST(sequence(1, 20)) AS x(a)
      CROSS JOIN UNNEST(sequence(1, 1000)) AS y(b))`);
  const { rows } = await ask(`SELECT sum(file_size_in_bytes) AS bytes FROM "t$files"`);
  tableBytes = Number(rows[0]?.["bytes"]);
});

afterAll(() => {
  athena.client.destroy();
  runner.close();
});

describe("maxScanBytes", () => {
  it.each<[sql: string, params: (string | Date)[]]>([
    ["SELECT * FROM t", []],
    ["SELECT * FROM t WHERE event_type = 'PushEvent'", []],
    ["SELECT * FROM t WHERE event_type = ? -- of one type?", ["PushEvent"]],
    ["SELECT * FROM t WHERE created_at < ?", [new Date("2026-01-03")]],
    ["SELECT max(text) FROM t WHERE id < 100;", []],
    ["SELECT count(*) FROM t", []],
  ])("the estimate of %s is within a twentieth of what it scans", async (sql, params) => {
    const bytes = await estimateScanBytes(athena, settings, sql, params, systemEffects());
    const { dataScannedBytes } = await ask(sql, { params });
    expect(Math.abs((bytes ?? NaN) - dataScannedBytes)).toBeLessThanOrEqual(dataScannedBytes / 20);
  });

  it("refuses before it runs, and lets pass what is below", async () => {
    const mark = `refused${Date.now()}`;
    const maxScanBytes = Math.round(tableBytes * 0.9);
    await expect(ask(`SELECT t.*, 1 AS ${mark} FROM t`, { maxScanBytes })).rejects.toMatchObject({
      code: "ATHENA",
      message: expect.stringMatching(/^the query was not run: it would scan about \d/) as string,
    });
    expect((await runner.find(`SELECT t.*, 1 AS ${mark}`))?.Query).toMatch(/^EXPLAIN/);
    const pushes = "SELECT * FROM t WHERE event_type = 'PushEvent'";
    expect((await ask(pushes, { maxScanBytes })).rowCount).toBe(10_000);
  });

  it("stops what scans more than the plan says, on the server too", async () => {
    const mark = `twice${Date.now()}`;
    const twice = ask(
      `SELECT count(*) AS ${mark} FROM t a JOIN t b ON a.id % 7 = b.id % 7 AND a.text <> b.text
       CROSS JOIN UNNEST(sequence(1, 1000)) AS c(n) WHERE a.id * b.id * n % 5 = 3`,
      { maxScanBytes: Math.round(tableBytes * 1.1) },
    );
    await expect(twice).rejects.toThrow(/^the query was stopped: it had scanned/);
    const found = await runner.find(`SELECT count(*) AS ${mark}`);
    expect(found?.Status?.State).toBe("CANCELLED");
  });
});

it("the local cache gives the same rows as the engine, a large result too", async () => {
  const home = mkdtempSync(join(tmpdir(), "workbench-cache-"));
  settings = { ...settings, home };
  const sql = `SELECT *, CAST(id AS decimal(38, 5)) AS exact, 9007199254740993 AS large,
    IF(id % 2 = 0, '') AS nothing FROM t ORDER BY id`;
  const first = await ask(sql, { cache: "15m" });
  const second = await ask(sql, { cache: "15m" });
  expect(first.cached).toBeUndefined();
  expect(second.cached).toBeDefined();
  expect(second.columns).toEqual(first.columns);
  expect(second.rows).toEqual(first.rows);
  expect(second.rowCount).toBe(20_000);
  rmSync(home, { recursive: true });
});
