import { inspect } from "node:util";
import { afterEach, expect, it } from "vitest";
import { runQuery } from "../../../src/lib/athena/query";
import { streamQuery } from "../../../src/lib/athena/stream";
import { type ProgressUpdate, systemEffects } from "../../../src/lib/effects";
import { WorkbenchError } from "../../../src/lib/errors";
import {
  type Answer,
  execution,
  type FakeAthena,
  page,
  settingsAt,
  startFakeAthena,
} from "./fake-athena";

let fake: FakeAthena | undefined;
afterEach(() => fake?.close());

/** A fake whose execution goes through the states given, then answers the pages in order. */
async function athena(
  states: readonly Answer[],
  pages: readonly Answer[] = [page([["n", "bigint"]], [["n"], ["1"]])],
): Promise<FakeAthena> {
  let asked = 0;
  let read = 0;
  fake = await startFakeAthena((operation) => {
    if (operation === "StartQueryExecution") return { QueryExecutionId: "q-1" };
    if (operation === "StopQueryExecution") return {};
    if (operation === "GetQueryExecution") {
      return states[Math.min(asked++, states.length - 1)] ?? execution("SUCCEEDED");
    }
    return pages[Math.min(read++, pages.length - 1)] ?? page([], []);
  });
  return fake;
}

const quick = { sleep: () => Promise.resolve() };

async function failureOf(work: Promise<unknown>): Promise<WorkbenchError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof WorkbenchError)) throw new Error(`no WorkbenchError: ${String(error)}`);
  return error;
}

it("starts, waits, pages and types, and tells of the cost", async () => {
  const { settings, calls } = await athena(
    [execution("QUEUED", "starting Trino"), execution("RUNNING"), execution("SUCCEEDED")],
    [
      page(
        [
          ["repo", "varchar"],
          ["n", "bigint"],
        ],
        [
          ["repo", "n"],
          ["a/b", "9007199254740993"],
        ],
        "next",
      ),
      page(
        [
          ["repo", "varchar"],
          ["n", "bigint"],
        ],
        [
          ["repo", "n"],
          [null, "2"],
        ],
      ),
    ],
  );
  const updates: ProgressUpdate[] = [];
  const waits: number[] = [];
  const result = await runQuery(
    settings,
    "SELECT repo, n FROM t WHERE repo = ? AND n > ?",
    { params: ["it's", 7] },
    systemEffects({
      progress: (update) => updates.push(update),
      sleep: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    }),
  );
  expect(result.rows).toBe(result.rows);
  // The header is skipped once: a row of the second page may look like it.
  expect(result.rows).toEqual([
    { repo: "a/b", n: 9007199254740993n },
    { repo: "repo", n: "n" },
    { repo: null, n: 2 },
  ]);
  expect(result).toMatchObject({ queryExecutionId: "q-1", dataScannedBytes: 2048, engineMs: 12 });
  expect(result.summary).toBe("3 rows · 2.0 KB scanned · $0.000048 at AWS's list price · 12 ms");
  expect(updates.map((update) => update.state)).toEqual([
    "QUEUED: starting Trino",
    "RUNNING",
    "SUCCEEDED",
    "READING",
  ]);
  expect(waits).toEqual([20, 21]);
  expect(calls[0]?.body).toMatchObject({
    ExecutionParameters: ["'it''s'", "7"],
    QueryExecutionContext: { Database: "github_events" },
    WorkGroup: "workbench",
    ResultConfiguration: { OutputLocation: "s3://github-events-processed/athena/" },
  });
  expect(String(calls[0]?.body["ClientRequestToken"])).toHaveLength(36);
});

it("learns of the end a twentieth of the query's time late at the most, and asks once a second at the least", async () => {
  const { settings } = await athena([
    ...Array.from({ length: 100 }, () => execution("RUNNING")),
    execution("SUCCEEDED"),
  ]);
  const waits: number[] = [];
  let elapsedMs = 0;
  const sleep = (ms: number): Promise<void> => {
    expect(ms).toBeLessThanOrEqual(20.001 + 0.05 * elapsedMs);
    elapsedMs += ms;
    waits.push(ms);
    return Promise.resolve();
  };
  await runQuery(settings, "SELECT 1", {}, systemEffects({ sleep }));
  expect(Math.max(...waits)).toBe(1000);
  expect(waits).toHaveLength(100);
});

it("takes the first row of SHOW for a row", async () => {
  const { settings } = await athena(
    [execution("SUCCEEDED", undefined, { StatementType: "UTILITY" })],
    [page([["tab_name", "string"]], [["tab_name"], ["github_events"]])],
  );
  const result = await runQuery(settings, "SHOW TABLES", {}, systemEffects(quick));
  expect(result.rows).toHaveLength(2);
  expect(result.costUsd).toBe(0);
});

it.each([
  [
    "TABLE_NOT_FOUND: line 1:15: Table 'awsdatacatalog.github_events.github_events' does not exist",
    "npx workbench etl",
  ],
  ["COLUMN_NOT_FOUND: line 1:8: Column 'nope' cannot be resolved", "DESCRIBE"],
  ["SYNTAX_ERROR: line 1:1: mismatched input 'SELEC'", "SQL"],
])("an execution that fails by %s has a hint", async (reason, hint) => {
  const { settings } = await athena([execution("FAILED", reason)]);
  const error = await failureOf(runQuery(settings, "SELECT x", {}, systemEffects(quick)));
  expect(error.code).toBe("ATHENA");
  expect(error.message).toContain(reason);
  expect(error.hint).toContain(hint);
  expect(error.context).toMatchObject({ queryExecutionId: "q-1", sql: "SELECT x" });
});

it("a missing engine is named as the endpoint names it", async () => {
  const reason = "Trino is not installed: run ./scripts/up";
  const { settings } = await athena([execution("FAILED", reason)]);
  const error = await failureOf(runQuery(settings, "SELECT 1", {}, systemEffects(quick)));
  expect(error.message).toBe(`query failed: ${reason}`);
});

it("a refused query keeps Athena's words", async () => {
  fake = await startFakeAthena(() => ({
    error: "InvalidRequestException",
    message: "line 1:1: mismatched input 'SELEC'",
  }));
  const error = await failureOf(runQuery(fake.settings, "SELEC 1", {}, systemEffects(quick)));
  expect(error.oneLine).toMatch(/refused: line 1:1: mismatched input 'SELEC' \(look at the SQL/);
});

it("an endpoint that does not answer says which, and what starts it", async () => {
  const error = await failureOf(
    runQuery(settingsAt("http://127.0.0.1:9"), "SELECT 1", {}, systemEffects(quick)),
  );
  expect(error.message).toContain("http://127.0.0.1:9");
  expect(error.hint).toBe("npx workbench up");
  expect(error.retryable).toBe(true);
});

it("an abort stops the query on the server", async () => {
  const { settings, calls } = await athena([execution("RUNNING")]);
  const stop = new AbortController();
  const effects = systemEffects({
    signal: stop.signal,
    progress: () => {
      stop.abort();
    },
  });
  const error = await failureOf(runQuery(settings, "SELECT 1", {}, effects));
  expect(error.code).toBe("ABORTED");
  expect(calls.at(-1)).toEqual({
    operation: "StopQueryExecution",
    body: { QueryExecutionId: "q-1" },
  });
});

it("maxRows leaves the rest on the server, and says so", async () => {
  const columns = [["n", "bigint"]] as const;
  const { settings, calls } = await athena(
    [execution("SUCCEEDED")],
    [page(columns, [["n"], ["1"], ["2"]], "a"), page(columns, [["3"], ["4"]], "b")],
  );
  const result = await runQuery(settings, "SELECT 1", { maxRows: 3 }, systemEffects(quick));
  expect(result.rows).toHaveLength(3);
  expect(result.truncated).toBe(true);
  expect(result.summary).toMatch(/^the first 3 rows/);
  expect(calls.filter((call) => call.operation === "GetQueryResults")).toHaveLength(2);
});

it("streams pages as they are asked for", async () => {
  const columns = [["n", "bigint"]] as const;
  const { settings, calls } = await athena(
    [execution("SUCCEEDED")],
    [page(columns, [["n"], ["1"]], "a"), page(columns, [["2"]], "b"), page(columns, [["3"]])],
  );
  const stream = await streamQuery(settings, "SELECT 1", {}, systemEffects(quick));
  const asked = (): number =>
    calls.filter(({ operation }) => operation === "GetQueryResults").length;
  const seen: unknown[] = [];
  for await (const rows of stream.pages) seen.push([...rows, asked()]);
  expect(seen).toEqual([
    [{ n: 1 }, 1],
    [{ n: 2 }, 2],
    [{ n: 3 }, 3],
  ]);
});

it.each(["", " \n"])("an empty query %j is refused before it is sent", async (sql) => {
  const { settings, calls } = await athena([]);
  expect((await failureOf(runQuery(settings, sql, {}, systemEffects(quick)))).code).toBe("USAGE");
  expect(calls).toEqual([]);
});

it("asks for a stored result only where told to", async () => {
  const { settings, calls } = await athena([execution("SUCCEEDED")]);
  const reuseOf = async (options: { reuse?: string }): Promise<unknown> => {
    await runQuery(settings, "SELECT 1", options, systemEffects(quick));
    const starts = calls.filter(({ operation }) => operation === "StartQueryExecution");
    return starts.at(-1)?.body["ResultReuseConfiguration"];
  };
  expect(await reuseOf({})).toBeUndefined();
  expect(await reuseOf({ reuse: "1h30m" })).toEqual({
    ResultReuseByAgeConfiguration: { Enabled: true, MaxAgeInMinutes: 90 },
  });
});

it.each(["soon", "30s", "8d"])("refuses to reuse results of age %j", async (reuse) => {
  const { settings, calls } = await athena([]);
  const error = await failureOf(runQuery(settings, "SELECT 1", { reuse }, systemEffects(quick)));
  expect(error).toMatchObject({ code: "USAGE", message: `reuse is ${JSON.stringify(reuse)}` });
  expect(calls).toEqual([]);
});

it("marks the place in the SQL that the reason names, in a notebook too", async () => {
  const reason = "COLUMN_NOT_FOUND: line 2:3: Column 'x' cannot be resolved";
  const { settings } = await athena([execution("FAILED", reason)]);
  const error = await failureOf(runQuery(settings, "SELECT\n  x", {}, systemEffects(quick)));
  expect(error.oneLine).not.toContain("\n");
  expect(error.place).toBe("  2 |   x\n    |   ^");
  expect(inspect(error)).toContain("\n  2 |   x\n    |   ^\n  → ");
});
