import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Athena, openAthena } from "../../src/lib/athena/client";
import { rowReader } from "../../src/lib/athena/columns";
import type { TextRow } from "../../src/lib/athena/csv-rows";
import { runQuery } from "../../src/lib/athena/query";
import { readResultFile } from "../../src/lib/athena/result-file";
import { ResultPages } from "../../src/lib/athena/result-pages";
import type { Value } from "../../src/lib/athena/values";
import { loadSettings } from "../../src/lib/config/load";
import type { Settings } from "../../src/lib/config/settings";
import { systemEffects } from "../../src/lib/effects";

let settings: Settings;
let athena: Athena;
beforeAll(async () => {
  // A database that is there from the start: the queries read no table.
  settings = { ...loadSettings(), glue: { ...loadSettings().glue, database: "default" } };
  athena = await openAthena(settings);
});
afterAll(() => athena.client.destroy());

/** What a value of SQL is in TypeScript. Nested texts are as Athena writes them, without quotes. */
const types: [sql: string, type: string, value: Value][] = [
  ["TINYINT '-128'", "tinyint", -128],
  ["SMALLINT '32767'", "smallint", 32767],
  ["2147483647", "integer", 2147483647],
  ["BIGINT '9007199254740991'", "bigint", 9007199254740991],
  ["BIGINT '9007199254740993'", "bigint", 9007199254740993n],
  ["BIGINT '-9223372036854775808'", "bigint", -9223372036854775808n],
  ["REAL '1.5'", "float", 1.5],
  ["1.5E-300", "double", 1.5e-300],
  ["0.1E0", "double", 0.1],
  ["nan()", "double", NaN],
  ["-infinity()", "double", -Infinity],
  ["infinity()", "double", Infinity],
  ["CAST('12.30' AS decimal(10, 2))", "decimal(10,2)", 12.3],
  [
    "CAST('1234567890123456789012345678.0123456789' AS decimal(38, 10))",
    "decimal(38,10)",
    "1234567890123456789012345678.0123456789",
  ],
  ["false", "boolean", false],
  ["''", "varchar", ""],
  ["'null'", "varchar", "null"],
  ["'say \"x\",' || chr(13) || chr(10) || 'é🎈' || chr(8232)", "varchar", 'say "x",\r\né🎈\u2028'],
  ["'007'", "varchar", "007"],
  ["CAST('ab' AS char(4))", "char", "ab  "],
  ["X'0aff'", "varbinary", "0a ff"],
  ["X''", "varbinary", ""],
  ["DATE '0001-01-01'", "date", "0001-01-01"],
  ["DATE '2024-02-29'", "date", "2024-02-29"],
  ["TIME '03:04:05.678'", "time", "03:04:05.678"],
  ["TIMESTAMP '2020-01-02 03:04:05'", "timestamp", "2020-01-02T03:04:05Z"],
  ["TIMESTAMP '2020-01-02 03:04:05.123456'", "timestamp", "2020-01-02T03:04:05.123456Z"],
  [
    "TIMESTAMP '2020-01-02 03:04:05.5 +02:00'",
    "timestamp with time zone",
    "2020-01-02T01:04:05.5Z",
  ],
  [
    "TIMESTAMP '2020-07-02 03:04:05 Europe/Berlin'",
    "timestamp with time zone",
    "2020-07-02 03:04:05.000 Europe/Berlin",
  ],
  [
    "TIMESTAMP '2020-07-02 03:04:05 Europe/Berlin' AT TIME ZONE 'UTC'",
    "timestamp with time zone",
    "2020-07-02T01:04:05Z",
  ],
  ["INTERVAL '2' DAY", "interval day to second", "2 00:00:00.000"],
  ["INTERVAL '14' MONTH", "interval year to month", "1-2"],
  [
    'JSON \'{"id": 9007199254740993, "a": [1, null, "x"]}\'',
    "json",
    { a: [1, null, "x"], id: 9007199254740993n },
  ],
  ["JSON 'null'", "json", null],
  ["ARRAY[1, NULL, 3]", "array", [1, null, 3]],
  ["ARRAY[]", "array", []],
  ["ARRAY[BIGINT '9007199254740993']", "array", ["9007199254740993"]],
  ["ARRAY[ARRAY['a', NULL], ARRAY[], NULL]", "array", [["a", null], [], null]],
  ["MAP(ARRAY['a', 'b'], ARRAY[1, NULL])", "map", { a: 1, b: null }],
  ["MAP()", "map", {}],
  [
    "CAST(ROW(1, 'say \"x\"', NULL) AS row(id integer, name varchar, gone varchar))",
    "row",
    { id: 1, name: 'say "x"', gone: null },
  ],
  [
    "CAST(ROW(ARRAY[CAST(ROW('a') AS row(label varchar))]) AS row(labels array(row(label varchar))))",
    "row",
    { labels: [{ label: "a" }] },
  ],
  ["ROW(1, 'x')", "row", { field0: 1, field1: "x" }],
  ["CAST(ARRAY['a, b', '[', NULL] AS JSON)", "json", ["a, b", "[", null]],
  ["UUID '12151fd2-7586-11e9-8f9e-2a86e4085a59'", "uuid", "12151fd2-7586-11e9-8f9e-2a86e4085a59"],
  ["CAST(NULL AS bigint)", "bigint", null],
  ["CAST(NULL AS varchar)", "varchar", null],
  ["CAST(NULL AS array(integer))", "array", null],
];
const selected = types.map(([sql], at) => `${sql} AS c${at}`).join(", ");

describe("values", () => {
  it("have their types", async () => {
    const { columns, rows } = await runQuery(settings, `SELECT ${selected}`, {}, systemEffects());
    const [row = {}] = rows;
    const seen = types.map(([sql], at) => [sql, columns[at]?.type, row[`c${at}`]]);
    expect(seen).toEqual(types);
  });

  const many = "FROM UNNEST(sequence(1, 2500)) AS s(n)";
  it.each([
    ["of all types", `SELECT n, ${selected} ${many} ORDER BY n`],
    ["that are missing", `SELECT IF(n % 2 = 0, '', NULL) AS a ${many} ORDER BY n`],
    [
      "of two columns of one name",
      `SELECT n AS a, IF(n % 3 = 0, NULL, 'x') AS a ${many} ORDER BY n`,
    ],
    ["that look like the header", `SELECT IF(n % 2 = 0, 'a', NULL) AS a ${many} ORDER BY n DESC`],
  ])("%s are the same from the file and from pages, of 2,500 rows", async (_, sql) => {
    const notes: string[] = [];
    const note = (text: string): number => notes.push(text);
    const logger = { debug: () => undefined, info: note, warn: note };
    const result = await runQuery(settings, sql, {}, systemEffects({ logger }));
    expect(notes).toEqual([]);
    expect(result.rowCount).toBe(2500);

    const pages = new ResultPages(athena, settings, result.queryExecutionId, undefined);
    const first = await pages.read();
    const paged = [...first.rows, ...(await all(pages.readFrom(first.nextToken)))];
    const width = first.columns.length;
    const location = `${settings.athena.output ?? ""}${result.queryExecutionId}.csv`;
    expect(await all(readResultFile(settings, location, width, undefined))).toEqual(paged);
    const reader = rowReader(first.columns);
    expect(result.rows).toEqual(paged.slice(1).map((row) => reader.read(row)));
  });
});

async function all(pages: AsyncIterable<readonly TextRow[]>): Promise<TextRow[]> {
  const rows: TextRow[] = [];
  for await (const page of pages) rows.push(...page);
  return rows;
}
