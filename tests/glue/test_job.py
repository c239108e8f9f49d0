"""The whole job over raw objects in a folder: events, and what lands beside them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import subjects
from conftest import ICEBERG, issue, message
from github_events_etl import Summary
from iceberg import Snapshot, sign_snapshots
from job_support import Job, coverage, enrichment, merged
from lake import Lake
from pyspark.sql import SparkSession
from tables import RESOLUTIONS as RESOLUTIONS_TABLE
from tables import Table

pytestmark = pytest.mark.skipif(ICEBERG is None, reason="Iceberg is not installed")


@pytest.fixture
def job(spark: SparkSession, tmp_path: Path) -> Job:
    return Job(spark, tmp_path)


RESOLUTIONS = (
    "SELECT subject_id, opened_at, opened_source, seconds_to_resolution "
    "FROM resolutions ORDER BY subject_id"
)
DAY = 86_400


@pytest.mark.parametrize("listed", [1000, 0], ids=["subjects by their ids", "by their span"])
def test_a_later_answer_completes_a_resolution(
    job: Job, listed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subjects, "MAX_LISTED", listed)
    job.land("events", merged(1, 4), merged(2, 4, subject=901))
    job.run(only_events=True)
    assert job.rows(RESOLUTIONS) == [(900, None, None, None), (901, None, None, None)]

    # Of 901 nothing is to be had.
    job.land(
        "enrichment",
        enrichment("pull_opened", 1, opened_at="2026-11-01T00:00:00Z"),
        enrichment("pull_opened", 2, subject_id=901, status="gone"),
    )
    summary = job.run()
    assert (summary.rows_read, summary.objects, summary.enrichment_rows) == (0, 0, 2)
    known = [
        (900, datetime(2026, 11, 1), "enrichment", 3 * DAY),
        (901, None, None, None),
    ]
    assert job.rows(RESOLUTIONS) == known

    # What is known stays known where more events of the subject come, and paths are left out.
    job.land("events", merged(3, 5))
    job.run(only_events=True)
    assert job.rows(RESOLUTIONS) == [
        (900, datetime(2026, 11, 1), "enrichment", 4 * DAY),
        (901, None, None, None),
    ]


def test_commits_are_joined_and_the_event_stays_as_sent(job: Job) -> None:
    job.land(
        "events",
        message(1, "PushEvent", {"size": 3}),
        message(2, "PushEvent", {"before": "b", "head": "h"}),
        message(3, "PushEvent", {"before": "b", "head": "h"}),
    )
    job.land(
        "enrichment",
        enrichment("push_commits", 2, status="gone", fetched_at="2026-11-24T10:00:00Z"),
        enrichment("push_commits", 2, commits=7),
    )
    assert job.run().enrichment_rows == 1
    joined = (
        "SELECT x.event_id, x.commits, COALESCE(e.commits, x.commits) FROM github_events x "
        "LEFT JOIN enrichment e ON e.kind = 'push_commits' AND e.event_type = x.event_type "
        "AND e.event_id = x.event_id ORDER BY 1"
    )
    assert job.rows(joined) == [("1", 3, 3), ("2", None, 7), ("3", None, None)]

    # An answer takes the place of the lack of one, in a later batch too, and never the reverse.
    job.land("enrichment", enrichment("push_commits", 3, status="gone"))
    job.run()
    job.land(
        "enrichment",
        enrichment("push_commits", 3, commits=2),
        enrichment("push_commits", 2, status="gone"),
    )
    job.run()
    assert job.rows(joined) == [("1", 3, 3), ("2", None, 7), ("3", None, 2)]


def test_coverage_adds_up_and_a_repeated_line_counts_once(job: Job) -> None:
    job.land(
        "coverage",
        coverage(1),
        coverage(1),
        coverage(1, event_type="ForkEvent", captured=1, estimated=1),
        coverage(2, captured=2, estimated=3),
        "{cut off",
        coverage(3, minute=None),
    )
    assert job.run().coverage_rows == 3
    total = "SELECT event_type, sum(captured), sum(estimated) FROM coverage GROUP BY 1 ORDER BY 1"
    expected = [("ForkEvent", 1, 1.0), ("PushEvent", 42, 44.5)]
    assert job.rows(total) == expected
    assert job.rows("SELECT reason FROM quarantine ORDER BY 1") == [
        ("minute is missing or cannot be read",),
        ("not JSON of a message's shape",),
    ]
    recorded = "SELECT table_name, rows_read, quarantined FROM processed_objects ORDER BY 1"
    assert job.rows(recorded) == [("coverage", 6, 2), ("quarantine", 6, 2)]

    # The manifest keeps what was read from being read again; without it, the key does.
    assert job.run() == Summary()
    job.spark.sql(f"DELETE FROM glue_catalog.`{job.database}`.processed_objects")
    job.run()
    assert job.rows(total) == expected

    # The manifest counts only for the table it was written with.
    job.spark.sql(f"DROP TABLE glue_catalog.`{job.database}`.coverage")
    job.run()
    assert job.rows(total) == expected


def test_events_that_another_run_brings_meanwhile_count(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = issue("closed", closed_at="2026-10-02T00:00:00Z")
    job.land("events", message(1, "IssuesEvent", closed), message(2, "PushEvent", {}))
    merge = Lake.merge
    others: list[Summary] = []

    def merge_after_another(lake: Lake, table: Table, *args: Any, **more: Any) -> Snapshot:
        # This run has read the events by now, and has not stored what follows from them.
        if table is RESOLUTIONS_TABLE and not others:
            job.land("events", message(3, "IssuesEvent", issue("reopened")))
            others.append(Summary())
            others[0] = job.run(run_id="another")
            sign_snapshots(job.spark, "first")
        return merge(lake, table, *args, **more)

    monkeypatch.setattr(Lake, "merge", merge_after_another)
    assert job.run(run_id="first").rows_written == 2
    assert others[0].rows_written == 1
    assert job.rows("SELECT count(*) FROM github_events") == [(3,)]
    assert job.rows("SELECT count(*) FROM resolutions") == [(0,)]


def test_tells_its_stages(job: Job) -> None:
    job.land("events", merged(1, 4), message(2, "PushEvent", {}))
    job.run()
    begun = "opening the tables"
    assert job.stages == [
        *(begun, "reading raw objects", "merging events", "resolutions", "recording")
    ]
    job.run()
    assert job.stages == [begun]


def test_nothing_landed_makes_empty_tables(job: Job) -> None:
    assert job.run() == Summary()
    assert job.rows("SELECT count(*) FROM enrichment") == [(0,)]
    assert job.rows("SELECT count(*) FROM coverage") == [(0,)]
