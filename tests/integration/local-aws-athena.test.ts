import {
  type AthenaClient,
  GetQueryRuntimeStatisticsCommand,
  GetTableMetadataCommand,
  ListQueryExecutionsCommand,
  StopQueryExecutionCommand,
} from "@aws-sdk/client-athena";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSettings } from "../../src/lib/config/load";
import type { Settings } from "../../src/lib/config/settings";
import { readRecord } from "../../src/local/processes";
import { AthenaRunner, longQuery } from "./athena-runner";
import { until } from "./local-aws-client";

let settings: Settings;
let runner: AthenaRunner;
let athena: AthenaClient;
const start: AthenaRunner["start"] = (...args) => runner.start(...args);
const status: AthenaRunner["status"] = (id) => runner.status(id);
const end: AthenaRunner["end"] = (id) => runner.end(id);
const run: AthenaRunner["run"] = (...args) => runner.run(...args);
const results: AthenaRunner["results"] = (id) => runner.results(id);
const file: AthenaRunner["file"] = (location) => runner.file(location);
const database = `athena${Date.now().toString(36)}`;

beforeAll(async () => {
  settings = loadSettings();
  runner = new AthenaRunner(settings, database);
  ({ athena } = runner);
  const { Status } = await run(`CREATE DATABASE ${database}`, { QueryExecutionContext: {} });
  expect(Status?.StateChangeReason).toBeUndefined();
});

afterAll(() => runner.close());

describe("a query", () => {
  it("has values, types and a result file as Athena's", async () => {
    const columns: [string, string, string | undefined][] = [
      ["7 / 2", "integer", "3"],
      ["BIGINT '9223372036854775807'", "bigint", "9223372036854775807"],
      ["REAL '1.5'", "float", "1.5"],
      ["CAST(1.5 AS decimal(38, 2))", "decimal", "1.50"],
      ["1e0", "double", "1.0"],
      ["0.1234567890123456e0", "double", "0.1234567890123456"],
      ["true", "boolean", "true"],
      ["CAST(NULL AS varchar)", "varchar", undefined],
      ["''", "varchar", ""],
      ["'say \"x\", é🎈'", "varchar", 'say "x", é🎈'],
      ["DATE '2020-01-02'", "date", "2020-01-02"],
      ["TIMESTAMP '2020-01-02 03:04:05.678'", "timestamp", "2020-01-02 03:04:05.678"],
      [
        "from_iso8601_timestamp('2020-01-02T03:04:05Z')",
        "timestamp with time zone",
        "2020-01-02 03:04:05.000 UTC",
      ],
      ["ARRAY[1, NULL]", "array", "[1, null]"],
      ["MAP(ARRAY['a'], ARRAY[1])", "map", "{a=1}"],
      ["CAST(ROW(1, 'x') AS row(a integer, b varchar))", "row", "{a=1, b=x}"],
      ["X'0aff'", "varbinary", "0a ff"],
      ["JSON '{\"a\":1}'", "json", '{"a":1}'],
    ];
    const execution = await run(`SELECT ${columns.map(([sql]) => sql).join(", ")};`);
    expect(execution.Status).toMatchObject({ State: "SUCCEEDED" });
    const { rows, pages } = await results(execution.QueryExecutionId);
    expect(rows).toHaveLength(2);
    expect(rows[0]?.[0]).toBe("_col0");
    expect(rows[1]).toEqual(columns.map(([, , value]) => value));
    const info = pages[0]?.ResultSet?.ResultSetMetadata?.ColumnInfo ?? [];
    expect(info.map(({ Type }) => Type)).toEqual(columns.map(([, type]) => type));
    expect(info[3]).toMatchObject({ Precision: 38, Scale: 2 });
    const location = execution.ResultConfiguration?.OutputLocation;
    expect(location).toBe(`${settings.athena.output ?? ""}${execution.QueryExecutionId ?? ""}.csv`);
    const [, line] = (await file(location)).split("\n");
    expect(line).toMatch(/^"3","9223372036854775807",.*"true",,"","say ""x"", é🎈",/);
  });

  it("has 2,500 rows in pages of a thousand", async () => {
    const sql = "SELECT n FROM UNNEST(sequence(1, 2500)) AS t(n) ORDER BY n";
    const execution = await run(sql);
    const { rows, pages } = await results(execution.QueryExecutionId);
    expect(pages.map((page) => page.ResultSet?.Rows?.length)).toEqual([1000, 1000, 501]);
    expect(rows.slice(1).map(([n]) => Number(n))).toEqual(
      Array.from({ length: 2500 }, (_, n) => n + 1),
    );
    expect((await file(execution.ResultConfiguration?.OutputLocation)).split("\n")).toHaveLength(
      2502,
    );
    const QueryExecutionId = execution.QueryExecutionId;
    const { QueryRuntimeStatistics } = await athena.send(
      new GetQueryRuntimeStatisticsCommand({ QueryExecutionId }),
    );
    expect(QueryRuntimeStatistics?.Rows?.OutputRows).toBe(2500);
    const { QueryExecutionIds } = await athena.send(
      new ListQueryExecutionsCommand({ WorkGroup: settings.athena.workgroup, MaxResults: 5 }),
    );
    expect(QueryExecutionIds).toContain(QueryExecutionId);
  });

  it("binds parameters, quotes and all", async () => {
    const execution = await run("SELECT ? AS a, ? + 1 AS b", {
      ExecutionParameters: ["'it''s; DROP TABLE t --'", "41"],
    });
    expect((await results(execution.QueryExecutionId)).rows[1]).toEqual([
      "it's; DROP TABLE t --",
      "42",
    ]);
  });

  it("answers the same id to the same token, and refuses the token for other SQL", async () => {
    const ClientRequestToken = `token-${Date.now()}-${"x".repeat(32)}`;
    const [first, again] = await Promise.all([
      start("SELECT 1", { ClientRequestToken }),
      start("SELECT 1", { ClientRequestToken }),
    ]);
    expect(again).toBe(first);
    await expect(start("SELECT 2", { ClientRequestToken })).rejects.toThrow(
      "Idempotent parameters",
    );
  });

  it("that does not parse is refused at once", async () => {
    await expect(start("SELEC 1")).rejects.toMatchObject({
      name: "InvalidRequestException",
      AthenaErrorCode: "MALFORMED_QUERY",
      message: expect.stringContaining("mismatched input 'SELEC'") as string,
    });
  });

  it("on a table that is not there fails as the user's error", async () => {
    const { Status, QueryExecutionId } = await run("SELECT * FROM nope");
    expect(Status?.State).toBe("FAILED");
    expect(Status?.StateChangeReason).toContain("TABLE_NOT_FOUND: line 1:15");
    expect(Status?.AthenaError).toMatchObject({ ErrorCategory: 2, ErrorType: 1301 });
    await expect(results(QueryExecutionId)).rejects.toThrow("Final query state: FAILED");
  });

  it("is stopped on the server too", async () => {
    const id = await start(longQuery("long"));
    await until(
      () => status(id),
      (seen) => seen.Status?.State === "RUNNING",
    );
    await expect(results(id)).rejects.toThrow("Current state: RUNNING");
    await athena.send(new StopQueryExecutionCommand({ QueryExecutionId: id }));
    expect((await status(id)).Status?.State).toBe("CANCELLED");
    await until(runningOnTrino, (count) => count === 0, 20_000);
  });
});

/** Trino's own word on what it works on, from its own port. */
async function runningOnTrino(): Promise<number> {
  const port = readRecord(settings.home, "trino")?.port ?? 0;
  const headers = { "X-Trino-User": "workbench" };
  const response = await fetch(`http://127.0.0.1:${port}/v1/query`, { headers });
  const queries = (await response.json()) as { state: string }[];
  return queries.filter(({ state }) => !["FINISHED", "FAILED"].includes(state)).length;
}

describe("an Iceberg table", () => {
  it("is made, written, read, described and dropped", async () => {
    const location = `s3://${settings.processedBucket}/warehouse/${database}/t`;
    const made = await run(
      `CREATE TABLE t WITH (location = '${location}', partitioning = ARRAY['k']) AS
       SELECT n AS id, CASE WHEN n % 2 = 0 THEN 'even' ELSE 'odd' END AS k
       FROM UNNEST(sequence(1, 100)) AS s(n)`,
    );
    expect(made.Status).toMatchObject({ State: "SUCCEEDED" });
    expect(made.SubstatementType).toBe("CREATE_TABLE_AS_SELECT");
    const inserted = await run("INSERT INTO t VALUES (101, 'odd'), (102, 'even')");
    expect((await results(inserted.QueryExecutionId)).pages[0]?.UpdateCount).toBe(2);

    const all = await run("SELECT k, sum(id) AS s FROM t GROUP BY k ORDER BY k;");
    expect((await results(all.QueryExecutionId)).rows).toEqual([
      ["k", "s"],
      ["even", String(50 * 51 + 102)],
      ["odd", String(50 * 50 + 101)],
    ]);
    // Bytes are Trino's own: a query of one partition reads less.
    const one = await run("SELECT sum(id) FROM t WHERE k = 'odd'");
    const [allBytes, oneBytes] = [all, one].map((each) => each.Statistics?.DataScannedInBytes ?? 0);
    expect(oneBytes).toBeGreaterThan(0);
    expect(oneBytes).toBeLessThan(allBytes ?? 0);

    const of = { CatalogName: "AwsDataCatalog", DatabaseName: database };
    const { TableMetadata } = await athena.send(
      new GetTableMetadataCommand({ ...of, TableName: "t" }),
    );
    expect(TableMetadata?.Columns?.map(({ Name }) => Name)).toEqual(["id", "k"]);
    expect(TableMetadata?.Parameters?.["table_type"]?.toUpperCase()).toBe("ICEBERG");

    const shown = await run("SHOW TABLES");
    expect((await results(shown.QueryExecutionId)).rows).toEqual([["t"]]);
    expect(await file(shown.ResultConfiguration?.OutputLocation)).toBe("t\n");

    expect((await run("DROP TABLE t")).Status?.State).toBe("SUCCEEDED");
    await expect(
      athena.send(new GetTableMetadataCommand({ ...of, TableName: "t" })),
    ).rejects.toMatchObject({
      name: "MetadataException",
      message: expect.stringContaining("Error Code: EntityNotFoundException") as string,
    });
  });
});

describe("a Trino that dies", () => {
  it("fails the query that ran, and is started again for the next one", async () => {
    const id = await start(longQuery("long"));
    await until(
      () => status(id),
      (seen) => seen.Status?.State === "RUNNING",
    );
    process.kill(readRecord(settings.home, "trino")?.pid ?? 0, "SIGKILL");
    const { Status } = await end(id);
    expect(Status?.State).toBe("FAILED");
    expect(Status?.StateChangeReason).toContain("Trino stopped while the query ran");
    const next = await start("SELECT 1");
    expect((await status(next)).Status?.StateChangeReason).toContain("started again");
    expect((await end(next)).Status?.State).toBe("SUCCEEDED");
  });
});
