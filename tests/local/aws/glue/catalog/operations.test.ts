import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ApiError } from "../../../../../src/local/aws/api-error";
import type { Catalog } from "../../../../../src/local/aws/catalog";
import { Adoption } from "../../../../../src/local/aws/glue/catalog/adoption";
import { CatalogStore } from "../../../../../src/local/aws/glue/catalog/catalog-store";
import {
  catalogInProcess,
  glueCatalogOperations,
} from "../../../../../src/local/aws/glue/catalog/operations";

type Answer = Record<string, unknown>;
type Handler = (input: Record<string, string>) => Answer;

let dir: string;
let store: CatalogStore;
/** What ministack has. */
let behind: Record<string, Handler>;
let asked: string[];
let nowMs: number;

const notFound = (): never => {
  throw new ApiError("EntityNotFoundException", "no");
};

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "catalog-"));
  store = new CatalogStore(join(dir, "catalog.log"));
  behind = {};
  asked = [];
  nowMs = 1_000;
});
afterEach(() => {
  store.close();
  rmSync(dir, { recursive: true, force: true });
});

const ministack: Catalog = {
  call(operation, input) {
    asked.push(operation);
    const lists = { GetDatabases: { DatabaseList: [] }, GetTables: { TableList: [] } };
    const handler = behind[operation];
    if (handler !== undefined) return Promise.resolve().then(() => handler(input as never));
    const list = (lists as Record<string, Answer>)[operation];
    return list === undefined ? Promise.resolve().then(notFound) : Promise.resolve(list);
  },
};

function context(pageSize = 100): Parameters<typeof glueCatalogOperations>[0] {
  return { store, adoption: new Adoption(store, ministack), now: () => nowMs, pageSize };
}

async function call(operation: string, input: object): Promise<Answer> {
  const found = glueCatalogOperations(context())[operation];
  if (found === undefined) throw new Error(`there is no ${operation}`);
  return (await found(input)) as Answer;
}

async function makeTable(Name = "t", more: object = {}): Promise<void> {
  await call("CreateDatabase", { DatabaseInput: { Name: "d" } }).catch(() => undefined);
  await call("CreateTable", { DatabaseName: "d", TableInput: { Name, ...more } });
}

const table = async (): Promise<Record<string, unknown>> =>
  (await call("GetTable", { DatabaseName: "d", Name: "t" }))["Table"] as Record<string, unknown>;

describe("databases", () => {
  it("are made once, folded to lower case, and go with their tables", async () => {
    await call("CreateDatabase", { DatabaseInput: { Name: "Sales", Description: "x" } });
    await expect(
      call("CreateDatabase", { DatabaseInput: { Name: "SALES" } }),
    ).rejects.toMatchObject({ type: "AlreadyExistsException" });
    await call("CreateTable", { DatabaseName: "sales", TableInput: { Name: "T" } });
    await call("UpdateDatabase", { Name: "sales", DatabaseInput: { Name: "sales" } });
    expect(await call("GetDatabase", { Name: "Sales" })).toEqual({
      Database: { Name: "sales", CreateTime: 1, CatalogId: "000000000000" },
    });
    await call("DeleteDatabase", { Name: "sales" });
    await expect(call("GetTable", { DatabaseName: "sales", Name: "t" })).rejects.toMatchObject({
      type: "EntityNotFoundException",
    });
    await call("CreateDatabase", { DatabaseInput: { Name: "sales" } });
    expect(await call("GetTables", { DatabaseName: "sales" })).toEqual({ TableList: [] });
  });

  it("are listed in pages that neither lose nor double what comes and goes between", async () => {
    for (const Name of ["a", "b", "c", "d"]) {
      await call("CreateDatabase", { DatabaseInput: { Name } });
    }
    const first = await call("GetDatabases", { MaxResults: 2 });
    expect((first["DatabaseList"] as { Name: string }[]).map(({ Name }) => Name)).toEqual([
      "a",
      "b",
    ]);
    await call("DeleteDatabase", { Name: "a" });
    const { NextToken } = first;
    const second = await call("GetDatabases", { NextToken });
    expect((second["DatabaseList"] as { Name: string }[]).map(({ Name }) => Name)).toEqual([
      "c",
      "d",
    ]);
    expect(second["NextToken"]).toBeUndefined();
    await expect(call("GetDatabases", { NextToken: "!" })).rejects.toThrow("none of ours");
  });

  it("belong to one catalog, and are no links", async () => {
    await expect(call("GetDatabases", { CatalogId: "1" })).rejects.toThrow("000000000000");
    await expect(
      call("CreateDatabase", {
        DatabaseInput: { Name: "x", TargetDatabase: { DatabaseName: "y" } },
      }),
    ).rejects.toThrow("the local Glue has no resource links");
  });
});

describe("tables", () => {
  it("are replaced whole, at the version that the caller knows", async () => {
    await makeTable("t", { Description: "first", Parameters: { a: "1" } });
    expect(await table()).toMatchObject({ VersionId: "0", Description: "first" });
    nowMs = 5_000;
    const next = { DatabaseName: "d", TableInput: { Name: "t", Parameters: { b: "2" } } };
    await call("UpdateTable", { ...next, VersionId: "0", SkipArchive: true });
    const now = await table();
    expect(now).toMatchObject({
      VersionId: "1",
      CreateTime: 1,
      UpdateTime: 5,
      Parameters: { b: "2" },
    });
    expect(now["Description"]).toBeUndefined();
    await expect(call("UpdateTable", { ...next, VersionId: "0" })).rejects.toMatchObject({
      type: "ConcurrentModificationException",
    });
    expect((await table())["VersionId"]).toBe("1");
  });

  it("let one of twenty writers of the same version through", async () => {
    await makeTable();
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, n) =>
        call("UpdateTable", {
          DatabaseName: "d",
          TableInput: { Name: "t", Parameters: { n: String(n) } },
          VersionId: "0",
        }),
      ),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("keep former versions unless told not to", async () => {
    await makeTable();
    const update = (n: number, SkipArchive: boolean): Promise<Answer> =>
      call("UpdateTable", {
        DatabaseName: "d",
        TableInput: { Name: "t", Description: String(n) },
        SkipArchive,
      });
    for (let n = 1; n <= 12; n += 1) await update(n, n % 2 === 0);
    const names = { DatabaseName: "d", TableName: "t" };
    const { TableVersions } = await call("GetTableVersions", names);
    expect((TableVersions as { VersionId: string }[]).map(({ VersionId }) => VersionId)).toEqual([
      ...["12", "10", "8", "6", "4", "2", "0"],
    ]);
    const paged = await call("GetTableVersions", { ...names, MaxResults: 2 });
    const rest = await call("GetTableVersions", { ...names, NextToken: paged["NextToken"] });
    expect(rest["TableVersions"]).toHaveLength(5);
    expect(await call("GetTableVersion", { ...names, VersionId: "4" })).toMatchObject({
      TableVersion: { VersionId: "4", Table: { Description: "4" } },
    });
    expect(
      await call("BatchDeleteTableVersion", { ...names, VersionIds: ["4", "5", "12"] }),
    ).toMatchObject({ Errors: [{ VersionId: "5" }, { VersionId: "12" }] });
    await expect(call("GetTableVersion", { ...names, VersionId: "4" })).rejects.toThrow();
  });

  it("are found by pattern", async () => {
    for (const name of ["a_1", "a_2", "b"]) await makeTable(name);
    const found = async (Expression: string): Promise<string[]> => {
      const { TableList } = await call("GetTables", { DatabaseName: "d", Expression });
      return (TableList as { Name: string }[]).map(({ Name }) => Name);
    };
    expect(await found("a*")).toEqual(["a_1", "a_2"]);
    expect(await found("a.*")).toEqual(["a_1", "a_2"]);
    expect(await found("*_2|b")).toEqual(["a_2", "b"]);
    expect(await found("a")).toEqual([]);
    await expect(found("a[")).rejects.toThrow("no pattern");
  });

  it("say of an Iceberg table's columns that they are its present ones", async () => {
    const StorageDescriptor = { Columns: [{ Name: "c", Type: "int", Parameters: { a: "b" } }] };
    await makeTable("t", { StorageDescriptor, Parameters: { table_type: "ICEBERG" } });
    await makeTable("u", { StorageDescriptor });
    const { TableList } = await call("GetTables", { DatabaseName: "d" });
    expect(TableList).toMatchObject([
      {
        StorageDescriptor: {
          Columns: [{ Parameters: { a: "b", "iceberg.field.current": "true" } }],
        },
      },
      { StorageDescriptor },
    ]);
    expect(JSON.stringify(await table())).toContain("iceberg.field.current");
  });

  it("of a batch that cannot be deleted are told", async () => {
    await makeTable();
    const request = { DatabaseName: "d", TablesToDelete: ["t", "u"] };
    expect(await call("BatchDeleteTable", request)).toEqual({
      Errors: [
        {
          TableName: "u",
          ErrorDetail: {
            ErrorCode: "EntityNotFoundException",
            ErrorMessage: "Table u not found in d.",
          },
        },
      ],
    });
  });
});

describe("partitions", () => {
  const names = { DatabaseName: "d", TableName: "t" };
  const columns = { Columns: [{ Name: "c", Type: "int" }], Location: "s3://b/x" };
  const input = (...Values: string[]): object => ({ Values, StorageDescriptor: columns });

  async function make(count: number): Promise<void> {
    await makeTable("t", { PartitionKeys: [{ Name: "n", Type: "int" }] });
    await call("BatchCreatePartition", {
      ...names,
      PartitionInputList: Array.from({ length: count }, (_, n) => input(String(n))),
    });
  }
  const valuesOf = ({ Partitions }: Answer): string[] =>
    (Partitions as { Values: string[] }[]).map(({ Values }) => Values.join());

  it("are chosen by expression, page by page", async () => {
    await make(30);
    const request = { ...names, Expression: "n >= 5 AND n < 15", MaxResults: 4 };
    const seen: string[] = [];
    for (let NextToken: unknown; ;) {
      const answer = await call("GetPartitions", { ...request, NextToken });
      seen.push(...valuesOf(answer));
      NextToken = answer["NextToken"];
      if (NextToken === undefined) break;
    }
    expect(seen.map(Number).sort((a, b) => a - b)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14]);
  });

  it("are shared out among segments, each in one", async () => {
    await make(30);
    const parts = await Promise.all(
      [0, 1, 2].map((SegmentNumber) =>
        call("GetPartitions", { ...names, Segment: { SegmentNumber, TotalSegments: 3 } }),
      ),
    );
    const seen = parts.map(valuesOf);
    expect(seen.every((one) => one.length > 0)).toBe(true);
    expect(new Set(seen.flat()).size).toBe(30);
    expect(seen.flat()).toHaveLength(30);
  });

  it("leave their columns out when told to", async () => {
    await make(1);
    const { Partitions } = await call("GetPartitions", { ...names, ExcludeColumnSchema: true });
    expect(Partitions).toMatchObject([{ StorageDescriptor: { Location: "s3://b/x" } }]);
    expect(JSON.stringify(Partitions)).not.toContain("Columns");
  });

  it("are updated, moved and deleted; what does not go is told", async () => {
    await make(3);
    await call("UpdatePartition", {
      ...names,
      PartitionValueList: ["0"],
      PartitionInput: { ...input("7"), Parameters: { a: "1" } },
    });
    expect(await call("GetPartition", { ...names, PartitionValues: ["7"] })).toMatchObject({
      Partition: { Parameters: { a: "1" }, DatabaseName: "d", TableName: "t" },
    });
    await expect(call("GetPartition", { ...names, PartitionValues: ["0"] })).rejects.toThrow();
    const entries = [
      { PartitionValueList: ["1"], PartitionInput: input("2") },
      { PartitionValueList: ["2"], PartitionInput: input("2") },
    ];
    expect(await call("BatchUpdatePartition", { ...names, Entries: entries })).toMatchObject({
      Errors: [{ PartitionValueList: ["1"], ErrorDetail: { ErrorCode: "AlreadyExistsException" } }],
    });
    const twice = [input("8"), input("8"), input("7"), input("1", "2")];
    const { Errors } = await call("BatchCreatePartition", { ...names, PartitionInputList: twice });
    expect(Errors).toHaveLength(3);
    const gone = [{ Values: ["8"] }, { Values: ["9"] }];
    expect(
      await call("BatchDeletePartition", { ...names, PartitionsToDelete: gone }),
    ).toMatchObject({
      Errors: [{ PartitionValues: ["9"] }],
    });
    const wanted = [{ Values: ["7"] }, { Values: ["8"] }];
    const got = await call("BatchGetPartition", { ...names, PartitionsToGet: wanted });
    expect(valuesOf(got)).toEqual(["7"]);
  });
});

describe("column statistics", () => {
  it("are given back as they came; what is not known is told", async () => {
    await makeTable();
    const names = { DatabaseName: "d", TableName: "t" };
    const column = { ColumnName: "c", ColumnType: "int", StatisticsData: { Type: "LONG" } };
    await call("UpdateColumnStatisticsForTable", { ...names, ColumnStatisticsList: [column] });
    const ColumnNames = ["c", "x"];
    expect(await call("GetColumnStatisticsForTable", { ...names, ColumnNames })).toMatchObject({
      ColumnStatisticsList: [column],
      Errors: [{ ColumnName: "x", Error: { ErrorCode: "EntityNotFoundException" } }],
    });
    await call("DeleteColumnStatisticsForTable", { ...names, ColumnName: "c" });
    expect(await call("GetColumnStatisticsForTable", { ...names, ColumnNames })).toMatchObject({
      ColumnStatisticsList: [],
    });
  });
});

describe("what ministack has", () => {
  beforeEach(() => {
    const made = { Name: "stack", CreateTime: 7, Description: null };
    const one = { Name: "t", DatabaseName: "stack", CreateTime: 8, VersionId: "3" };
    const keyed = { ...one, PartitionKeys: [{ Name: "n", Type: "int" }] };
    behind = {
      GetDatabase: ({ Name }) => (Name === "stack" ? { Database: made } : notFound()),
      GetDatabases: () => ({ DatabaseList: [made] }),
      GetTables: ({ DatabaseName }) => ({ TableList: DatabaseName === "stack" ? [keyed] : [] }),
      GetTable: ({ Name }) => (Name === "t" ? { Table: keyed } : notFound()),
      GetPartitions: () => ({ Partitions: [{ Values: ["1"], CreationTime: 9 }] }),
      DeleteDatabase: () => ({}),
      DeleteTable: () => ({}),
    };
  });

  it("is taken over when asked for, once", async () => {
    expect(await call("GetDatabase", { Name: "stack" })).toEqual({
      Database: { Name: "stack", CreateTime: 7 },
    });
    asked = [];
    expect(await call("GetTable", { DatabaseName: "stack", Name: "t" })).toMatchObject({
      Table: { VersionId: "3" },
    });
    const names = { DatabaseName: "stack", TableName: "t" };
    expect((await call("GetPartitions", names))["Partitions"]).toHaveLength(1);
    expect(asked).toEqual([]);
    await expect(call("CreateDatabase", { DatabaseInput: { Name: "stack" } })).rejects.toThrow(
      "already exists",
    );
  });

  it("does not come back when it was dropped here, and ministack kept it", async () => {
    await call("DeleteTable", { DatabaseName: "stack", Name: "t" });
    expect(asked).toContain("DeleteTable");
    await expect(call("GetTable", { DatabaseName: "stack", Name: "t" })).rejects.toThrow();
    expect(await call("GetTables", { DatabaseName: "stack" })).toEqual({ TableList: [] });
    await call("DeleteDatabase", { Name: "stack" });
    expect(await call("GetDatabases", {})).toEqual({ DatabaseList: [] });
    // Made anew by another stack: another time of creation.
    behind["GetDatabase"] = () => ({ Database: { Name: "stack", CreateTime: 70 } });
    expect(await call("GetDatabase", { Name: "stack" })).toMatchObject({
      Database: { CreateTime: 70 },
    });
  });

  it("is not taken for absent when it cannot be asked", async () => {
    behind["GetDatabase"] = () => {
      throw new ApiError("ServiceUnavailableException", "away", {}, 503);
    };
    await expect(call("GetDatabase", { Name: "other" })).rejects.toMatchObject({
      type: "ServiceUnavailableException",
    });
  });
});

it("gives callers in this process whole lists", async () => {
  for (let n = 0; n < 150; n += 1)
    await call("CreateDatabase", { DatabaseInput: { Name: `d${n}` } });
  expect((await call("GetDatabases", {}))["DatabaseList"]).toHaveLength(100);
  const { DatabaseList } = await catalogInProcess(context()).call("GetDatabases", {});
  expect(DatabaseList).toHaveLength(150);
});
