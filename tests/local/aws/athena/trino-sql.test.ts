import { describe, expect, it } from "vitest";
import { createTableAsSql, unloadSql } from "../../../../src/local/aws/athena/files-sql";
import { changeIcebergSql, createIcebergSql } from "../../../../src/local/aws/athena/iceberg-sql";
import { readStatement } from "../../../../src/local/aws/athena/statement";

function work(sql: string, kind: string): never {
  const read = readStatement(sql).work;
  expect(read.kind).toBe(kind);
  return read as never;
}

describe("Iceberg in Trino's grammar", () => {
  it("makes a table with transforms, types and kept properties", () => {
    const sql = `CREATE TABLE IF NOT EXISTS t (id bigint, "at" timestamp, m map<string,float> COMMENT 'it''s')
      PARTITIONED BY (day(at), bucket(16, id), \`m\`) LOCATION 's3://b/t/'
      TBLPROPERTIES ('table_type'='ICEBERG', 'format'='parquet', 'write_compression'='snappy',
      'vacuum_max_snapshot_age_seconds'='60')`;
    expect(createIcebergSql(work(sql, "create-iceberg-table"), "d")).toEqual({
      sql:
        `CREATE TABLE IF NOT EXISTS "awsdatacatalog"."d"."t" ("id" bigint, "at" timestamp(6), ` +
        `"m" map(varchar, real) COMMENT 'it''s') WITH (location = 's3://b/t', ` +
        `partitioning = ARRAY['day("at")', 'bucket("id", 16)', '"m"'], format = 'PARQUET', ` +
        `extra_properties = MAP(ARRAY['vacuum_max_snapshot_age_seconds'], ARRAY['60']))`,
      session: { "awsdatacatalog.compression_codec": "SNAPPY" },
    });
  });

  it("refuses properties that it does not know, by their names", () => {
    const sql = `CREATE TABLE t (id int) LOCATION 's3://b/t/' TBLPROPERTIES ('table_type'='ICEBERG', 'x'='y')`;
    expect(() => createIcebergSql(work(sql, "create-iceberg-table"), "d")).toThrow("property x");
  });

  it("changes a column's name, type and comment, each by its own statement", () => {
    const sql = "ALTER TABLE t CHANGE COLUMN a b bigint COMMENT 'c'";
    const table = {
      Name: "t",
      DatabaseName: "d",
      StorageDescriptor: { Columns: [{ Name: "a", Type: "int" }] },
    };
    const name = `"awsdatacatalog"."d"."t"`;
    expect(changeIcebergSql(work(sql, "change-column"), table).map((one) => one.sql)).toEqual([
      `ALTER TABLE ${name} RENAME COLUMN "a" TO "b"`,
      `ALTER TABLE ${name} ALTER COLUMN "b" SET DATA TYPE bigint`,
      `COMMENT ON COLUMN ${name}."b" IS 'c'`,
    ]);
  });
});

describe("files in Trino's grammar", () => {
  it("makes a table of files below the output where no place is named", () => {
    const sql = "CREATE TABLE t AS SELECT 1 AS a";
    expect(createTableAsSql(work(sql, "create-table-as"), "d", "s3://o/tables/1/")).toEqual({
      sql: `CREATE TABLE "hive"."d"."t" WITH (format = 'PARQUET', external_location = 's3://o/tables/1/') AS SELECT 1 AS a`,
      session: { "hive.compression_codec": "GZIP" },
      location: "s3://o/tables/1/",
    });
  });

  it("makes an Iceberg table where the statement says so, or only names its location", () => {
    for (const type of ["table_type = 'ICEBERG', is_external = false, ", ""]) {
      const sql = `CREATE TABLE t WITH (${type}location = 's3://b/t/', partitioning = ARRAY['k']) AS SELECT 1 AS k`;
      const made = createTableAsSql(work(sql, "create-table-as"), "d", "s3://o/");
      expect(made.sql).toBe(
        `CREATE TABLE "awsdatacatalog"."d"."t" WITH (location = 's3://b/t', partitioning = ARRAY['"k"']) AS SELECT 1 AS k`,
      );
      expect(made.location).toBe("s3://b/t/");
    }
  });

  it("unloads with a delimiter and a compression", () => {
    const sql = `UNLOAD (SELECT 1) TO 's3://b/u' WITH (format = 'TEXTFILE', field_delimiter = '|', compression = 'zlib')`;
    expect(unloadSql(work(sql, "unload"), "d", "t")).toEqual({
      sql: `CREATE TABLE "hive"."d"."t" WITH (format = 'TEXTFILE', textfile_field_separator = '|', external_location = 's3://b/u/') AS SELECT 1`,
      session: { "hive.compression_codec": "GZIP" },
      location: "s3://b/u/",
    });
  });

  it.each([
    ["format = 'ION'", "does not write ION"],
    ["format = 'ORC', write_compression = 'LZO'", "does not write LZO"],
    ["format = 'ORC', colour = 'red'", "property colour"],
    ["format = 'ORC', partitioned_by = 'k'", "partitioned_by must be a list"],
    ["table_type = 'HUDI'", "table_type is HUDI"],
  ])("refuses %s", (properties, words) => {
    const sql = `CREATE TABLE t WITH (${properties}) AS SELECT 1 AS k`;
    expect(() => createTableAsSql(work(sql, "create-table-as"), "d", "s3://o/")).toThrow(words);
  });
});
