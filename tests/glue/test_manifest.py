"""What was lost of the tables, or of the manifest, is read again, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from conftest import ICEBERG, issue, message
from github_events_etl import Summary
from iceberg import History
from job_support import Job, coverage, enrichment, merged
from manifest import Entry, TableState, judge
from pyspark.sql import SparkSession

#: Snapshots 3, 4 and 5 are left of a history that expiry has cut; 9 was rolled back.
CUT = History(frozenset({13, 14, 15}), cut_at=3)
WHOLE = History(frozenset({13, 14, 15}))


@pytest.mark.parametrize(
    ("history", "snapshot", "sequence", "expected"),
    [
        (WHOLE, 14, 4, True),
        (WHOLE, 19, 9, False),
        (WHOLE, 11, 1, False),
        (CUT, 14, 4, True),
        (CUT, 19, 9, False),
        (CUT, 11, 1, True),
        (CUT, 19, 3, False),
        (CUT, 19, None, False),
        (History(frozenset()), 11, 1, False),
    ],
)
def test_a_snapshot_counts_while_the_table_descends_from_it(
    history: History, snapshot: int, sequence: int | None, expected: bool
) -> None:
    assert history.holds(snapshot, sequence) is expected


STATES = {name: TableState(f"{name}-id", WHOLE) for name in ("github_events", "coverage")} | {
    "quarantine": TableState("quarantine-id", WHOLE),
    "resolutions": TableState("resolutions-id", WHOLE),
}


def entry(table: str, snapshot: int | None = 14, quarantined: int = 0, table_id: str = "") -> Entry:
    return Entry("a", quarantined, table, table_id or f"{table}-id", snapshot, snapshot)


LOST = 99


@pytest.mark.parametrize(
    ("entries", "processed", "unresolved"),
    [
        pytest.param([], False, False, id="nothing recorded"),
        pytest.param([entry("github_events")], True, False, id="all is there"),
        pytest.param([entry("github_events", None)], True, False, id="an object without rows"),
        pytest.param([entry("github_events", table_id="x")], False, False, id="another table"),
        pytest.param([entry("github_events", LOST)], False, False, id="rolled back"),
        pytest.param(
            [entry("github_events", LOST), entry("github_events")], True, False, id="read again"
        ),
        pytest.param([entry("github_events", 14, 1)], False, False, id="lines set aside nowhere"),
        pytest.param(
            [entry("github_events", 14, 1), entry("quarantine")], True, False, id="set aside"
        ),
        pytest.param(
            [entry("github_events", 14, 1), entry("quarantine", LOST)],
            False,
            False,
            id="what was set aside is lost",
        ),
        pytest.param(
            [entry("github_events"), entry("resolutions")], True, False, id="with resolutions"
        ),
        pytest.param(
            [entry("github_events"), entry("resolutions", LOST)], True, True, id="resolutions lost"
        ),
        pytest.param(
            [entry("github_events"), entry("resolutions", LOST), entry("resolutions")],
            True,
            False,
            id="resolutions mended",
        ),
        pytest.param(
            [entry("github_events", LOST), entry("resolutions", LOST)],
            False,
            False,
            id="events lost too: read again, and resolved then",
        ),
        pytest.param(
            [Entry("a", 3, None, "github_events-id")], True, False, id="from before snapshots"
        ),
        pytest.param([Entry("a", 0, None, "old-id")], False, False, id="from before, other table"),
        pytest.param([entry("enrichment")], False, False, id="of a table that nobody asks about"),
    ],
)
def test_an_object_is_processed_while_all_its_rows_are_there(
    entries: list[Entry], processed: bool, unresolved: bool
) -> None:
    for order in (entries, entries[::-1]):
        verdict = judge(order, STATES)
        assert (verdict.processed == {"a"}, verdict.unresolved == {"a"}) == (processed, unresolved)


TABLES = {
    "github_events": "event_type, event_id",
    "resolutions": "kind, subject_id",
    "coverage": "run_id, seq",
    "enrichment": "kind, event_id",
    "quarantine": "raw_line",
}


class Lake:
    """Two batches in all tables; damaged and mended again and again."""

    def __init__(self, spark: SparkSession, job: Job) -> None:
        self.spark = spark
        self.job = job
        self.runs = 0
        self.land_first()
        self.run()
        self.land_second()
        self.run()
        self.whole = self.contents()

    def land_first(self) -> None:
        self.job.land(
            "events",
            message(1, "IssuesEvent", issue("opened", 801)),
            message(2, "IssuesEvent", issue("closed", 802, closed_at="2026-10-02T00:00:00Z")),
            "{cut off",
        )
        self.job.land("events", merged(3, 4))
        self.job.land("coverage", coverage(1))
        self.job.land("enrichment", enrichment("pull_opened", 3, opened_at="2026-11-01T00:00:00Z"))

    def land_second(self) -> None:
        self.job.land("events", message(4, "PushEvent", {}), "{also cut off")
        self.job.land(
            "events", message(5, "IssuesEvent", issue("closed", 801, closed_at="2026-10-03T00:00Z"))
        )
        self.job.land("coverage", coverage(2))
        self.job.land(
            "enrichment",
            enrichment("push_commits", 4, commits=3),
            enrichment("pull_opened", 6, subject_id=901, opened_at="2026-11-02T00:00:00Z"),
        )

    def run(self) -> Summary:
        self.runs += 1
        return self.job.run(run_id=f"run-{self.runs}")

    def sql(self, text: str) -> list[tuple[Any, ...]]:
        return self.job.rows(text.replace("DB", f"glue_catalog.{self.job.database}"))

    def contents(self) -> dict[str, list[tuple[Any, ...]]]:
        found = {name: self.sql(f"SELECT * FROM {name} ORDER BY {key}")
                 for name, key in TABLES.items()}  # fmt: skip
        # When a line was set aside is the one thing that may change.
        found["quarantine"] = [row[:-1] for row in found["quarantine"]]
        return found

    def recorded(self) -> set[str]:
        """Objects and tables that the last run recorded, an object by its first offset."""
        rows = self.sql(
            "SELECT DISTINCT int(regexp_extract(object_path, '[+]([0-9]+)[.]', 1)), "
            f"table_name FROM processed_objects WHERE run_id = 'run-{self.runs}'"
        )
        return {f"{int(offset)} {name}" for offset, name in rows}

    def drop(self, table: str) -> None:
        self.sql(f"DROP TABLE DB.{table}")

    def roll_back_second(self, table: str) -> None:
        """To how the table was before the run that brought the second batch."""
        rows = self.sql(
            f"SELECT snapshot_id FROM DB.{table}.snapshots "
            "WHERE summary['workbench.run-id'] = 'run-1' ORDER BY committed_at DESC"
        )
        self.sql(
            "CALL glue_catalog.system.rollback_to_snapshot("
            f"'{self.job.database}.{table}', {rows[0][0]})"
        )

    def expire(self, table: str) -> None:
        self.sql(
            f"CALL glue_catalog.system.expire_snapshots(table => '{self.job.database}.{table}', "
            "older_than => TIMESTAMP '2099-01-01', retain_last => 1)"
        )


@pytest.fixture
def lake(spark: SparkSession, tmp_path: Any) -> Lake:
    return Lake(spark, Job(spark, tmp_path))


EVENTS_1 = {"0 github_events", "0 quarantine", "0 resolutions", "100 github_events",
            "100 resolutions"}  # fmt: skip
EVENTS_2 = {"400 github_events", "400 quarantine", "500 github_events", "500 resolutions"}
SIDE_1 = {"200 coverage", "300 enrichment", "300 resolutions"}
SIDE_2 = {"600 coverage", "700 enrichment", "700 resolutions"}
ALL_RESOLVED = {name for name in EVENTS_1 | EVENTS_2 | SIDE_1 | SIDE_2 if "resolutions" in name}


def old_rows(lake: Lake) -> None:
    """The manifest as it was before it named snapshots."""
    lake.sql("DELETE FROM DB.processed_objects WHERE table_name IN ('resolutions', 'quarantine')")
    lake.sql(
        "UPDATE DB.processed_objects SET table_name = NULL, snapshot_id = NULL, "
        "sequence_number = NULL"
    )


def expire_all(lake: Lake) -> None:
    for table in (*TABLES, "processed_objects"):
        lake.expire(table)


def old_rows_and_no_resolutions(lake: Lake) -> None:
    old_rows(lake)
    lake.drop("resolutions")


def replace_events(lake: Lake) -> None:
    lake.sql(
        "CREATE OR REPLACE TABLE DB.github_events USING iceberg TBLPROPERTIES "
        "('format-version'='2', 'write.merge.mode'='merge-on-read') "
        "AS SELECT * FROM DB.github_events WHERE false"
    )


@pytest.mark.skipif(ICEBERG is None, reason="Iceberg is not installed")
def test_what_is_missing_is_read_again_and_no_more(lake: Lake) -> None:
    # One after the other over the same tables: each ends with them whole.
    damages: list[tuple[str, Callable[[], object], set[str] | None]] = [
        ("nothing", lambda: None, set()),
        ("events rolled back", lambda: lake.roll_back_second("github_events"), EVENTS_2),
        ("resolutions rolled back", lambda: lake.roll_back_second("resolutions"),
         {"500 resolutions", "700 resolutions"}),
        ("coverage rolled back", lambda: lake.roll_back_second("coverage"), {"600 coverage"}),
        (
            "enrichment rolled back",
            lambda: lake.roll_back_second("enrichment"),
            {"700 enrichment", "700 resolutions"},
        ),
        (
            "quarantine rolled back",
            lambda: lake.roll_back_second("quarantine"),
            {"400 github_events", "400 quarantine"},
        ),
        ("manifest rolled back", lambda: lake.roll_back_second("processed_objects"), None),
        ("manifest dropped", lambda: lake.drop("processed_objects"),
         EVENTS_1 | EVENTS_2 | SIDE_1 | SIDE_2),
        ("events dropped", lambda: lake.drop("github_events"), EVENTS_1 | EVENTS_2),
        ("resolutions dropped", lambda: lake.drop("resolutions"), ALL_RESOLVED),
        ("coverage dropped", lambda: lake.drop("coverage"), {"200 coverage", "600 coverage"}),
        ("enrichment dropped", lambda: lake.drop("enrichment"),
         {name for name in SIDE_1 | SIDE_2 if "coverage" not in name}),
        ("quarantine dropped", lambda: lake.drop("quarantine"),
         {"0 github_events", "0 quarantine", "0 resolutions", "400 github_events",
          "400 quarantine"}),
        ("all snapshots but the last expired", lambda: expire_all(lake), set()),
        ("events emptied by a replacement", lambda: replace_events(lake), EVENTS_1 | EVENTS_2),
        ("a manifest from before", lambda: old_rows(lake), set()),
        ("that, and resolutions dropped", lambda: old_rows_and_no_resolutions(lake), None),
    ]  # fmt: skip
    for name, damage, expected in damages:
        damage()
        lake.run()
        assert lake.contents() == lake.whole, name
        if expected is not None:
            assert lake.recorded() == expected, name
        # Mended once is mended.
        assert lake.run() == Summary(), name
        assert lake.recorded() == set(), name
