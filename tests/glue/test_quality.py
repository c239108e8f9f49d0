"""What a run checks of its data, over real tables: sound data, and each thing that can be wrong."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest
import quality
import transforms
from conftest import ICEBERG, Lines, Message, message
from iceberg import Snapshot, sign_snapshots
from lake import Lake
from pyspark.sql import SparkSession
from quality import Facts, Verdict, check_run
from tables import DATA_QUALITY, GITHUB_EVENTS, RESOLUTIONS, Table

pytestmark = pytest.mark.skipif(ICEBERG is None, reason="Iceberg is not installed")


class Batch:
    """A batch in a database of its own, merged as the job merges it."""

    def __init__(self, spark: SparkSession, lines_of: Lines, *items: Message | str) -> None:
        self.spark = spark
        self.lake = Lake(spark, f"d{uuid.uuid4().hex}", "/nowhere", f"run-{uuid.uuid4()}")
        sign_snapshots(spark, self.lake.run_id)
        self.lake.ensure_tables([GITHUB_EVENTS, RESOLUTIONS, DATA_QUALITY])
        parsed = transforms.parse_lines(lines_of(*items)).persist()
        (counted,) = transforms.count_lines(parsed, quality.observations()).collect()
        events = transforms.distinct_events(parsed, GITHUB_EVENTS.column_names)
        merged = self.lake.merge(GITHUB_EVENTS, lambda: events)
        self.facts = Facts(
            observed=[counted[quality.QUALITY]],
            days=counted["days"],
            rows_read=counted["rows_read"],
            rows_written=merged.rows_added,
            quarantined=counted["quarantined"],
            merged={GITHUB_EVENTS: merged},
        )

    def add(self, table: Table, **values: str) -> Snapshot:
        """A row past all rules, as SQL: what is not given is null."""
        columns = [
            f"CAST({values.get(c.name, 'NULL')} AS {c.type}) AS {c.name}" for c in table.columns
        ]
        self.lake.append(table, self.spark.sql(f"SELECT {', '.join(columns)}"))
        self.lake.table(table).refresh()
        snapshot = self.lake.table(table).snapshot()
        assert snapshot is not None
        return snapshot

    def check(self, facts: Facts | None = None) -> tuple[Verdict, dict[str, tuple[Any, ...]]]:
        verdict = check_run(self.lake, facts or self.facts)
        rows = self.lake.read(DATA_QUALITY).where(f"run_id = '{self.lake.run_id}'").collect()
        found = {row["check_name"]: (row["status"], row["observed"]) for row in rows}
        assert len(found) == len(rows)
        return verdict, found


def push(event_id: int, **fields: Any) -> Message:
    return message(event_id, "PushEvent", {"size": 2}, source="archive", **fields)


def test_sound_data_passes_and_is_noted(spark: SparkSession, lines_of: Lines) -> None:
    batch = Batch(spark, lines_of, push(1), push(2), push(2))
    verdict, found = batch.check()
    assert (verdict.warning, verdict.failed, verdict.problems) == (0, 0, [])
    assert verdict.ok == len(found) == 14
    assert {status for status, _ in found.values()} == {"ok"}
    assert found["rows_against_raw"] == ("ok", 1.0)
    for name in ("keys_missing", "unique_key", "rows_written", "null_repo_id"):
        assert found[name] == ("ok", 0.0)
    (row,) = batch.lake.read(DATA_QUALITY).where("check_name = 'quarantined_share'").collect()
    assert (row["table_name"], row["upper_bound"], row["lower_bound"]) == (
        "github_events",
        0.01,
        None,
    )
    assert row["detail"] == "0 of 3 lines could not be read: see quarantine"
    assert row["checked_at"] is not None


def test_values_that_are_wrong_are_found(spark: SparkSession, lines_of: Lines) -> None:
    verdict, found = Batch(
        spark,
        lines_of,
        message(1, "PushEvent", {"size": -3}, user=None, timestamp="2026-11-20T00:00:00Z"),
        push(2, timestamp="2031-01-01T00:00:00Z"),
        "{cut off",
    ).check()
    wrong = {name: status for name, (status, _) in found.items() if status != "ok"}
    assert wrong == {
        "quarantined_share": "warning",
        "created_at_ahead": "warning",
        "null_user_login": "warning",
        "commits_negative": "failed",
        "freshness": "warning",
    }
    assert found["null_user_login"] == ("warning", 0.5)
    assert found["freshness"][1] > quality.DAY_SECONDS
    assert (verdict.warning, verdict.failed) == (4, 1)
    assert (
        "github_events, quarantined_share: 1 of 3 lines could not be read: see quarantine"
        in verdict.problems
    )


def test_rows_that_are_there_twice_or_not_at_all_are_found(
    spark: SparkSession, lines_of: Lines, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = Batch(spark, lines_of, push(1), push(2), push(3))
    batch.add(
        GITHUB_EVENTS,
        event_id="'2'",
        event_type="'PushEvent'",
        created_at="TIMESTAMP_NTZ '2026-11-01 12:00:00'",
    )
    batch.lake.spark.sql(f"DELETE FROM {batch.lake.name(GITHUB_EVENTS)} WHERE event_id = '3'")
    verdict, found = batch.check()
    assert (found["unique_key"], found["keys_missing"]) == (("failed", 1.0), ("failed", 1.0))
    assert verdict.failed == 2
    assert (
        "WARNING data quality failed: github_events, unique_key: "
        "1 of 3 keys looked up are there twice" in capsys.readouterr().out
    )


def test_counts_that_do_not_agree_are_found(spark: SparkSession, lines_of: Lines) -> None:
    batch = Batch(spark, lines_of, push(1), push(2))
    _, found = batch.check(replace(batch.facts, rows_read=1, rows_written=3))
    assert found["rows_against_raw"] == ("failed", -2.0)
    assert found["rows_written"] == ("failed", -1.0)


def test_of_many_keys_some_are_looked_up(
    spark: SparkSession, lines_of: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quality, "KEYS_LOOKED_UP", 10)
    batch = Batch(spark, lines_of, *[push(event_id) for event_id in range(40)])
    batch.check()
    (row,) = batch.lake.read(DATA_QUALITY).where("check_name = 'keys_missing'").collect()
    assert row["detail"] == "0 of 10 keys looked up are not in the table"
    assert row["observed"] == 0


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [("60", ("ok", 60.0)), ("-5", ("failed", -5.0))],
)
def test_resolutions_are_checked_by_what_iceberg_noted_of_their_files(
    spark: SparkSession, lines_of: Lines, seconds: str, expected: tuple[str, float]
) -> None:
    batch = Batch(spark, lines_of, push(1))
    merged = batch.add(
        RESOLUTIONS,
        kind="'issue'",
        repo="'octo/cat'",
        subject_id="1",
        resolved_at="TIMESTAMP_NTZ '2026-11-01 00:00:00'",
        seconds_to_resolution=seconds,
    )
    verdict = check_run(batch.lake, Facts(merged={RESOLUTIONS: merged}))
    rows = batch.lake.read(DATA_QUALITY).where("table_name = 'resolutions'").collect()
    found = {row["check_name"]: (row["status"], row["observed"]) for row in rows}
    # The outcome is missing.
    assert found == {"seconds_to_resolution": expected, "null_required": ("failed", 1.0)}
    assert verdict.failed == sum(status == "failed" for status, _ in found.values())


def test_checks_that_cannot_be_made_stop_nothing(spark: SparkSession, lines_of: Lines) -> None:
    batch = Batch(spark, lines_of, push(1))
    batch.lake.spark.sql(f"DROP TABLE {batch.lake.name(DATA_QUALITY)}")
    verdict = check_run(batch.lake, batch.facts)
    assert verdict.failed == 1
    assert verdict.problems[0].startswith("the checks could not be made: recording the checks:")


def test_a_batch_with_nothing_readable_has_one_check(spark: SparkSession, lines_of: Lines) -> None:
    parsed = transforms.parse_lines(lines_of("{cut off"))
    (counted,) = transforms.count_lines(parsed, quality.observations()).collect()
    lake = Lake(spark, "none", "/nowhere", "run")
    facts = Facts(observed=[counted[quality.QUALITY]], rows_read=1, quarantined=1)
    (check,) = quality.event_checks(lake, facts)
    assert (check.check_name, check.status, check.observed) == ("quarantined_share", "warning", 1)
    assert quality.event_checks(lake, Facts()) == []
