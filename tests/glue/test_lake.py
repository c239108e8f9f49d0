"""The tables where another process writes to them too."""

from __future__ import annotations

from pathlib import Path

import lake
import pytest
from lake import Lake
from pyspark.sql import SparkSession
from tables import GITHUB_EVENTS

pytestmark = pytest.mark.usefixtures("spark")


def test_reads_a_snapshot_that_another_process_has_made(
    spark: SparkSession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Two catalogs over the same files, each with a cache of its own, as two processes have.
    for name in ("ours", "theirs"):
        catalog = f"spark.sql.catalog.{name}"
        spark.conf.set(catalog, "org.apache.iceberg.spark.SparkCatalog")
        spark.conf.set(f"{catalog}.type", "hadoop")
        spark.conf.set(f"{catalog}.warehouse", str(tmp_path))
    monkeypatch.setattr(lake, "CATALOG", "ours")
    ours = Lake(spark, "db", str(tmp_path), "run-1")
    spark.sql(
        "CREATE TABLE ours.db.github_events (event_id STRING, event_type STRING) USING iceberg"
    )
    spark.sql("INSERT INTO ours.db.github_events VALUES ('1', 'PushEvent')")
    ours._tables[GITHUB_EVENTS] = opened = ours._open(GITHUB_EVENTS)  # type: ignore[assignment]
    assert opened is not None
    # As a merge does: from here Spark and the handle each have metadata of their own.
    assert ours.read(GITHUB_EVENTS).count() == 1

    spark.sql("INSERT INTO theirs.db.github_events VALUES ('2', 'ForkEvent')")
    snapshot = ours.current(GITHUB_EVENTS)

    assert snapshot is not None
    assert ours.read_at(GITHUB_EVENTS, snapshot).count() == 2
