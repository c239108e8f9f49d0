/** The DDL that people type in Athena, on the endpoint of this machine. */
import { CreateWorkGroupCommand } from "@aws-sdk/client-athena";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadSettings } from "../../src/lib/config/load";
import { AthenaRunner } from "./athena-runner";

const database = `tables${Date.now().toString(36)}`;
let runner: AthenaRunner;
let place: string;

beforeAll(async () => {
  const settings = loadSettings();
  runner = new AthenaRunner(settings, database);
  place = `s3://${settings.processedBucket}/${database}`;
  await runner.rows(`CREATE DATABASE ${database} COMMENT 'of tests'`);
});

afterAll(() => runner.close());

describe("tables of files", () => {
  it("delimited text: partitions are found, added and dropped", async () => {
    await runner.put(`${place}/csv/day=2024-01-01/a.csv`, "id,name\n1,one\n2,-\n");
    await runner.put(`${place}/csv/day=2024-01-02/a.csv`, "id,name\n3,three\n");
    await runner.rows(
      `CREATE EXTERNAL TABLE \`csv\` (\`id\` int COMMENT 'the key', name string)
       PARTITIONED BY (day string) ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' NULL DEFINED AS '-'
       STORED AS TEXTFILE LOCATION '${place}/csv/' TBLPROPERTIES ('skip.header.line.count'='1')`,
    );
    // As on AWS, nothing is read before the catalog knows the partitions.
    expect(await runner.rows("SELECT * FROM csv")).toEqual([]);
    expect((await runner.rows("MSCK REPAIR TABLE csv")).flat()).toContain(
      "Repair: Added partition to metastore csv:day=2024-01-01",
    );
    expect(await runner.rows("SELECT * FROM csv ORDER BY id")).toEqual([
      ["1", "one", "2024-01-01"],
      ["2", undefined, "2024-01-01"],
      ["3", "three", "2024-01-02"],
    ]);
    expect(await runner.rows("SHOW PARTITIONS csv")).toEqual([
      ["day=2024-01-01"],
      ["day=2024-01-02"],
    ]);
    await runner.rows("ALTER TABLE csv DROP PARTITION (day = '2024-01-01')");
    expect(await runner.rows("SELECT id FROM csv")).toEqual([["3"]]);
    expect(await runner.failure("ALTER TABLE csv DROP PARTITION (day = 'x')")).toContain(
      "Partition not found (day=x)",
    );
    await runner.rows(
      `ALTER TABLE csv ADD IF NOT EXISTS PARTITION (day = 'again') LOCATION '${place}/csv/day=2024-01-01/'`,
    );
    expect(await runner.rows("SELECT id, day FROM csv ORDER BY id")).toEqual([
      ["1", "again"],
      ["2", "again"],
      ["3", "2024-01-02"],
    ]);
  });

  it("are described, altered and made again from SHOW CREATE TABLE", async () => {
    await runner.rows("ALTER TABLE csv ADD COLUMNS (stars double COMMENT 'new')");
    const described = (await runner.rows("DESCRIBE csv")).map(([line = ""]) => line.split(/\s*\t/));
    expect(described.slice(0, 4).map(([name, type]) => [name, type])).toEqual([
      ["id", "int"],
      ["name", "string"],
      ["stars", "double"],
      ["day", "string"],
    ]);
    const shown = (await runner.rows("SHOW CREATE TABLE csv")).flat().join("\n");
    await runner.rows(shown.replace(`\`${database}.csv\``, "copy"));
    expect((await runner.rows("SHOW CREATE TABLE copy")).slice(1)).toEqual(
      (await runner.rows("SHOW CREATE TABLE csv")).slice(1),
    );
    expect(await runner.rows("SHOW TABLES 'c*'")).toEqual([["copy"], ["csv"]]);
    expect(await runner.rows("SHOW COLUMNS IN csv")).toEqual([
      ["id"],
      ["name"],
      ["stars"],
      ["day"],
    ]);
  });

  it("JSON, with what is nested", async () => {
    await runner.put(`${place}/json/a.json`, '{"a":1,"b":{"c":["x","y"]}}\n{"a":2}\n');
    await runner.rows(
      `CREATE EXTERNAL TABLE js (a int, b struct<c:array<string>>)
       ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe' LOCATION '${place}/json/'`,
    );
    expect(await runner.rows("SELECT a, b.c[2] FROM js WHERE b IS NOT NULL")).toEqual([["1", "y"]]);
  });

  it("partition projection: no partition is in the catalog", async () => {
    await runner.rows(
      `CREATE EXTERNAL TABLE projected (id int, name string) PARTITIONED BY (day string)
       ROW FORMAT DELIMITED FIELDS TERMINATED BY ',' LOCATION '${place}/csv/'
       TBLPROPERTIES ('skip.header.line.count'='1', 'projection.enabled'='true',
         'projection.day.type'='date', 'projection.day.format'='yyyy-MM-dd',
         'projection.day.range'='2024-01-01,2024-01-31',
         'storage.location.template'='${place}/csv/day=\${day}/')`,
    );
    expect(await runner.rows("SELECT day, count(*) FROM projected GROUP BY 1 ORDER BY 1")).toEqual([
      ["2024-01-01", "2"],
      ["2024-01-02", "1"],
    ]);
    const all = await runner.run("SELECT * FROM projected");
    const one = await runner.run("SELECT * FROM projected WHERE day = '2024-01-02'");
    expect(one.Statistics?.DataScannedInBytes).toBeLessThan(
      all.Statistics?.DataScannedInBytes ?? 0,
    );
  });

  it.each([
    ["ROW FORMAT SERDE 'com.example.Serde'", "does not support ROW FORMAT SERDE"],
    ["STORED AS ION", "does not support STORED AS ION"],
  ])("refuses %s by its name", async (clause, words) => {
    const sql = `CREATE EXTERNAL TABLE bad (a int) ${clause} LOCATION '${place}/bad/'`;
    expect(await runner.failure(sql)).toContain(words);
  });
});

describe("files that a query writes", () => {
  it("CREATE TABLE AS, with a manifest, and only where nothing lies yet", async () => {
    const sql = `CREATE TABLE made WITH (format = 'ORC', partitioned_by = ARRAY['k'], external_location = '${place}/made/')
      AS SELECT n, CAST(n % 2 AS varchar) AS k FROM UNNEST(sequence(1, 10)) AS t(n)`;
    const { Statistics, Status } = await runner.run(sql);
    expect(Status?.StateChangeReason).toBeUndefined();
    const files = (await runner.file(Statistics?.DataManifestLocation)).trim().split("\n");
    expect(files.map((file) => file.replace(/[^/]+$/, "")).sort()).toEqual([
      `${place}/made/k=0/`,
      `${place}/made/k=1/`,
    ]);
    expect(await runner.rows("SELECT k, count(*) FROM made GROUP BY k ORDER BY k")).toEqual([
      ["0", "5"],
      ["1", "5"],
    ]);
    await runner.rows("DROP TABLE made");
    expect(await runner.failure(sql)).toContain("HIVE_PATH_ALREADY_EXISTS");
  });

  it("UNLOAD, whose files are there and no table", async () => {
    const to = `${place}/unloaded/`;
    const sql = `UNLOAD (SELECT n, 'x' AS t FROM UNNEST(sequence(1, 3)) AS t(n)) TO '${to}' WITH (format = 'JSON', compression = 'none')`;
    const { Statistics, Status } = await runner.run(sql);
    expect(Status?.StateChangeReason).toBeUndefined();
    const [file = ""] = (await runner.file(Statistics?.DataManifestLocation)).split("\n");
    expect(file.startsWith(to)).toBe(true);
    expect(await runner.file(file)).toBe('{"n":1,"t":"x"}\n{"n":2,"t":"x"}\n{"n":3,"t":"x"}\n');
    expect((await runner.rows("SHOW DATABASES 'unload*'")).flat()).toEqual([]);
  });
});

describe("Iceberg tables", () => {
  it("are made in Athena's words, changed, compacted and vacuumed", async () => {
    await runner.rows(
      `CREATE TABLE ice (id bigint, at timestamp, tags array<string>) PARTITIONED BY (day(at), bucket(4, id))
       LOCATION '${place}/ice/' TBLPROPERTIES ('table_type'='ICEBERG', 'vacuum_max_snapshot_age_seconds'='1')`,
    );
    for (const id of [1, 2, 3]) {
      await runner.rows(
        `INSERT INTO ice VALUES (${id}, TIMESTAMP '2024-01-01 00:00:00', ARRAY['a'])`,
      );
    }
    await runner.rows("ALTER TABLE ice ADD COLUMNS (more int)");
    await runner.rows("ALTER TABLE ice CHANGE COLUMN more stars bigint");
    const [[first = ""] = []] = await runner.rows(
      `SELECT snapshot_id FROM "ice$snapshots" WHERE operation = 'append' ORDER BY committed_at LIMIT 1`,
    );
    const versioned = `SELECT count(*) FROM ice FOR VERSION AS OF ${first}`;
    expect(Number((await runner.rows(versioned))[0]?.[0])).toBeLessThan(3);
    await runner.rows("OPTIMIZE ice REWRITE DATA USING BIN_PACK");
    // Snapshots older than a second go.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await runner.rows("VACUUM ice");
    expect(await runner.failure(versioned)).toContain("FAILED");
    expect(await runner.rows("SELECT id, stars FROM ice ORDER BY id")).toEqual([
      ["1", undefined],
      ["2", undefined],
      ["3", undefined],
    ]);
    const shown = (await runner.rows("SHOW CREATE TABLE ice")).flat().join("\n");
    expect(shown).toContain("PARTITIONED BY (day(`at`), bucket(4, `id`))");
    expect(shown).toContain("'vacuum_max_snapshot_age_seconds'='1'");
  });
});

describe("views", () => {
  it("join both kinds of tables", async () => {
    await runner.rows(
      "CREATE OR REPLACE VIEW `both` AS SELECT ice.id, name FROM ice JOIN csv ON ice.id = csv.id",
    );
    expect(await runner.rows("SELECT * FROM both ORDER BY id")).toEqual([
      ["1", "one"],
      ["2", undefined],
      ["3", "three"],
    ]);
    expect(await runner.rows("SHOW VIEWS")).toEqual([["both"]]);
    expect((await runner.rows("SHOW CREATE VIEW both")).length).toBeGreaterThan(1);
  });
});

describe("an earlier result", () => {
  const more = {
    ResultReuseConfiguration: { ResultReuseByAgeConfiguration: { Enabled: true } },
  };
  const reused = async (sql: string): Promise<boolean | undefined> => {
    const { Statistics } = await runner.run(sql, more);
    return Statistics?.ResultReuseInformation?.ReusedPreviousResult;
  };

  it("answers again though the table has changed, as on AWS", async () => {
    const sql = "SELECT count(*) FROM ice";
    expect(await runner.rows(sql)).toEqual([["3"]]);
    await runner.rows("INSERT INTO ice VALUES (4, TIMESTAMP '2024-01-02 00:00:00', NULL, 1)");
    const again = await runner.run(sql, more);
    expect(again.Statistics).toMatchObject({
      DataScannedInBytes: 0,
      ResultReuseInformation: { ReusedPreviousResult: true },
    });
    expect((await runner.results(again.QueryExecutionId)).rows[1]).toEqual(["3"]);
    expect(await runner.rows(sql)).toEqual([["4"]]);
  });

  it("answers nothing that chance or the clock decides", async () => {
    for (const sql of ["SELECT random()", "SELECT now()", "SELECT id FROM ice LIMIT 2"]) {
      await runner.rows(sql);
      expect(await reused(sql), sql).toBe(false);
    }
    await runner.rows("SELECT id FROM ice ORDER BY id LIMIT 2");
    expect(await reused("SELECT id FROM ice ORDER BY id LIMIT 2")).toBe(true);
  });
});

it("a query over its workgroup's limit of bytes is cancelled", async () => {
  const WorkGroup = `limit-${database}`;
  const Configuration = {
    BytesScannedCutoffPerQuery: 10_000_000,
    ResultConfiguration: { OutputLocation: `${place}/limit/` },
  };
  await runner.athena.send(new CreateWorkGroupCommand({ Name: WorkGroup, Configuration }));
  await runner.rows(
    `CREATE TABLE large WITH (format = 'TEXTFILE', write_compression = 'NONE') AS
     SELECT x * 400 + y AS n, rpad('', 60, 'x') AS filling
     FROM UNNEST(sequence(1, 500)) a(x) CROSS JOIN UNNEST(sequence(1, 400)) b(y)`,
  );
  const { Status, Statistics } = await runner.run("SELECT max(filling) FROM large", { WorkGroup });
  expect(Status?.State).toBe("CANCELLED");
  expect(Status?.StateChangeReason).toContain("Bytes scanned limit was exceeded");
  expect(Statistics?.DataScannedInBytes).toBeGreaterThan(10_000_000);
  expect(await runner.rows("SELECT count(*) FROM large WHERE n < 0")).toEqual([["0"]]);
});

it("a database is dropped with all that is in it", async () => {
  expect(await runner.failure(`DROP DATABASE ${database}`)).toContain("SCHEMA_NOT_EMPTY");
  await runner.rows(`DROP DATABASE ${database} CASCADE`);
  expect((await runner.rows("SHOW DATABASES", { QueryExecutionContext: {} })).flat()).not.toContain(
    database,
  );
});
