import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeAll, describe, expect, it } from "vitest";
import { analyses } from "../../src/lib/analyses";
import { analyse, type AnalysisResult } from "../../src/lib/analyses/analyse";
import { peakSql } from "../../src/lib/analyses/peaks";
import { runQuery } from "../../src/lib/athena/query";
import { streamQuery } from "../../src/lib/athena/stream";
import { awsClientConfig } from "../../src/lib/aws";
import { loadSettings } from "../../src/lib/config/load";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";
import { WorkbenchError } from "../../src/lib/errors";
import { runEtl } from "../../src/lib/etl";
import { defaultEventTypes } from "../../src/lib/events/event";
import { toMessage } from "../../src/lib/events/message";
import { parseEvent } from "../../src/lib/events/parse-event";
import { openS3 } from "../../src/lib/glue/client";
import { sidePrefix } from "../../src/lib/landing/landed-topic";

/** Files of real events; where they are not there, the tests over them are left out. */
const dataDir = resolve(process.env["WORKBENCH_TEST_DATA"] ?? "../shared/data");
const files = existsSync(dataDir)
  ? readdirSync(dataDir)
      .filter((name) => name.endsWith(".jsonl.gz"))
      .map((name) => join(dataDir, name))
  : [];
if (files.length === 0) {
  console.warn(
    `no *.jsonl.gz in ${dataDir} (WORKBENCH_TEST_DATA): analyses of real events not tested`,
  );
}

const effects = systemEffects();

describe("Athena on one machine", () => {
  let settings: Settings;
  beforeAll(() => {
    settings = loadSettings({});
  });

  it("types every kind of value", async () => {
    const { rows, columns } = await runQuery(
      settings,
      `SELECT 1 AS one, BIGINT '9007199254740993' AS big, DECIMAL '12.30' AS price,
         CAST(0.5 AS double) AS half, true AS yes, 'it''s, "so"' AS words, CAST(NULL AS varchar) AS none,
         DATE '2021-07-21' AS day, TIMESTAMP '2021-07-21 08:00:00.250' AS moment,
         TIMESTAMP '2021-07-21 08:00:00 UTC' AS zoned, ARRAY[1, 2] AS list, MAP(ARRAY['a'], ARRAY[1]) AS pairs`,
      {},
      effects,
    );
    expect(rows).toEqual([
      {
        one: 1,
        big: 9007199254740993n,
        price: 12.3,
        half: 0.5,
        yes: true,
        words: 'it\'s, "so"',
        none: null,
        day: "2021-07-21",
        moment: "2021-07-21T08:00:00.25Z",
        zoned: "2021-07-21T08:00:00Z",
        list: [1, 2],
        pairs: { a: 1 },
      },
    ]);
    expect(columns.map(({ type }) => type).slice(0, 3)).toEqual([
      "integer",
      "bigint",
      "decimal(4,2)",
    ]);
  });

  it("binds parameters as values, whatever they hold", async () => {
    const text = "'; DROP TABLE github_events; -- ? ${x} \\ \"";
    const moment = new Date("2021-07-21T08:00:00.250Z");
    const { rows } = await runQuery(
      settings,
      "SELECT ? AS words, ? AS number, ? AS half, ? AS yes, ? AS none, ? AS big, ? AS moment, '?' AS mark",
      { params: [text, -7, 1.5, true, null, 2n ** 60n, moment] },
      effects,
    );
    expect(rows).toEqual([
      {
        words: text,
        number: -7,
        half: 1.5,
        yes: true,
        none: null,
        big: 2n ** 60n,
        moment: "2021-07-21T08:00:00.25Z",
        mark: "?",
      },
    ]);
  });

  it("streams thousands of rows, each once, in order", async () => {
    const { pages } = await streamQuery(
      settings,
      "SELECT (a - 1) * 1000 + b AS n FROM UNNEST(sequence(1, 5)) AS x(a), UNNEST(sequence(1, 1000)) AS y(b) ORDER BY 1",
      {},
      effects,
    );
    const seen: unknown[] = [];
    for await (const rows of pages) seen.push(...rows.map((row) => row["n"]));
    expect(seen).toEqual(Array.from({ length: 5000 }, (_, at) => at + 1));
  });

  it("an abort leaves the query cancelled on the server", async () => {
    const stop = new AbortController();
    const work = runQuery(
      settings,
      `SELECT count(*) FROM UNNEST(sequence(1, 10000)) AS a(x), UNNEST(sequence(1, 10000)) AS b(y),
         UNNEST(sequence(1, 1000)) AS c(z) WHERE (x * y + z) % 7 = 3`,
      {},
      systemEffects({
        signal: stop.signal,
        progress: ({ state }) => {
          if (state.startsWith("RUNNING")) stop.abort();
        },
      }),
    );
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    if (!(error instanceof WorkbenchError)) throw new Error(`not stopped: ${String(error)}`);
    expect(error.code).toBe("ABORTED");
    expect(await finalState(settings, String(error.context["queryExecutionId"]))).toBe("CANCELLED");
  });

  it("peaks begin where DuckDB says they do", async () => {
    const series = [
      [7, 7, 7, 7, 7, 7, 7],
      [7, 7, 7, 7, 7, 7, 7, 7],
      [0, 0, 0, 0, 0, 0, 0, 0, 9],
      [100, 104, 99, 97, 101, 500, 98, 103],
      [100, 104, 99, 97, 101, 500, 98, 103, 2_000_000],
      Array.from({ length: 168 }, (_, at) => 100 + ((at * 37) % 61)),
    ];
    const python = join(process.env["WORKBENCH_HOME"] ?? settings.home, "venv", "bin", "python");
    const expected = JSON.parse(
      execFileSync(python, [join(__dirname, "peaks_oracle.py")], {
        input: JSON.stringify(series),
        encoding: "utf8",
      }),
    ) as (number | null)[];
    expect(expected.map((limit) => limit === null)).toEqual(series.map((_, at) => at === 0));
    for (const [at, counts] of series.entries()) {
      const values = counts.map((count) => `(${count})`).join(", ");
      const sql = `WITH bars AS (SELECT * FROM (VALUES ${values}) AS v(bar_events)), ${peakSql} SELECT peak_above FROM peak`;
      const { rows } = await runQuery(settings, sql, {}, effects);
      const [limit, wanted] = [rows[0]?.["peak_above"], expected[at]];
      if (typeof wanted === "number") expect(limit).toBeCloseTo(wanted, 9);
      else expect(limit).toBeNull();
    }
  });

  it("a table that is not there yet leads to etl", async () => {
    const nowhere = loadSettings({ dataset: "nothinghere" });
    await expect(analyse(nowhere, "top-contributors", {}, effects)).rejects.toMatchObject({
      code: "ATHENA",
      hint: expect.stringContaining("npx workbench etl") as string,
    });
  });
});

async function finalState(settings: Settings, id: string): Promise<string | undefined> {
  const { AthenaClient, GetQueryExecutionCommand } = await import("@aws-sdk/client-athena");
  const client = new AthenaClient(awsClientConfig(settings));
  try {
    for (let tries = 0; tries < 50; tries++) {
      const answer = await client.send(new GetQueryExecutionCommand({ QueryExecutionId: id }));
      const state = answer.QueryExecution?.Status?.State;
      if (state !== "RUNNING" && state !== "QUEUED") return state;
      await effects.sleep(100);
    }
    return "RUNNING";
  } finally {
    client.destroy();
  }
}

describe.skipIf(files.length === 0)("analyses of real events", () => {
  let settings: Settings;
  let expected: Record<string, Record<string, unknown>[]>;

  beforeAll(async () => {
    settings = loadSettings({ dataset: `analysis${Date.now().toString(36)}` });
    await land(settings, settings.raw.prefix, messagesOf(files));
    const coverage = coverageMessages();
    await land(settings, sidePrefix(settings.raw.prefix, "coverage"), coverage);
    const coverageFile = join(mkdtempSync(join(tmpdir(), "coverage-")), "coverage.jsonl");
    writeFileSync(coverageFile, coverage.map((message) => `${JSON.stringify(message)}\n`).join(""));
    await runEtl(settings, {}, effects);
    const home = process.env["WORKBENCH_HOME"] ?? settings.home;
    const text = execFileSync(
      join(home, "venv", "bin", "python"),
      [join(__dirname, "analysis_oracle.py"), coverageFile, ...files],
      { encoding: "utf8", maxBuffer: 2 ** 26 },
    );
    expected = JSON.parse(text) as typeof expected;
  });

  it("counts by type", async () => {
    const { rows } = await runQuery(
      settings,
      "SELECT event_type AS type, COUNT(*) AS events FROM github_events GROUP BY event_type ORDER BY 1;",
      {},
      effects,
    );
    expect(rows).toEqual(expected["by_type"]);
  });

  it.each(analyses.map(({ name }) => name))(
    "%s equals a recomputation from the files",
    async (name) => {
      const result = await analyse(settings, name, {}, effects);
      expect(comparable(result, expected[name])).toEqual(expected[name]);
      expect(result.rows.length).toBeGreaterThan(0);
      expect(await result.chart().toSvg()).toContain("<svg");
    },
  );

  it.each([
    "top-contributors",
    "repository-activity",
    "time-to-resolution",
    "busiest-hours",
    "commits-per-repository",
    "contributor-trends",
    "fork-activity",
  ])("%s takes a window back from the newest event", async (name) => {
    const all = await analyse(settings, name, {}, effects);
    const week = await analyse(settings, name, { days: 7 }, effects);
    expect(all.span?.from.slice(0, 10)).toBe("2016-07-07");
    expect(week.span?.from.slice(0, 10)).toBe("2021-07-21");
    expect(week.span?.to).toBe(all.span?.to);
  });

  it("pull requests of 2016 and 2021 have their times from the payloads", async () => {
    const { rows } = await runQuery(
      settings,
      `SELECT year(resolved_at) AS year, opened_source, count(*) = count(seconds_to_resolution) AS timed
       FROM resolutions WHERE kind = 'pull_request' GROUP BY 1, 2 ORDER BY 1`,
      {},
      effects,
    );
    expect(rows.map(({ year }) => Number(year))).toEqual([2016, 2021]);
    for (const row of rows) expect(row).toMatchObject({ opened_source: "payload", timed: true });
  });

  it("says so where a table is empty", async () => {
    await runQuery(settings, "DELETE FROM github_events", {}, effects);
    await runQuery(settings, "DELETE FROM resolutions", {}, effects);
    await runQuery(settings, "DELETE FROM coverage", {}, effects);
    for (const name of Object.keys(expected).filter((key) => key !== "by_type")) {
      const result = await analyse(settings, name, { days: 7 }, effects);
      expect(result.rows).toEqual([]);
      expect(result.finding).toMatch(/^No [a-z ]+ yet$/);
    }
  });
});

/** The rows with the columns of the recomputation, quantiles to the millisecond. */
function comparable(
  result: AnalysisResult,
  expected: Record<string, unknown>[] | undefined,
): Record<string, unknown>[] {
  const names = Object.keys(expected?.[0] ?? {});
  return result.rows.map((row, at) =>
    Object.fromEntries(
      names.map((name) => {
        const [value, other] = [row[name], expected?.[at]?.[name]];
        const close =
          typeof value === "number" && typeof other === "number" && Math.abs(value - other) < 0.001;
        return [name, close ? other : value];
      }),
    ),
  );
}

/** The files' events, as the producer sends them. */
function messagesOf(paths: readonly string[]): object[] {
  return paths
    .flatMap((file) => gunzipSync(readFileSync(file)).toString("utf8").split("\n"))
    .filter((line) => line !== "")
    .map((line) => parseEvent(JSON.parse(line)))
    .filter((event) => defaultEventTypes.includes(event.type))
    .map((event) => toMessage(event, "file", effects.now()));
}

/** Five hours of coverage, beside neither file, since those were not captured. */
function coverageMessages(): object[] {
  return Array.from({ length: 300 }, (_, at) => ({
    run_id: "r1",
    seq: at,
    minute: new Date(Date.UTC(2026, 10, 20, 4, at)).toISOString(),
    event_type: at % 2 === 0 ? "PushEvent" : "ForkEvent",
    captured: at % 7,
    estimated: (at % 7) + (at % 3) / 2,
  }));
}

/** Lands messages as one raw object, as the consumer does. */
async function land(
  { raw, kafka, aws }: Settings,
  prefix: string,
  messages: readonly object[],
): Promise<void> {
  const lines = messages.map((message, at) =>
    JSON.stringify({ ...message, _partition: 0, _offset: at }),
  );
  const s3 = await openS3({ aws });
  try {
    await s3.client.send(
      new s3.sdk.PutObjectCommand({
        Bucket: raw.bucket,
        Key: `${prefix}ingest_date=2026-11-24/ingest_hour=00/${kafka.topic}+0+${"0".repeat(20)}.jsonl.gz`,
        Body: gzipSync(`${lines.join("\n")}\n`),
      }),
    );
  } finally {
    s3.client.destroy();
  }
}
