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
    ["CREATE TABLE t (a int)", "DDL", "CREATE_TABLE", "txt", false],
    ["CREATE OR REPLACE VIEW v AS SELECT 1", "DDL", "CREATE_VIEW", "txt", false],
    ["DROP TABLE t", "DDL", "DROP_TABLE", "txt", false],
    ["SHOW TABLES", "UTILITY", "SHOW_TABLES", "txt", false],
    ["DESCRIBE t", "UTILITY", "DESCRIBE_TABLE", "txt", false],
  ])("%j", (sql, type, subtype, file, header) => {
    expect(readStatement(sql)).toMatchObject({ type, subtype, header });
    expect(readStatement(sql).file).toBe(file);
  });

  it.each([
    ["CREATE DATABASE IF NOT EXISTS d", "CREATE SCHEMA IF NOT EXISTS d"],
    ["DROP DATABASE d", "DROP SCHEMA d"],
    ["show databases", "show SCHEMAS"],
  ])("gives Trino its word for %j", (sql, expected) => {
    expect(readStatement(sql).sql).toBe(expected);
  });

  it.each([
    ["MSCK REPAIR TABLE t", "MSCK REPAIR TABLE"],
    ["CREATE EXTERNAL TABLE t (a int)", "CREATE EXTERNAL TABLE"],
    ["SHOW PARTITIONS t", "SHOW PARTITIONS"],
    ["UNLOAD (SELECT 1) TO 's3://x/'", "UNLOAD"],
    ["CALL system.runtime.kill_query('x')", "CALL"],
    ["CREATE ROLE r", "CREATE ROLE"],
  ])("refuses %j by its name", (sql, words) => {
    expect(() => readStatement(sql)).toThrow(`the local Athena does not support ${words}`);
  });
});
