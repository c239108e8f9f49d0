import { describe, expect, it } from "vitest";
import { readStatement } from "../../../../src/local/aws/athena/statement";

describe("readStatement", () => {
  it.each([
    ["SELECT 1;", "DML", "SELECT", "csv", true],
    ["(WITH a AS (SELECT 1) SELECT * FROM a)", "DML", "SELECT", "csv", true],
    ["VALUES 1", "DML", "SELECT", "csv", true],
    ["insert into t select 1", "DML", "INSERT", "csv", false],
    ["MERGE INTO t USING s ON 1=1 WHEN MATCHED THEN DELETE", "DML", "MERGE", "csv", false],
    ["EXPLAIN SELECT 1", "DML", "EXPLAIN", "txt", false],
    ["CREATE TABLE t AS SELECT 1", "DDL", "CREATE_TABLE_AS_SELECT", undefined, false],
    ["CREATE EXTERNAL TABLE t (a int) LOCATION 's3://b/t/'", "DDL", "CREATE_TABLE", "txt", false],
    ["CREATE OR REPLACE VIEW v AS SELECT 1", "DDL", "CREATE_VIEW", "txt", false],
    ["DROP TABLE t", "DDL", "DROP_TABLE", "txt", false],
    ["SHOW TABLES", "UTILITY", "SHOW_TABLES", "txt", false],
    ["DESCRIBE t", "UTILITY", "DESCRIBE_TABLE", "txt", false],
    ["UNLOAD (SELECT 1) TO 's3://b/u/' WITH (format = 'JSON')", "DML", "UNLOAD", undefined, false],
    ["VACUUM t", "DML", "VACUUM_TABLE", "csv", false],
    ["MSCK REPAIR TABLE t", "DDL", "MSCK_REPAIR_TABLE", "txt", false],
  ])("%j", (sql, type, subtype, file, header) => {
    expect(readStatement(sql)).toMatchObject({ type, subtype, header });
    expect(readStatement(sql).file).toBe(file);
  });

  it.each([
    ["DROP DATABASE `d`", 'DROP SCHEMA "d"'],
    ["DROP TABLE IF EXISTS `a``b`", 'DROP TABLE IF EXISTS "a`b"'],
    ["CREATE VIEW `v` AS SELECT '`' AS tick", `CREATE VIEW "v" AS SELECT '\`' AS tick`],
  ])("gives Trino its words for %j", (sql, expected) => {
    expect(readStatement(sql)).toMatchObject({ sql: expected, work: { kind: "trino" } });
  });

  it.each([
    ["CALL system.runtime.kill_query('x')", "CALL"],
    ["CREATE ROLE r", "CREATE ROLE"],
    ["GRANT SELECT ON t TO x", "GRANT"],
    ["ALTER TABLE t RENAME TO u", "ALTER TABLE … RENAME TO u"],
    ["ALTER TABLE t EXECUTE optimize", "ALTER TABLE … EXECUTE"],
    [
      "CREATE EXTERNAL TABLE t (a int) CLUSTERED BY (a) INTO 4 BUCKETS LOCATION 's3://b/'",
      "CLUSTERED BY",
    ],
  ])("refuses %j by its name", (sql, words) => {
    expect(() => readStatement(sql)).toThrow(`the local Athena does not support ${words}`);
  });

  it.each([
    ["CREATE EXTERNAL TABLE t (a int)", "line 1:32: mismatched input '<EOF>'. Expecting: LOCATION"],
    ["CREATE EXTERNAL TABLE t (\n a uuid)", "line 2:4: mismatched input 'uuid'"],
    ["CREATE TABLE t (a int) LOCATION 's3://b/t'", "makes Iceberg tables only"],
    ["CREATE EXTERNAL TABLE t (a int) LOCATION '/tmp/t'", "LOCATION is not an S3 address"],
    ["VACUUM t u", "Expecting: the end of the statement"],
    ["MSCK t", "Expecting: REPAIR"],
    ["ALTER TABLE t ADD PARTITION day = 1", "Expecting: '('"],
  ])("says where %j goes wrong", (sql, words) => {
    expect(() => readStatement(sql)).toThrow(words);
  });
});

describe("the work of a statement", () => {
  it("CREATE EXTERNAL TABLE, with all its clauses", () => {
    const { work } = readStatement(`
      CREATE EXTERNAL TABLE IF NOT EXISTS \`db\`.\`t\` (
        \`id\` bigint COMMENT 'it''s the key', -- a comment
        tags array<struct<name:string,score:decimal(10,2)>>
      )
      COMMENT "all of it"
      PARTITIONED BY (day string)
      ROW FORMAT DELIMITED FIELDS TERMINATED BY '\\t' NULL DEFINED AS '-'
      STORED AS TEXTFILE
      LOCATION 's3://b/t/'
      TBLPROPERTIES ('skip.header.line.count'='1');`);
    expect(work).toMatchObject({
      kind: "create-external-table",
      table: { database: "db", name: "t" },
      ifNotExists: true,
      columns: [
        { name: "id", type: { kind: "plain", name: "bigint" }, comment: "it's the key" },
        { name: "tags", type: { kind: "array", item: { kind: "struct" } } },
      ],
      comment: "all of it",
      partitions: [{ name: "day" }],
      rowFormat: {
        properties: {
          "field.delim": "\t",
          "serialization.format": "\t",
          "serialization.null.format": "-",
        },
      },
      storedAs: { format: "TEXTFILE" },
      location: "s3://b/t/",
      properties: { "skip.header.line.count": "1" },
    });
  });

  it("CREATE TABLE AS, whose query is kept as it is", () => {
    const { work } = readStatement(
      `CREATE TABLE d.t WITH (format = 'ORC', partitioned_by = ARRAY['a', 'b'], bucket_count = 4)
       AS SELECT ')' AS x, "select" FROM u WHERE v < 3 WITH NO DATA`,
    );
    expect(work).toMatchObject({
      kind: "create-table-as",
      table: { database: "d", name: "t" },
      properties: { format: "ORC", partitioned_by: ["a", "b"], bucket_count: { raw: "4" } },
      query: `SELECT ')' AS x, "select" FROM u WHERE v < 3 WITH NO DATA`,
    });
  });

  it.each<[string, object]>([
    [
      "UNLOAD (SELECT (1), ')' FROM t WHERE a < 2) TO 's3://b/u/' WITH (format = 'JSON')",
      { kind: "unload", query: "SELECT (1), ')' FROM t WHERE a < 2", location: "s3://b/u/" },
    ],
    [
      "ALTER TABLE t ADD IF NOT EXISTS PARTITION (day = '1', n = 2) LOCATION 's3://b/1/' PARTITION (day = '2', n = 3)",
      {
        kind: "add-partitions",
        ifNotExists: true,
        partitions: [
          { values: { day: "1", n: "2" }, location: "s3://b/1/" },
          { values: { day: "2", n: "3" }, location: undefined },
        ],
      },
    ],
    [
      "ALTER TABLE t DROP IF EXISTS PARTITION (a='1'), PARTITION (a='2')",
      { kind: "drop-partitions", ifExists: true, partitions: [{}, {}] },
    ],
    [
      "ALTER TABLE t CHANGE COLUMN `a` b bigint COMMENT 'x'",
      { kind: "change-column", from: "a", column: { name: "b", comment: "x" } },
    ],
    ["SHOW TABLES IN d 'a*'", { kind: "show-tables", database: "d", pattern: "a*" }],
    ["SHOW COLUMNS IN t FROM d", { kind: "show-columns", table: { database: "d", name: "t" } }],
    ["show schemas like 'x'", { kind: "show-databases", pattern: "x" }],
    ["DESCRIBE FORMATTED awsdatacatalog.d.t", { kind: "describe", formatted: true }],
    ["OPTIMIZE t REWRITE DATA USING BIN_PACK WHERE k = 1", { kind: "optimize", where: "k = 1" }],
    ["PREPARE p FROM SELECT ?", { kind: "prepare", name: "p", query: "SELECT ?" }],
    [
      "EXECUTE p USING 'a,b', ROW(1, 2)",
      { kind: "execute", name: "p", parameters: ["'a,b'", "ROW(1, 2)"] },
    ],
    ["DROP DATABASE IF EXISTS d CASCADE", { kind: "drop-database", name: "d", ifExists: true }],
  ])("%s", (sql, expected) => {
    expect(readStatement(sql).work).toMatchObject(expected);
  });
});
