import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Execution, noFigures } from "../../../../src/local/aws/athena/execution";
import { ExecutionStore, newExecutionId } from "../../../../src/local/aws/athena/execution-store";
import { pageOfResults } from "../../../../src/local/aws/athena/query-results";
import { ResultWriter } from "../../../../src/local/aws/athena/result-spool";
import { readStatement } from "../../../../src/local/aws/athena/statement";
import { columnInfo } from "../../../../src/local/aws/athena/column-info";

const total = 2500;
let folder: string;
let store: ExecutionStore;
let execution: Execution;

interface Page {
  ResultSet: { Rows: { Data: { VarCharValue?: string }[] }[] };
  NextToken?: string;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "athena-"));
  store = new ExecutionStore(folder);
  const id = newExecutionId(Date.now());
  const type = { rawType: "varchar", arguments: [] };
  execution = {
    id,
    query: "SELECT n, t",
    statement: readStatement("SELECT n, t"),
    parameters: [],
    database: undefined,
    workgroup: "primary",
    output: `s3://b/${id}.csv`,
    state: "SUCCEEDED",
    submittedMs: 0,
    figures: noFigures,
    columns: ["n", "t"].map((name) => columnInfo({ name, type: "", typeSignature: type })),
    rows: total,
  };
  store.put(execution);
  const writer = await ResultWriter.open(store.dir(id), "csv");
  // Long enough that pages begin inside of a read block, and characters are cut by its end.
  const rows = Array.from({ length: total }, (_, at) => [
    `${at}`,
    at % 3 === 0 ? null : "é\n".repeat(20),
  ]);
  await writer.header(["n", "t"]);
  await writer.add(rows.slice(0, 10));
  await writer.add(rows.slice(10));
  await writer.close();
});

afterAll(() => rmSync(folder, { recursive: true }));

async function allPages(maxResults: number | undefined): Promise<Page[]> {
  const pages: Page[] = [];
  let token: string | undefined;
  do {
    const page = (await pageOfResults(execution, store.dir(execution.id), {
      maxResults,
      token,
    })) as unknown as Page;
    pages.push(page);
    token = page.NextToken;
  } while (token !== undefined);
  return pages;
}

describe("pageOfResults", () => {
  it.each([
    [undefined, [1000, 1000, 501]],
    [1000, [1000, 1000, 501]],
    [700, [700, 700, 700, 401]],
    [2501 / 3, [833, 833, 833, 2]],
  ])("cuts pages of %s, the header's row in the first one", async (size, expected) => {
    const pages = await allPages(size === undefined ? undefined : Math.floor(size));
    expect(pages.map((page) => page.ResultSet.Rows.length)).toEqual(expected);
    const rows = pages.flatMap((page) => page.ResultSet.Rows);
    expect(rows[0]?.Data).toEqual([{ VarCharValue: "n" }, { VarCharValue: "t" }]);
    expect(rows.slice(1).map((row) => row.Data[0]?.VarCharValue)).toEqual(
      Array.from({ length: total }, (_, at) => `${at}`),
    );
    // NULL is an empty object, not an empty text.
    expect(rows[1]?.Data[1]).toEqual({});
    expect(rows[2]?.Data[1]).toEqual({ VarCharValue: "é\n".repeat(20) });
  });

  it("answers the header alone where awswrangler asks for one row, and goes on after it", async () => {
    const dir = store.dir(execution.id);
    const first = await pageOfResults(execution, dir, { maxResults: 1, token: undefined });
    expect((first as unknown as Page).ResultSet.Rows).toHaveLength(1);
    const token = first["NextToken"] as string;
    const second = await pageOfResults(execution, dir, { maxResults: 2, token });
    expect((second as unknown as Page).ResultSet.Rows.map(({ Data }) => Data[0])).toEqual([
      { VarCharValue: "0" },
      { VarCharValue: "1" },
    ]);
  });

  it("reads the rows of a text for people, which has no header", async () => {
    const statement = readStatement("SHOW TABLES");
    const dir = join(folder, "show");
    const rows = [["two\nlines"], [""], [null], ["a\tb"]];
    const writer = await ResultWriter.open(dir, "txt");
    await writer.add(rows);
    await writer.close();
    const page = await pageOfResults({ ...execution, statement, rows: 4 }, dir, {
      maxResults: undefined,
      token: undefined,
    });
    expect((page as unknown as Page).ResultSet.Rows.map(({ Data }) => Data[0])).toEqual(
      rows.map(([value]) => (value === null ? {} : { VarCharValue: value })),
    );
  });

  it("refuses a token of another execution", async () => {
    const token = Buffer.from("0-0:5:5").toString("base64url");
    const page = pageOfResults(execution, store.dir(execution.id), { maxResults: 5, token });
    await expect(page).rejects.toThrow("NextToken does not belong");
  });

  it.each([
    ["RUNNING", "Query has not yet finished. Current state: RUNNING"],
    ["FAILED", "Query did not finish successfully. Final query state: FAILED"],
  ] as const)("refuses a query that is %s", async (state, words) => {
    const page = pageOfResults({ ...execution, state }, "", { maxResults: 5, token: undefined });
    await expect(page).rejects.toThrow(words);
  });
});

describe("ExecutionStore", () => {
  it("lists ids by time, latest first, and reads nothing outside its folder", () => {
    const ids = [1, 2, 3].map((ms) => newExecutionId(Date.UTC(2026, 0, 1) + ms));
    expect([...ids].sort()).toEqual(ids);
    expect(store.get("../secret")).toBeUndefined();
  });

  it("fails what ran when the gateway stopped, and drops what is older than 45 days", () => {
    const now = Date.now();
    const running = { ...execution, id: newExecutionId(now), state: "RUNNING" as const };
    const old = { ...execution, id: newExecutionId(now - 46 * 86_400_000) };
    store.put(running);
    store.put(old);
    expect(store.recover(now)).toBe(1);
    expect(store.get(running.id)).toMatchObject({ state: "FAILED", completedMs: now });
    expect(store.get(running.id)?.reason).toContain("was stopped while the query ran");
    expect(store.get(old.id)).toBeUndefined();
    expect(store.get(execution.id)?.state).toBe("SUCCEEDED");
  });
});
