"""Maintenance over tables whose files lie on disk, so that orphans can be seen."""

from __future__ import annotations

import json
import time
import uuid
from pathlib import Path
from typing import Any

import github_events_maintenance
import pytest
from conftest import ICEBERG, ICEBERG_SPARK
from lake import EtlError, Lake
from maintenance import Options, TableMaintenance
from progress import Progress
from pyspark.sql import SparkSession
from table_metadata import java_table
from tables import GITHUB_EVENTS, MAINTENANCE_RUNS, PROCESSED_OBJECTS, TABLES, Table

pytestmark = pytest.mark.skipif(ICEBERG is None, reason="Iceberg is not installed")

#: Everything is old enough, since nobody else writes.
AT_ONCE = {"retention_hours": "0", "orphan_age_hours": "0", "allow_short_ages": "true"}


class DiskLake:
    """A database of a catalog over a folder."""

    def __init__(self, spark: SparkSession, root: Path) -> None:
        self.spark = spark.newSession()
        self.root = root
        catalog = "spark.sql.catalog.glue_catalog"
        self.spark.conf.set(catalog, f"{ICEBERG_SPARK}.SparkCatalog")
        self.spark.conf.set(f"{catalog}.catalog-impl", "org.apache.iceberg.hadoop.HadoopCatalog")
        self.spark.conf.set(f"{catalog}.warehouse", str(root))
        self.database = f"d{uuid.uuid4().hex}"
        self.spark.sql(f"CREATE NAMESPACE glue_catalog.{self.database}")
        self.lake = Lake(self.spark, self.database, str(root), "run-1")
        self.lake.ensure_tables()

    def add_events(self, *ids: int, day: int = 1) -> None:
        rows = [(str(i), "PushEvent", "octo/cat", f"2026-11-{day:02}T00:00:00") for i in ids]
        frame = self.spark.createDataFrame(
            rows, "event_id string, event_type string, repo string, at string"
        )
        missing = [
            c for c in GITHUB_EVENTS.columns if c.name not in ("event_id", "event_type", "repo")
        ]
        nulls = [
            f"CAST({'at' if c.name == 'created_at' else 'NULL'} AS {c.type}) AS {c.name}"
            for c in missing
        ]
        self.lake.append(GITHUB_EVENTS, frame.selectExpr("event_id", "event_type", "repo", *nulls))

    def sql(self, text: str) -> list[tuple[Any, ...]]:
        """Asks for what stands between the signs: ``<github_events>.files``."""
        named = text.replace("<", f"glue_catalog.{self.database}.").replace(">", "")
        return [tuple(row) for row in self.spark.sql(named).collect()]

    def ids(self) -> list[str]:
        name = self.lake.name(GITHUB_EVENTS)
        self.spark.catalog.refreshTable(name)
        return sorted(row["event_id"] for row in self.spark.table(name).collect())

    def maintain(self, **arguments: str) -> dict[str, dict[str, Any]]:
        given = {"database": self.database, "warehouse": str(self.root), **arguments}
        summary = github_events_maintenance.run(self.spark, given, Progress(None, 1))
        return {report["table"]: report for report in summary["tables"]}

    def folder(self, table: Table) -> Path:
        return self.root / self.database / table.name

    def java(self, table: Table) -> Any:
        return java_table(self.lake, table)


@pytest.fixture
def disk(spark: SparkSession, tmp_path: Path) -> DiskLake:
    return DiskLake(spark, tmp_path)


def test_small_files_and_deletes_become_one_file_a_partition(disk: DiskLake) -> None:
    for i in range(4):
        disk.add_events(i, i + 100, day=1 + i % 2)
    disk.sql("DELETE FROM <github_events> WHERE event_id IN ('100', '2')")
    before = disk.ids()
    assert disk.sql("SELECT count(*) FROM <github_events>.delete_files") != [(0,)]

    report = disk.maintain(tables="github_events", **AT_ONCE)["github_events"]

    assert disk.ids() == before == ["0", "1", "101", "102", "103", "3"]
    assert disk.sql("SELECT count(*) FROM <github_events>.data_files") == [(2,)]
    assert disk.sql("SELECT count(*) FROM <github_events>.delete_files") == [(0,)]
    assert disk.sql("SELECT count(*) FROM <github_events>.snapshots") == [(1,)]
    assert (report["files_before"], report["files_after"]) == (4, 2)
    assert (report["delete_files_before"], report["delete_files_after"]) == (2, 0)
    assert (report["snapshots_before"], report["snapshots_after"]) == (5, 1)
    assert report["bytes_after"] < report["bytes_before"]
    assert report["warnings"] == []
    # What the table no longer knows is gone from the disk as well.
    assert len(list(disk.folder(GITHUB_EVENTS).glob("data/**/*.parquet"))) == 2
    again = disk.maintain(tables="github_events", **AT_ONCE)["github_events"]
    assert (again["files_before"], again["files_after"]) == (2, 2)
    assert (again["snapshots_before"], again["snapshots_after"]) == (1, 1)


def test_orphans_old_enough_go_and_nothing_else(disk: DiskLake) -> None:
    disk.add_events(1, 2)
    disk.add_events(3)
    folder = disk.folder(GITHUB_EVENTS)
    files = set(folder.rglob("*"))
    strays = [folder / "data" / "stray.parquet", folder / "metadata" / "stray-m0.avro"]
    # The next table's name begins with this one's: a listing by prefix would see it too.
    neighbour = folder.parent / "github_events_of_others" / "data" / "kept.parquet"
    neighbour.parent.mkdir(parents=True)
    for path in (*strays, neighbour):
        path.write_bytes(b"12345")

    kept = disk.maintain(tables="github_events")["github_events"]
    assert (kept["orphans_removed"], kept["orphan_bytes"]) == (0, 0)
    assert all(path.exists() for path in strays)

    arguments = {**AT_ONCE, "retention_hours": "168"}
    report = disk.maintain(tables="github_events", **arguments)["github_events"]
    assert (report["orphans_removed"], report["orphan_bytes"]) == (2, 10)
    assert not any(path.exists() for path in strays)
    assert neighbour.exists()
    lost = [path for path in files if not path.exists() and path.suffix == ".parquet"]
    assert lost == []
    assert disk.ids() == ["1", "2", "3"]


def test_a_snapshot_counts_until_it_was_replaced(disk: DiskLake) -> None:
    disk.add_events(1)
    ((first, first_ms),) = disk.sql(
        "SELECT snapshot_id, unix_millis(committed_at) FROM <github_events>.snapshots"
    )
    disk.add_events(2)
    then = f"SELECT event_id FROM <github_events> VERSION AS OF {first}"
    replaced_ms = java_table(disk.lake, GITHUB_EVENTS).currentSnapshot().timestampMillis()

    def expire(since_ms: int) -> None:
        options = Options(retention_hours=1)
        TableMaintenance(disk.lake, GITHUB_EVENTS, options, lambda: since_ms + 3_600_000).expire()

    # It was made before the retention began, and was the present one at its beginning.
    for since_ms in (first_ms - 1, first_ms, replaced_ms - 1):
        expire(since_ms)
        assert disk.sql(then) == [("1",)]
    expire(replaced_ms)
    assert disk.sql("SELECT count(*) FROM <github_events>.snapshots") == [(1,)]
    assert disk.ids() == ["1", "2"]


def note_processed(disk: DiskLake, path: str, snapshot: Any, table: Table = GITHUB_EVENTS) -> None:
    given = {
        "object_path": f"'{path}'",
        "table_name": f"'{table.name}'",
        "table_id": f"'{disk.lake.table(table).id}'",
        "snapshot_id": snapshot.snapshotId(),
        "sequence_number": snapshot.sequenceNumber(),
    }
    values = [
        f"CAST({given.get(c.name, 'NULL')} AS {c.type}) AS {c.name}"
        for c in PROCESSED_OBJECTS.columns
    ]
    disk.lake.append(PROCESSED_OBJECTS, disk.spark.sql(f"SELECT {', '.join(values)}"))


def test_nothing_expires_while_a_rolled_back_object_waits_to_be_read_again(disk: DiskLake) -> None:
    disk.add_events(1)
    first = disk.java(GITHUB_EVENTS).currentSnapshot()
    note_processed(disk, "a", first)
    disk.add_events(2)
    second = disk.java(GITHUB_EVENTS).currentSnapshot()
    note_processed(disk, "b", second)
    disk.spark.sql(
        "CALL glue_catalog.system.rollback_to_snapshot("
        f"'{disk.database}.github_events', {first.snapshotId()})"
    )
    disk.add_events(3)

    report = disk.maintain(tables="github_events", **AT_ONCE)["github_events"]
    assert "1 raw objects were in a snapshot that was rolled back" in report["warnings"][0]
    assert report["snapshots_after"] >= 3
    assert disk.ids() == ["1", "3"]

    # The next run of the job reads it again: now it may be forgotten.
    disk.add_events(2)
    note_processed(disk, "b", disk.java(GITHUB_EVENTS).currentSnapshot())
    report = disk.maintain(tables="github_events", **AT_ONCE)["github_events"]
    assert (report["warnings"], report["snapshots_after"]) == ([], 1)
    assert disk.ids() == ["1", "2", "3"]


def test_every_table_and_what_was_done_is_noted(disk: DiskLake) -> None:
    disk.add_events(1)
    disk.add_events(2)
    stages: list[str] = []
    given = {"database": disk.database, "warehouse": str(disk.root)}
    progress = Progress(lambda text: stages.append(json.loads(text)["stage"]), 1)
    summary = github_events_maintenance.run(disk.spark, given, progress)
    assert [report["table"] for report in summary["tables"]] == [table.name for table in TABLES]
    assert stages[:2] == ["github_events: compaction", "github_events: delete files"]

    disk.maintain(tables="maintenance_runs")
    assert disk.sql(
        "SELECT table_name, files_before, files_after, retention_hours, warnings "
        "FROM <maintenance_runs> WHERE table_name IN ('github_events', 'maintenance_runs') "
        "ORDER BY maintained_at"
    ) == [("github_events", 2, 1, 168, None), ("maintenance_runs", 1, 1, 168, None)]


def note_quarantined(disk: DiskLake) -> None:
    disk.sql("INSERT INTO <quarantine> VALUES ('none', '{', 'a', 1, current_timestamp())")


def test_a_table_that_fails_does_not_keep_the_others(disk: DiskLake) -> None:
    disk.add_events(1)
    disk.add_events(2)
    for file in disk.folder(GITHUB_EVENTS).glob("data/**/*.parquet"):
        file.unlink()
    note_quarantined(disk)
    note_quarantined(disk)
    with pytest.raises(EtlError, match=r"^github_events, compaction: .*(not found|not exist)"):
        disk.maintain()
    assert disk.sql("SELECT count(*) FROM <quarantine>.data_files") == [(1,)]
    assert disk.sql("SELECT count(*) FROM <maintenance_runs> WHERE table_name = 'quarantine'") == [
        (1,)
    ]


@pytest.mark.parametrize(
    ("failures", "tries", "warnings"),
    [
        (2, 3, []),
        (3, 3, ["compaction: left for the next time: RuntimeError: CommitFailedException: late"]),
    ],
)
def test_a_conflict_is_tried_again_and_then_left_with_a_warning(
    monkeypatch: pytest.MonkeyPatch, failures: int, tries: int, warnings: list[str]
) -> None:
    monkeypatch.setattr(time, "sleep", lambda _: None)
    lake: Any = None
    maintenance = TableMaintenance(lake, GITHUB_EVENTS, Options(), lambda: 0)
    calls: list[int] = []

    def overtaken() -> None:
        calls.append(1)
        if len(calls) <= failures:
            raise RuntimeError("CommitFailedException: late")

    maintenance._attempt("compaction", overtaken)
    assert (len(calls), maintenance.report.warnings) == (tries, warnings)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"orphan_age_hours": "23"}, "--orphan_age_hours is 23: at least 24"),
        ({"retention_hours": "0"}, "--retention_hours is 0: at least 1"),
        ({"retention_hours": "7d"}, "--retention_hours is '7d': give a number"),
        ({"target_file_mb": "0"}, "--target_file_mb is 0: at least 1"),
    ],
)
def test_arguments_that_would_do_harm_are_refused(arguments: dict[str, str], message: str) -> None:
    with pytest.raises(EtlError, match=message):
        github_events_maintenance.options_of(arguments)


def test_short_ages_are_for_whom_they_are_asked_for() -> None:
    options = github_events_maintenance.options_of(AT_ONCE)
    assert (options.retention_hours, options.orphan_age_hours) == (0, 0)
    assert github_events_maintenance.options_of({"retention_hours": "1.5"}).retention_hours == 1.5


def test_tables_that_are_none_are_refused(spark: SparkSession) -> None:
    lake = Lake(spark, "none", "/nowhere", "run")
    with pytest.raises(EtlError, match="--tables names 'stars': the tables are github_events, "):
        github_events_maintenance.tables_of(lake, "github_events,stars")
    assert github_events_maintenance.tables_of(lake, None) == []


def test_tables_are_all_maintained() -> None:
    names = {table.name for table in github_events_maintenance.ALL_TABLES}
    assert names == {table.name for table in (*TABLES, MAINTENANCE_RUNS)}
