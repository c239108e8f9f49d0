"""What awswrangler does with Athena and the catalog, at the endpoint of the environment.

python clients_awswrangler.py RUN s3://bucket/prefix/
"""

from __future__ import annotations

import itertools
import sys

import awswrangler as wr
import boto3
import pandas as pd
from checks import check, refusal, run_checks, watch

RUN, PLACE = sys.argv[1:3]
GROUP = "workbench"

boto3.setup_default_session()
watch(boto3.DEFAULT_SESSION)

FRAME = pd.DataFrame(
    {
        "id": [1, 2, 3],
        "repo": ["a/b", 'say "x"', None],
        "size": [1.5, 2.5, None],
        "day": ["2024-01-01", "2024-01-01", "2024-01-02"],
    }
)
SQL = "SELECT id, repo, size FROM plain ORDER BY id"


numbers = itertools.count()


def fresh() -> str:
    """A place where nothing lies yet: UNLOAD and awswrangler's temporary tables want one."""
    return f"{PLACE}fresh-{next(numbers)}/"


def read(sql: str, **options: object) -> pd.DataFrame:
    return wr.athena.read_sql_query(
        sql, database=RUN, workgroup=GROUP, s3_output=fresh(), **options
    )


def same(seen: pd.DataFrame) -> None:
    assert seen["id"].tolist() == [1, 2, 3], seen
    assert seen["repo"].tolist()[:2] == ["a/b", 'say "x"'], seen
    assert seen["repo"].isna().tolist() == [False, False, True], seen
    assert seen["size"].tolist()[:2] == [1.5, 2.5], seen


@check
def to_parquet_registers_a_table_with_partitions() -> None:
    wr.catalog.create_database(RUN, exist_ok=True)
    wr.s3.to_parquet(
        FRAME,
        path=f"{PLACE}plain/",
        dataset=True,
        database=RUN,
        table="plain",
        partition_cols=["day"],
    )
    assert wr.catalog.does_table_exist(database=RUN, table="plain")
    partitions = wr.catalog.get_parquet_partitions(database=RUN, table="plain")
    assert sorted(partitions.values()) == [["2024-01-01"], ["2024-01-02"]]
    seen = read("SELECT * FROM plain WHERE day = '2024-01-02'", ctas_approach=False)
    assert seen["id"].tolist() == [3]


@check
def read_sql_query_plain() -> None:
    same(read(SQL, ctas_approach=False))


@check
def read_sql_query_by_ctas() -> None:
    same(read(SQL, ctas_approach=True).sort_values("id"))
    # Its table is gone again.
    assert [t["Name"] for t in wr.catalog.get_tables(database=RUN)] == ["plain"]


@check
def read_sql_query_by_unload() -> None:
    same(read(SQL, ctas_approach=False, unload_approach=True).sort_values("id"))


@check
def read_sql_query_in_chunks() -> None:
    chunks = list(read("SELECT id FROM plain ORDER BY id", ctas_approach=False, chunksize=2))
    assert [chunk["id"].tolist() for chunk in chunks] == [[1, 2], [3]]


@check
def read_sql_query_binds_parameters() -> None:
    seen = read(
        "SELECT id FROM plain WHERE repo = ?",
        ctas_approach=False,
        params=["'a/b'"],
        paramstyle="qmark",
    )
    assert seen["id"].tolist() == [1]


@check
def read_sql_query_types() -> None:
    seen = read(
        "SELECT CAST(1.5 AS decimal(10, 2)) AS d, DATE '2024-01-02' AS day, "
        "TIMESTAMP '2024-01-02 03:04:05.678' AS ts, true AS yes, CAST(NULL AS bigint) AS nothing",
        ctas_approach=False,
    )
    row = seen.iloc[0]
    assert str(row["d"]) == "1.50", seen
    assert row["day"].isoformat() == "2024-01-02", seen
    assert row["ts"] == pd.Timestamp("2024-01-02 03:04:05.678"), seen
    assert bool(row["yes"]), seen
    assert pd.isna(row["nothing"]), seen


@check
def read_sql_query_from_its_cache() -> None:
    sql = "SELECT max(id) AS latest FROM plain"
    first = read(sql, ctas_approach=False)
    second = read(sql, ctas_approach=False, athena_cache_settings={"max_cache_seconds": 600})
    assert second["latest"].tolist() == [3]
    assert first.query_metadata["QueryExecutionId"] == second.query_metadata["QueryExecutionId"]


@check
def read_sql_table() -> None:
    seen = wr.athena.read_sql_table(
        "plain", database=RUN, workgroup=GROUP, ctas_approach=False, s3_output=fresh()
    )
    assert len(seen) == 3


@check
def to_iceberg_creates_appends_merges() -> None:
    def write(frame: pd.DataFrame, **options: object) -> None:
        wr.athena.to_iceberg(
            frame,
            database=RUN,
            table="ice",
            table_location=f"{PLACE}ice/",
            temp_path=fresh(),
            workgroup=GROUP,
            s3_output=fresh(),
            **options,
        )

    write(FRAME[["id", "repo"]])
    write(pd.DataFrame({"id": [4], "repo": ["c/d"]}))
    write(pd.DataFrame({"id": [4, 5], "repo": ["new", "e/f"]}), merge_cols=["id"])
    write(pd.DataFrame({"id": [6], "repo": ["g/h"], "stars": [7]}), schema_evolution=True)
    seen = read("SELECT id, repo, stars FROM ice ORDER BY id", ctas_approach=False)
    assert seen["id"].tolist() == [1, 2, 3, 4, 5, 6], seen
    assert seen["repo"].tolist()[3] == "new", seen
    assert seen["stars"].tolist()[5] == 7, seen


@check
def delete_from_iceberg_table() -> None:
    wr.athena.delete_from_iceberg_table(
        pd.DataFrame({"id": [1]}),
        database=RUN,
        table="ice",
        merge_cols=["id"],
        temp_path=fresh(),
        workgroup=GROUP,
        s3_output=fresh(),
    )
    assert read("SELECT count(*) AS n FROM ice", ctas_approach=False)["n"].tolist() == [5]


@check
def create_ctas_table() -> None:
    wr.athena.create_ctas_table(
        sql="SELECT id, day FROM plain",
        database=RUN,
        ctas_table="made",
        s3_output=f"{PLACE}made/",
        storage_format="orc",
        write_compression="zlib",
        partitioning_info=["day"],
        workgroup=GROUP,
        wait=True,
    )
    assert read("SELECT count(*) AS n FROM made", ctas_approach=False)["n"].tolist() == [3]


@check
def unload() -> None:
    wr.athena.unload(
        sql="SELECT id FROM plain",
        path=f"{PLACE}unloaded/",
        database=RUN,
        workgroup=GROUP,
        file_format="PARQUET",
    )
    # The manifest lies beside the files.
    seen = wr.s3.read_parquet(f"{PLACE}unloaded/", path_ignore_suffix="-manifest.csv")
    assert sorted(seen["id"].tolist()) == [1, 2, 3]


@check
def describe_and_show_create_table() -> None:
    options = {"database": RUN, "workgroup": GROUP, "s3_output": f"{PLACE}out/"}
    described = wr.athena.describe_table("plain", **options)
    assert described["Column Name"].tolist() == ["id", "repo", "size", "day"], described
    assert described["Partition"].tolist() == [False, False, False, True], described
    created = wr.athena.show_create_table("plain", **options)
    assert created.startswith("CREATE EXTERNAL TABLE"), created


@check
def repair_table() -> None:
    wr.s3.to_parquet(pd.DataFrame({"id": [9]}), path=f"{PLACE}plain/day=2024-01-09/x.parquet")
    wr.athena.repair_table("plain", database=RUN, workgroup=GROUP, s3_output=fresh())
    assert len(wr.catalog.get_parquet_partitions(database=RUN, table="plain")) == 3


@check
def prepared_statements() -> None:
    wr.athena.create_prepared_statement(
        sql="SELECT id FROM plain WHERE id = ?", statement_name="one", workgroup=GROUP
    )
    seen = wr.athena.list_prepared_statements(workgroup=GROUP)
    assert "one" in str(seen), seen
    wr.athena.delete_prepared_statement("one", workgroup=GROUP)


@check
def overwrite_partitions() -> None:
    wr.s3.to_parquet(
        pd.DataFrame({"id": [7], "repo": ["x"], "size": [0.5], "day": ["2024-01-01"]}),
        path=f"{PLACE}plain/",
        dataset=True,
        mode="overwrite_partitions",
        database=RUN,
        table="plain",
        partition_cols=["day"],
    )
    seen = read("SELECT id FROM plain WHERE day = '2024-01-01'", ctas_approach=False)
    assert seen["id"].tolist() == [7]


@check
def a_failure_is_told() -> None:
    with refusal(wr.exceptions.QueryFailed, "TABLE_NOT_FOUND"):
        read("SELECT * FROM no_such", ctas_approach=False)


@check
def stop_query_execution() -> None:
    rows = "UNNEST(sequence(1, 10000))"
    started = wr.athena.start_query_execution(
        f"SELECT count(*) FROM {rows} a(x), {rows} b(y), {rows} c(z) WHERE x*y*z % 7 = 3",
        workgroup=GROUP,
        s3_output=fresh(),
    )
    wr.athena.stop_query_execution(started)
    assert wr.athena.get_query_execution(started)["Status"]["State"] == "CANCELLED"


run_checks()
