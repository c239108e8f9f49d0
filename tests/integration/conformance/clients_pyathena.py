"""What PyAthena does, its cursors and its SQLAlchemy dialect, at the endpoint of the environment.

python clients_pyathena.py RUN s3://bucket/prefix/
"""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import Any

import boto3
from checks import check, refusal, run_checks, watch
from pyathena import connect
from pyathena.async_cursor import AsyncCursor
from pyathena.error import OperationalError
from pyathena.pandas.cursor import PandasCursor
from sqlalchemy import Column, MetaData, Table, create_engine, func, inspect, select, types

RUN, PLACE = sys.argv[1:3]

boto3.setup_default_session()
watch(boto3.DEFAULT_SESSION)
OPTIONS = {"work_group": "workbench", "s3_staging_dir": f"{PLACE}out/", "poll_interval": 0.1}


def run(sql: str, **options: object) -> Any:
    connection = connect(**OPTIONS, schema_name=RUN, session=boto3.DEFAULT_SESSION)
    return connection.cursor(**options).execute(sql)


@check
def cursor_makes_a_database_and_an_external_table() -> None:
    connection = connect(**OPTIONS, session=boto3.DEFAULT_SESSION)
    connection.cursor().execute(f"CREATE DATABASE IF NOT EXISTS {RUN}")
    run(
        f"""
        CREATE EXTERNAL TABLE IF NOT EXISTS facts (id int, name string, price decimal(10, 2))
        PARTITIONED BY (day string)
        ROW FORMAT DELIMITED FIELDS TERMINATED BY ','
        LOCATION '{PLACE}facts/'
        """
    )
    bucket, prefix = PLACE.removeprefix("s3://").split("/", 1)
    boto3.client("s3").put_object(
        Bucket=bucket,
        Key=f"{prefix}facts/day=2024-01-01/f.csv",
        Body=b"1,one,1.50\n2,two,2.50\n",
    )
    run("MSCK REPAIR TABLE facts")


@check
def cursor_reads_typed_rows() -> None:
    cursor = run("SELECT id, name, price, day, NULL AS nothing FROM facts ORDER BY id")
    assert cursor.fetchall() == [
        (1, "one", Decimal("1.50"), "2024-01-01", None),
        (2, "two", Decimal("2.50"), "2024-01-01", None),
    ]
    assert [column[0] for column in cursor.description] == [
        "id",
        "name",
        "price",
        "day",
        "nothing",
    ]
    assert cursor.data_scanned_in_bytes > 0


@check
def cursor_reads_pages() -> None:
    cursor = run("SELECT n FROM UNNEST(sequence(1, 2500)) AS t(n) ORDER BY n")
    assert [row[0] for row in cursor] == list(range(1, 2501))


@check
def cursor_binds_parameters() -> None:
    connection = connect(**OPTIONS, schema_name=RUN, session=boto3.DEFAULT_SESSION)
    sql = "SELECT id FROM facts WHERE name = ?"
    cursor = connection.cursor().execute(sql, ["'two'"], paramstyle="qmark")
    assert cursor.fetchall() == [(2,)]
    named = "SELECT id FROM facts WHERE name = %(name)s"
    assert connection.cursor().execute(named, {"name": "one"}).fetchall() == [(1,)]


@check
def cursor_reuses_a_result() -> None:
    sql = "SELECT count(*) FROM facts"
    run(sql)
    connection = connect(**OPTIONS, schema_name=RUN, session=boto3.DEFAULT_SESSION)
    cursor = connection.cursor().execute(sql, result_reuse_enable=True, result_reuse_minutes=5)
    assert cursor.reused_previous_result
    assert cursor.fetchall() == [(2,)]


@check
def cursor_counts_inserted_rows() -> None:
    iceberg = "TBLPROPERTIES ('table_type'='ICEBERG')"
    run(f"CREATE TABLE made (id int) LOCATION '{PLACE}made/' {iceberg}")
    assert run("INSERT INTO made VALUES (1), (2), (3)").rowcount == 3
    assert run("SELECT count(*) FROM made").fetchall() == [(3,)]


@check
def cursor_shows() -> None:
    assert run("SHOW TABLES").fetchall() == [("facts",), ("made",)]
    assert run("SHOW PARTITIONS facts").fetchall() == [("day=2024-01-01",)]
    assert run("DESCRIBE made").fetchall()[2][0].split() == ["id", "int"]


@check
def cursor_tells_a_failure() -> None:
    with refusal(OperationalError, "TABLE_NOT_FOUND"):
        run("SELECT * FROM no_such")


@check
def pandas_cursor() -> None:
    connection = connect(
        **OPTIONS, schema_name=RUN, session=boto3.DEFAULT_SESSION, cursor_class=PandasCursor
    )
    frame = connection.cursor().execute("SELECT id, name FROM facts ORDER BY id").as_pandas()
    assert frame["name"].tolist() == ["one", "two"]


@check
def pandas_cursor_unloads() -> None:
    connection = connect(
        **OPTIONS, schema_name=RUN, session=boto3.DEFAULT_SESSION, cursor_class=PandasCursor
    )
    cursor = connection.cursor(unload=True).execute("SELECT id, name FROM facts")
    assert sorted(cursor.as_pandas()["name"].tolist()) == ["one", "two"]


@check
def async_cursor() -> None:
    connection = connect(
        **OPTIONS, schema_name=RUN, session=boto3.DEFAULT_SESSION, cursor_class=AsyncCursor
    )
    with connection.cursor() as cursor:
        found = [cursor.execute(f"SELECT {n} AS n")[1] for n in range(4)]
        assert [future.result().fetchone() for future in found] == [(0,), (1,), (2,), (3,)]


@check
def async_cursor_cancels() -> None:
    connection = connect(
        **OPTIONS, schema_name=RUN, session=boto3.DEFAULT_SESSION, cursor_class=AsyncCursor
    )
    numbers = "UNNEST(sequence(1, 10000))"
    with connection.cursor() as cursor:
        started, future = cursor.execute(
            f"SELECT count(*) FROM {numbers} a(x), {numbers} b(y), {numbers} c(z) "
            "WHERE x * y * z % 7 = 3"
        )
        cursor.cancel(started).result()
        assert future.result().state == "CANCELLED"


def engine() -> Any:
    return create_engine(
        f"awsathena+rest://:@athena.us-east-1.amazonaws.com:443/{RUN}"
        f"?s3_staging_dir={PLACE}out/&work_group=workbench",
        connect_args={"session": boto3.DEFAULT_SESSION},
    )


@check
def sqlalchemy_inspects() -> None:
    seen = inspect(engine())
    assert sorted(seen.get_table_names()) == ["facts", "made"]
    assert [column["name"] for column in seen.get_columns("facts")] == [
        "id",
        "name",
        "price",
        "day",
    ]
    assert not seen.has_table("no_such")


@check
def sqlalchemy_reads_a_views_definition() -> None:
    run("CREATE VIEW ones AS SELECT id FROM facts WHERE name = 'one'")
    definition = inspect(engine()).get_view_definition("ones")
    assert "name = 'one'" in definition, definition
    assert inspect(engine()).get_view_names() == ["ones"]
    run("DROP VIEW ones")


@check
def sqlalchemy_selects() -> None:
    facts = Table("facts", MetaData(), Column("id", types.Integer), Column("name", types.String))
    with engine().connect() as connection:
        count = connection.execute(select(func.count()).select_from(facts)).scalar()
        assert count == 2
        wanted = select(facts.c.id).where(facts.c.name == "two")
        assert connection.execute(wanted).scalars().all() == [2]


run_checks()
