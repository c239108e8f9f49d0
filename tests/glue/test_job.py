"""The whole job over raw objects in a folder: events, and what lands beside them."""

from __future__ import annotations

import gzip
import json
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import github_events_etl
import pytest
from conftest import ICEBERG, Message, message, pull
from github_events_etl import Summary
from pyspark.sql import SparkSession

pytestmark = pytest.mark.skipif(ICEBERG is None, reason="Iceberg is not installed")


class Job:
    """One database with its raw prefixes."""

    def __init__(self, spark: SparkSession, root: Path) -> None:
        self.spark = spark
        self.root = root
        self.database = f"d{uuid.uuid4().hex}"
        self.offset = 0

    def land(self, prefix: str, *items: Message | str) -> None:
        folder = self.root / prefix / "ingest_date=2026-11-24" / "ingest_hour=00"
        folder.mkdir(parents=True, exist_ok=True)
        texts = [item if isinstance(item, str) else json.dumps(item) for item in items]
        path = folder / f"t+0+{self.offset:020}.jsonl.gz"
        path.write_bytes(gzip.compress("".join(f"{text}\n" for text in texts).encode()))
        self.offset += 100

    def run(self, *, only_events: bool = False) -> Summary:
        paths = {"raw_path": "events"}
        if not only_events:
            paths |= {"coverage_path": "coverage", "enrichment_path": "enrichment"}
        arguments = {name: str(self.root / prefix) for name, prefix in paths.items()}
        return github_events_etl.run(
            self.spark,
            {"database": self.database, "warehouse": str(self.root / "lake"), **arguments},
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        self.spark.sql(f"USE glue_catalog.`{self.database}`")
        return [tuple(row) for row in self.spark.sql(sql).collect()]


@pytest.fixture
def job(spark: SparkSession, tmp_path: Path) -> Job:
    return Job(spark, tmp_path)


def coverage(seq: int, event_type: str = "PushEvent", **fields: Any) -> Message:
    return {
        "run_id": "r1",
        "seq": seq,
        "minute": "2026-11-24T10:00:00Z",
        "event_type": event_type,
        "captured": 40,
        "estimated": 41.5,
        "source": "github",
        "api": "https://api.github.com",
        "recorded_at": "2026-11-24T10:01:00.500Z",
        "_partition": 0,
        "_offset": seq,
        **fields,
    }


def enrichment(kind: str, event_id: int, **fields: Any) -> Message:
    of_push = kind == "push_commits"
    return {
        "kind": kind,
        "event_type": "PushEvent" if of_push else "PullRequestEvent",
        "event_id": str(event_id),
        "repo": "octo/cat",
        "repo_id": 5,
        "number": None if of_push else 3,
        "subject_id": None if of_push else 900,
        "commits": None,
        "opened_at": None,
        "obtained_from": "compare" if of_push else "pulls",
        "status": "ok",
        "source": "github",
        "api": "https://api.github.com",
        "fetched_at": "2026-11-24T10:01:00.500Z",
        **fields,
    }


def merged(event_id: int, day: int, **fields: Any) -> Message:
    at = f"2026-11-{day:02}T00:00:00Z"
    return message(event_id, "PullRequestEvent", pull("merged", **fields), timestamp=at)


RESOLUTIONS = (
    "SELECT subject_id, opened_at, opened_source, seconds_to_resolution "
    "FROM resolutions ORDER BY subject_id"
)
DAY = 86_400


def test_a_later_answer_completes_a_resolution(job: Job) -> None:
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
    assert job.rows("SELECT rows_read, quarantined FROM processed_objects") == [(6, 2)]

    # The manifest keeps what was read from being read again; without it, the key does.
    assert job.run() == Summary()
    job.spark.sql(f"DELETE FROM glue_catalog.`{job.database}`.processed_objects")
    job.run()
    assert job.rows(total) == expected

    # The manifest counts only for the table it was written with.
    job.spark.sql(f"DROP TABLE glue_catalog.`{job.database}`.coverage")
    job.run()
    assert job.rows(total) == expected


def test_nothing_landed_makes_empty_tables(job: Job) -> None:
    assert job.run() == Summary()
    assert job.rows("SELECT count(*) FROM enrichment") == [(0,)]
    assert job.rows("SELECT count(*) FROM coverage") == [(0,)]
