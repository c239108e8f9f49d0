import { afterEach, describe, expect, it } from "vitest";
import { inlineParameters } from "../../../src/lib/athena/parameters";
import { runQuery } from "../../../src/lib/athena/query";
import { bytesOfScan, readPlan } from "../../../src/lib/athena/scan-estimate";
import { systemEffects } from "../../../src/lib/effects";
import { execution, type FakeAthena, page, startFakeAthena } from "./fake-athena";

let fake: FakeAthena | undefined;
afterEach(() => fake?.close());

const plan = (bytes: number | string): string =>
  JSON.stringify({
    inputTableColumnInfos: [
      {
        table: { catalog: "awsdatacatalog", schemaTable: { schema: "db", table: 'a"b' } },
        constraint: { none: false, columnConstraints: [] },
        estimate: { outputRowCount: 250, outputSizeInBytes: bytes },
      },
    ],
    estimate: { outputRowCount: "NaN" },
  });

/** Asks with a limit of 1 MB; the plan, the files and the bytes scanned are as given. */
async function ask(
  told: { plan?: string; files?: string; scanned?: number; state?: string },
  params: string[] = [],
): Promise<{ outcome: string; asked: string[]; notes: string[] }> {
  const { plan: planned, files, scanned = 0, state = "SUCCEEDED" } = told;
  const asked: string[] = [];
  fake = await startFakeAthena((operation, body) => {
    if (operation === "StartQueryExecution") {
      asked.push(String(body["QueryString"]));
      return { QueryExecutionId: String(asked.length) };
    }
    const sql = asked[Number(body["QueryExecutionId"]) - 1] ?? "";
    const answer = sql.startsWith("EXPLAIN") ? planned : sql.includes("$files") ? files : "1";
    if (operation === "GetQueryExecution") {
      if (answer === undefined) return execution("FAILED", "NOT_SUPPORTED");
      const Statistics = { DataScannedInBytes: answer === "1" ? scanned : 0 };
      return execution(answer === "1" ? state : "SUCCEEDED", undefined, { Statistics });
    }
    if (operation === "StopQueryExecution") {
      asked.push("STOP");
      return {};
    }
    return page([["n", "varchar"]], [["n"], [answer ?? ""]]);
  });
  const notes: string[] = [];
  const note = (text: string): number => notes.push(text);
  const logger = { debug: () => undefined, info: note, warn: note };
  const effects = systemEffects({ sleep: () => Promise.resolve(), logger });
  const sql = `SELECT a${params.map(() => "?").join("")}`;
  const query = runQuery(fake.settings, sql, { params, maxScanBytes: 2 ** 20 }, effects);
  const outcome = await query.then(
    ({ rowCount }) => `${rowCount} row`,
    (error: unknown) => (error as Error).message,
  );
  return { outcome, asked, notes };
}

describe("maxScanBytes", () => {
  it("refuses a query before it runs, by its share of the tables' files", async () => {
    const { outcome, asked } = await ask({ plan: plan(1e9), files: "6291456 1000" });
    expect(outcome).toBe("the query was not run: it would scan about 1.5 MB, and may scan 1.0 MB");
    expect(asked).toEqual([
      "EXPLAIN (TYPE IO, FORMAT JSON) SELECT a",
      expect.stringMatching(/FROM "db"\."a""b\$files"$/),
    ]);
  });

  it.each([
    ["its share of the files is small", { plan: plan(1e9), files: "4194304 1000" }],
    ["its columns are small", { plan: plan(1000), files: "999999999 1000" }],
    ["the table is no Iceberg table, and its columns are small", { plan: plan(1000) }],
    ["it reads no table", { plan: '{"inputTableColumnInfos": []}' }],
  ])("lets a query run where %s", async (_, told) => {
    const { outcome, asked, notes } = await ask(told);
    expect({ outcome, last: asked.at(-1), notes }).toEqual({
      outcome: "1 row",
      last: "SELECT a",
      notes: [],
    });
  });

  it.each([
    ["cannot be had", {}],
    ["is none", { plan: "no plan" }],
    ["knows nothing", { plan: plan("NaN") }],
  ])("says that a query is only watched where the plan %s", async (_, told) => {
    const { outcome, notes } = await ask(told);
    expect(outcome).toBe("1 row");
    expect(notes).toEqual([expect.stringContaining("it is only watched")]);
  });

  it("stops a query that has scanned more", async () => {
    const { outcome, asked } = await ask({ scanned: 3 * 2 ** 20, state: "RUNNING" });
    expect(outcome).toBe("the query was stopped: it had scanned 3.0 MB, and may scan 1.0 MB");
    expect(asked.at(-1)).toBe("STOP");
  });

  it("keeps the rows of one that ended before it could be stopped, and says so", async () => {
    const { outcome, notes } = await ask({ plan: plan(1), scanned: 3 * 2 ** 20 });
    expect(outcome).toBe("1 row");
    expect(notes).toEqual([expect.stringContaining("it scanned 3.0 MB, and may scan 1.0 MB")]);
  });

  it("gives EXPLAIN, which binds nothing, the values as literals", async () => {
    const { asked } = await ask({ plan: plan(1) }, ["it's ?"]);
    expect(asked[0]).toBe("EXPLAIN (TYPE IO, FORMAT JSON) SELECT a'it''s ?'");
    expect(asked.at(-1)).toBe("SELECT a?");
  });
});

it.each([
  ["SELECT ?, ?", "SELECT 1, 'x'"],
  [
    "SELECT '?', \"?\", ?, 'it''s ?' -- ?\n, /* ? */ ?",
    "SELECT '?', \"?\", 1, 'it''s ?' -- ?\n, /* ? */ 'x'",
  ],
])("the parameters of %j", (sql, text) => {
  expect(inlineParameters(sql, [1, "x"])).toBe(text);
});

it("refuses a wrong number of parameters", () => {
  expect(() => inlineParameters("SELECT ?", [1, 2])).toThrow("has 1 ?, and 2 values");
});

it.each([
  [{ rows: 10, bytes: 500 }, { rows: 100, bytes: 1000 }, 100],
  [{ rows: 10, bytes: 50 }, { rows: 100, bytes: 1000 }, 50],
  [{ rows: NaN, bytes: NaN }, { rows: 100, bytes: 1000 }, 1000],
  [{ rows: 200, bytes: NaN }, { rows: 100, bytes: 1000 }, 1000],
  [{ rows: 0, bytes: 0 }, { rows: 0, bytes: 0 }, 0],
  [{ rows: 10, bytes: 50 }, undefined, 50],
  [{ rows: 10, bytes: NaN }, undefined, NaN],
])("a scan of %j of files %j reads %d bytes", (scan, files, bytes) => {
  expect(bytesOfScan({ schema: "s", table: "t", ...scan }, files)).toBe(bytes);
});

it("reads a plan whose first line is a header", () => {
  expect(readPlan(`Query Plan\n${plan("NaN")}`)).toEqual([
    { schema: "db", table: 'a"b', rows: 250, bytes: NaN },
  ]);
});
