import {
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CacheStore } from "../../../src/lib/athena/cache/store";
import { cacheFolder } from "../../../src/lib/athena/cache/query-cache";
import { type QueryOptions, type QueryResult, runQuery } from "../../../src/lib/athena/query";
import { streamQuery } from "../../../src/lib/athena/stream";
import { type Effects, systemEffects } from "../../../src/lib/effects";
import type { Settings } from "../../../src/lib/config/settings";
import { execution, type FakeAthena, page, startFakeAthena } from "./fake-athena";

const columns = [
  ["id", "bigint"],
  ["cost", "decimal(38,2)"],
  ["at", "timestamp"],
  ["title", "varchar"],
] as const;
const sample = [
  ["9007199254740993", "12345678901234567890.10", "2021-07-21 08:00:00.123", 'say "x",\u2028\né'],
  [null, null, null, ""],
  ["7", "0.00", "2021-07-21 08:00:00.000", null],
];
const values = [
  {
    id: 9007199254740993n,
    cost: "12345678901234567890.10",
    at: "2021-07-21T08:00:00.123Z",
    title: 'say "x",\u2028\né',
  },
  { id: null, cost: null, at: null, title: "" },
  { id: 7, cost: "0.00", at: "2021-07-21T08:00:00Z", title: null },
];
const noon = Date.UTC(2026, 0, 2, 12, 3, 44);

let fake: FakeAthena;
let settings: Settings;
let nowMs: number;
let warnings: string[];
let texts: (string | null)[][];
let more: Record<string, unknown>;

beforeEach(async () => {
  [nowMs, warnings, texts] = [noon, [], sample];
  more = { SubstatementType: "SELECT" };
  fake = await startFakeAthena((operation) => {
    if (operation === "StartQueryExecution") return { QueryExecutionId: "q-1" };
    if (operation === "GetQueryExecution") return execution("SUCCEEDED", undefined, more);
    return page(columns, [columns.map(([name]) => name), ...texts]);
  });
  settings = { ...fake.settings, home: await mkdtemp(join(tmpdir(), "workbench-cache-")) };
});
afterEach(async () => {
  await fake.close();
  await rm(settings.home, { recursive: true });
});

function effects(): Effects {
  const warn = (text: string): number => warnings.push(text);
  return systemEffects({
    now: () => nowMs,
    sleep: () => Promise.resolve(),
    logger: { debug: () => undefined, info: warn, warn },
  });
}

function ask(options: QueryOptions = { cache: "15m" }, sql = "SELECT 1"): Promise<QueryResult> {
  return runQuery(settings, sql, options, effects());
}

/** How often Athena was asked to run a query. */
function runs(): number {
  return fake.calls.filter(({ operation }) => operation === "StartQueryExecution").length;
}

function files(): string[] {
  return readdirSync(cacheFolder(settings)).sort();
}

describe("the local cache", () => {
  it("gives the same values again, and says so", async () => {
    const first = await ask();
    expect(first).toMatchObject({ rows: values, cached: undefined });
    nowMs += 4 * 60_000;
    const second = await ask();
    expect(runs()).toBe(1);
    expect(second).toMatchObject({
      rows: values,
      columns: first.columns,
      queryExecutionId: "q-1",
      cached: { askedMs: noon, ageMs: 240_000 },
      dataScannedBytes: 0,
      costUsd: 0,
    });
    expect(second.summary).toBe("3 rows · from the local cache, of 12:03:44 UTC, 4 min old");
    expect(statSync(join(cacheFolder(settings), files()[0] ?? "")).mode & 0o777).toBe(0o600);
  });

  it("is neither asked nor filled without being told to", async () => {
    await ask({});
    await ask({ cache: false });
    expect(existsSync(cacheFolder(settings))).toBe(false);
    await ask();
    await ask({});
    expect(runs()).toBe(4);
  });

  it("follows the setting ATHENA_CACHE, and `false` refuses it", async () => {
    settings = { ...settings, athena: { ...settings.athena, cache: "15m" } };
    await ask({});
    expect((await ask({})).cached).toBeDefined();
    expect((await ask({ cache: false })).cached).toBeUndefined();
  });

  it.each([
    ["too old", 15 * 60_000 + 1, 2],
    ["just young enough", 15 * 60_000, 1],
    ["from the future", -1, 2],
  ])("an answer that is %s", async (_, laterMs, expected) => {
    await ask();
    nowMs += laterMs;
    await ask();
    expect(runs()).toBe(expected);
  });

  it.each<[what: string, other: () => Promise<unknown>]>([
    ["text", () => ask({ cache: "15m" }, "SELECT  1")],
    ["parameters", () => ask({ cache: "15m", params: ["1"] })],
    ["database", () => askWith({ glue: { ...settings.glue, database: "other" } })],
    ["workgroup", () => askWith({ athena: { ...settings.athena, workgroup: "other" } })],
    ["dataset", () => askWith({ dataset: "other" })],
  ])("another %s is another question", async (_, other) => {
    await ask();
    await other();
    expect(runs()).toBe(2);
  });

  it("a number is another parameter than its text", async () => {
    for (const params of [["1"], [1], ["1"]]) await ask({ cache: "15m", params });
    expect(runs()).toBe(2);
  });

  async function askWith(changed: Partial<Settings>): Promise<unknown> {
    settings = { ...settings, ...changed };
    return ask();
  }

  it.each<[why: string, execution: Record<string, unknown>]>([
    ["a statement that writes", { SubstatementType: "INSERT" }],
    ["a statement of the catalog", { SubstatementType: "SHOW_TABLES", StatementType: "UTILITY" }],
    [
      "an older answer of Athena's",
      {
        SubstatementType: "SELECT",
        Statistics: { ResultReuseInformation: { ReusedPreviousResult: true } },
      },
    ],
  ])("does not keep %s", async (_, told) => {
    more = told;
    await ask();
    expect((await ask()).cached).toBeUndefined();
    expect(runs()).toBe(2);
  });

  it("keeps no part of a result: neither of the first rows nor of what broke off", async () => {
    expect((await ask({ cache: "15m", maxRows: 1 })).truncated).toBe(true);
    const stream = await streamQuery(settings, "SELECT 1", { cache: "15m" }, effects());
    await stream.pages[Symbol.asyncIterator]().next();
    await stream.pages[Symbol.asyncIterator]().return?.();
    expect(files()).toEqual([]);
    await ask();
    expect(await ask({ cache: "15m", maxRows: 1 })).toMatchObject({
      rows: values.slice(0, 1),
      truncated: true,
      cached: { askedMs: noon },
    });
  });

  it.each<[what: string, damage: (path: string, bytes: Buffer) => void]>([
    ["cut short", (path, bytes) => writeFileSync(path, bytes.subarray(0, -1))],
    ["cut in its middle", (path, bytes) => writeFileSync(path, bytes.subarray(0, 300))],
    ["empty", (path) => writeFileSync(path, "")],
    [
      "changed in one letter",
      (path, bytes) => {
        bytes[bytes.indexOf("say")] = 83;
        writeFileSync(path, bytes);
      },
    ],
  ])("an entry that was %s is a miss, and is replaced", async (_, damage) => {
    await ask();
    const path = join(cacheFolder(settings), files()[0] ?? "");
    damage(path, readFileSync(path));
    expect(await ask()).toMatchObject({ rows: values, cached: undefined });
    expect(warnings).toEqual([expect.stringContaining("asking Athena")]);
    expect(await ask()).toMatchObject({ rows: values, cached: { askedMs: noon } });
  });

  it("keeps no result of more than 64 MB", async () => {
    texts = [["1", null, null, "x".repeat(2 ** 26)]];
    expect((await ask()).rowCount).toBe(1);
    expect(warnings).toEqual([
      "the result is larger than 64 MB: it is not kept in the local cache",
    ]);
    expect(files()).toEqual([]);
  });

  it("that cannot be written to costs no answer", async () => {
    writeFileSync(cacheFolder(settings), "no folder");
    expect((await ask()).rows).toEqual(values);
    expect(warnings.at(-1)).toContain("not kept in the local cache");
  });
});

describe("CacheStore", () => {
  const head = { askedMs: noon, queryExecutionId: "q", statementType: "DML", columns: [] };

  async function put(store: CacheStore, key: string, changedMs: number): Promise<void> {
    const keeper = await store.keep(key, head);
    await keeper.writer.add([["x".repeat(300)]]);
    await keeper.commit();
    const path = join(cacheFolder(settings), `${key}.entry`);
    if (existsSync(path)) utimesSync(path, changedMs / 1000, changedMs / 1000);
  }

  it("removes the oldest beyond its limit, and what a killed process left", async () => {
    const folder = cacheFolder(settings);
    const limits = { maxBytes: 1200, maxEntryBytes: 1200 };
    const store = new CacheStore(folder, effects(), limits);
    await put(store, "b", noon - 2000);
    await put(store, "a", noon - 3000);
    await put(store, "c", noon - 1000);
    for (const [name, ageMs] of [
      ["old.1.part", 3_600_001],
      ["young.1.part", 3_599_000],
    ] as const) {
      writeFileSync(join(folder, name), "half");
      utimesSync(join(folder, name), (noon - ageMs) / 1000, (noon - ageMs) / 1000);
    }
    await put(store, "d", noon);
    expect(files()).toEqual(["c.entry", "d.entry", "young.1.part"]);
  });
});
