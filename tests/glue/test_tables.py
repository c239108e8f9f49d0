"""The tables' definition in the job: a column that is a field of the payload needs nothing else."""

from __future__ import annotations

import gzip
import json
import uuid
from pathlib import Path

import github_events_etl
import pytest
from conftest import ICEBERG, Lines, message
from lake import Lake
from pyspark.sql import SparkSession
from tables import ALL_TABLES, GITHUB_EVENTS, MAINTENANCE_RUNS, TABLES, Column
from transforms import message_schema, parse_lines


def test_a_payload_column_is_read_by_its_path_and_cast_to_its_type(lines_of: Lines) -> None:
    columns = (
        *GITHUB_EVENTS.columns,
        Column("title", "string", "a text", payload="payload.pull_request.title"),
        Column("draft", "boolean", "a truth", payload="payload.pull_request.draft"),
        Column("updated_at", "timestamp_ntz", "a time", payload="payload.pull_request.updated_at"),
        Column("stars", "bigint", "a number", payload="payload.stars"),
        Column("score", "double", "a number", payload="payload.deep.er.score"),
    )
    payload = {
        "pull_request": {
            "id": 9,
            "title": "it's",
            "draft": True,
            "updated_at": "2026-11-01T02:00:00+02:00",
        },
        "stars": "12",
        "deep": {"er": {"score": 1.5}},
    }
    lines = lines_of(message(1, "PullRequestEvent", payload), message(2, "PushEvent", {}))
    rows = parse_lines(lines, columns).orderBy("event_id").collect()
    names = ["title", "draft", "updated_at", "stars", "score", "subject_id"]
    assert [str(rows[0][name]) for name in names] == [
        "it's",
        "True",
        "2026-11-01 00:00:00",
        "12",
        "1.5",
        "9",
    ]
    assert [rows[1][name] for name in names] == [None] * 6


def test_a_field_that_several_columns_name_is_in_the_schema_once() -> None:
    columns = [Column(name, "string", "", payload="payload.issue.id") for name in ("a", "b")]
    schema = message_schema(columns)
    assert schema == message_schema([])
    assert schema.count("`issue`") == 1
    assert "`user`: STRUCT<`login`: STRING>" in schema


def test_the_maintenance_has_a_table_of_its_own() -> None:
    assert {table.name for table in ALL_TABLES} - {table.name for table in TABLES} == {
        MAINTENANCE_RUNS.name
    }


@pytest.mark.skipif(ICEBERG is None, reason="Iceberg is not installed")
def test_a_new_column_comes_to_a_table_that_exists(spark: SparkSession, tmp_path: Path) -> None:
    """As after an update: the table of the version before lacks ``push_id``."""
    lake = Lake(spark, f"d{uuid.uuid4().hex}", str(tmp_path / "lake"), "run-0")
    lake.ensure_tables()
    name = lake.name(GITHUB_EVENTS)
    spark.sql(f"ALTER TABLE {name} DROP COLUMN push_id")
    old = [c for c in GITHUB_EVENTS.columns if c.name != "push_id"]
    values = {"event_id": "'1'", "event_type": "'PushEvent'", "repo": "'octo/cat'"}
    values["created_at"] = "TIMESTAMP_NTZ '2026-11-01 12:00:00'"
    selected = [f"CAST({values.get(c.name, 'NULL')} AS {c.type}) AS {c.name}" for c in old]
    spark.sql(f"SELECT {', '.join(selected)}").writeTo(name).append()

    folder = tmp_path / "events" / "ingest_date=2026-11-24" / "ingest_hour=00"
    folder.mkdir(parents=True)
    items = [message(i, "PushEvent", {"push_id": 70 + i, "size": 1}) for i in (1, 2)]
    text = "".join(f"{json.dumps(item)}\n" for item in items)
    (folder / f"t+0+{0:020}.jsonl.gz").write_bytes(gzip.compress(text.encode()))
    arguments = {"raw_path": str(tmp_path / "events"), "database": lake.database}
    summary = github_events_etl.run(spark, {**arguments, "warehouse": lake.warehouse})

    assert (summary.rows_written, summary.duplicates, summary.checks.failed) == (1, 1, 0)
    spark.catalog.refreshTable(name)
    rows = spark.sql(f"SELECT event_id, push_id, commits FROM {name} ORDER BY event_id").collect()
    # What was there stays as it was: its raw object is not read for it again.
    assert [tuple(row) for row in rows] == [("1", None, None), ("2", 72, 1)]
    field = next(f for f in spark.table(name).schema.fields if f.name == "push_id")
    assert field.metadata["comment"] == "of a push: GitHub's id of it"
