"""What a run checks of the data it has brought in, and the table ``data_quality`` it writes it to.

A check that fails stops nothing: the rows are in the tables by then, and what is wrong with them is
seen better than guessed. One query over what the run holds already; the rest Iceberg's metadata
tells.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date

from iceberg import Snapshot
from lake import EtlError, Lake, day_bounds, retrying, root_cause, utc_now
from pyspark.sql import Column, DataFrame, Row
from pyspark.sql import functions as F
from table_metadata import added_files, java_table, live_rows
from tables import DATA_QUALITY, GITHUB_EVENTS, RESOLUTIONS, Table

#: Of a batch's keys so many are looked up in the table, spread over all by their hash.
KEYS_LOOKED_UP = 20_000
#: Clocks differ; what is further ahead than this is no clock's fault.
AHEAD_SECONDS = 3600
DAY_SECONDS = 86_400
#: Columns that nearly every event has; a share of nulls above the bound is worth a look.
NEARLY_ALWAYS = ("user_login", "user_id", "repo_id", "ingested_at", "source")
NULL_SHARE = 0.01
QUARANTINED_SHARE = 0.01


@dataclass(frozen=True)
class Facts:
    """What the run holds of its batch when all is merged."""

    #: The batch's lines as :func:`transforms.parse_lines` has them; None where no events landed.
    parsed: DataFrame | None = None
    #: The days of its events.
    days: Sequence[date] = ()
    rows_read: int = 0
    rows_written: int = 0
    quarantined: int = 0
    #: By table that was merged into: the snapshot that holds the rows.
    merged: dict[Table, Snapshot] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """A value, the bounds it should lie in, and how bad it is where it does not."""

    table_name: str
    check_name: str
    observed: float
    detail: str
    lower_bound: float | None = None
    upper_bound: float | None = None
    severity: str = "failed"

    @property
    def status(self) -> str:
        too_low = self.lower_bound is not None and self.observed < self.lower_bound
        too_high = self.upper_bound is not None and self.observed > self.upper_bound
        return self.severity if too_low or too_high else "ok"


@dataclass
class Verdict:
    """The run's checks in numbers, as in its summary; ``problems`` says what was not ok."""

    ok: int = 0
    warning: int = 0
    failed: int = 0
    problems: list[str] = field(default_factory=list)


def check_run(lake: Lake, facts: Facts) -> Verdict:
    """Checks the batch, writes what came out to ``data_quality`` and to the log."""
    verdict = Verdict()
    try:
        checks = [*event_checks(lake, facts), *resolution_checks(lake, facts)]
        for check in checks:
            setattr(verdict, check.status, getattr(verdict, check.status) + 1)
            if check.status != "ok":
                problem = f"{check.table_name}, {check.check_name}: {check.detail}"
                verdict.problems.append(problem)
                print(f"WARNING data quality {check.status}: {problem}")
        if checks:
            record(lake, checks)
    except Exception as error:
        # The data is in, and the next run checks again.
        words = str(error) if isinstance(error, EtlError) else root_cause(error)
        problem = f"the checks could not be made: {words}"
        verdict.failed += 1
        verdict.problems.append(problem)
        print(f"WARNING data quality failed: {problem}")
    return verdict


def event_checks(lake: Lake, facts: Facts) -> list[Check]:
    if facts.parsed is None:
        return []
    readable = facts.rows_read - facts.quarantined
    quarantined = Check(
        GITHUB_EVENTS.name,
        "quarantined_share",
        facts.quarantined / facts.rows_read if facts.rows_read else 0.0,
        f"{facts.quarantined} of {facts.rows_read} lines could not be read: see quarantine",
        upper_bound=QUARANTINED_SHARE,
        severity="warning",
    )
    if readable == 0:
        return [quarantined]
    row = observe(lake, facts.parsed, facts.days, readable)
    return [quarantined, *rows_checks(lake, facts, row), *value_checks(row)]


def observe(lake: Lake, parsed: DataFrame, days: Sequence[date], readable: int) -> Row:
    """All that is asked of the batch and of the table, in one query.

    Of the keys one in ``every`` is looked up, chosen by its hash, so that every copy of a key is
    among those chosen or none is.
    """
    every = max(1, readable // KEYS_LOOKED_UP)
    chosen = F.pmod(F.xxhash64("event_type", "event_id"), F.lit(every)) == 0
    events = parsed.where(F.col("reason").isNull())
    keys = events.where(chosen).select("event_type", "event_id").distinct()
    table = lake.read(GITHUB_EVENTS).where(day_bounds(days, "created_at")).where(chosen)
    looked_up = (
        keys.join(
            table.select("event_type", "event_id", F.lit(1).alias("there")), [*keys.columns], "left"
        )
        .groupBy("event_type", "event_id")
        .agg(F.count("there").alias("copies"))
        .agg(
            F.count(F.lit(1)).alias("keys"),
            F.count_if(F.col("copies") == 0).alias("missing"),
            F.count_if(F.col("copies") > 1).alias("doubled"),
        )
    )
    asked = events.agg(*_aggregates(), F.lit(every).alias("every")).crossJoin(looked_up)
    (row,) = asked.collect()
    return row


def _aggregates() -> list[Column]:
    created, now = F.col("created_at"), utc_now()
    ahead = F.unix_timestamp(created) - F.unix_timestamp(now)
    required = [column.name for column in GITHUB_EVENTS.columns if column.required]
    lacks = F.lit(False)
    for name in required:
        lacks |= F.col(name).isNull()
    return [
        F.count(F.lit(1)).alias("events"),
        F.count_if(lacks).alias("without_required"),
        *[F.count_if(F.col(name).isNull()).alias(f"null_{name}") for name in NEARLY_ALWAYS],
        F.count_if(F.year(created) < 2008).alias("too_old"),
        F.count_if(ahead > AHEAD_SECONDS).alias("ahead"),
        F.count_if(F.col("commits") < 0).alias("negative_commits"),
        F.min(F.when(F.col("source") == "github", -ahead)).alias("age_seconds"),
    ]


def rows_checks(lake: Lake, facts: Facts, row: Row) -> list[Check]:
    name = GITHUB_EVENTS.name
    sample = "" if row["every"] == 1 else f" (one in {row['every']} looked up)"
    counted_again = row["events"] + facts.quarantined
    checks = [
        Check(
            name,
            "rows_against_raw",
            counted_again - facts.rows_read,
            f"{facts.rows_read} lines read, {counted_again} when counted again",
            lower_bound=0,
            upper_bound=0,
        ),
        Check(
            name,
            "keys_missing",
            row["missing"],
            f"{row['missing']} of {row['keys']} keys of the batch are not in the table{sample}",
            upper_bound=0,
        ),
        Check(
            name,
            "unique_key",
            row["doubled"],
            f"{row['doubled']} of {row['keys']} keys of the batch are there twice{sample}",
            upper_bound=0,
        ),
    ]
    merged = facts.merged.get(GITHUB_EVENTS)
    if merged is not None:
        loaded = java_table(lake, GITHUB_EVENTS)
        after = loaded.snapshot(merged.id)
        before = None if after.parentId() is None else loaded.snapshot(after.parentId())
        # Where an attempt of unknown outcome had gone through, rows lie in several snapshots.
        if after.parentId() is None or before is not None:
            grown = live_rows(after) - live_rows(before)
            checks.append(
                Check(
                    name,
                    "rows_written",
                    grown - facts.rows_written,
                    f"{facts.rows_written} rows written, the table has {grown} more",
                    lower_bound=0,
                    upper_bound=0,
                )
            )
    return checks


def value_checks(row: Row) -> list[Check]:
    name, events = GITHUB_EVENTS.name, row["events"]

    def none(check_name: str, observed: int, what: str, severity: str = "failed") -> Check:
        detail = f"{observed} of {events} events {what}"
        return Check(name, check_name, observed, detail, upper_bound=0, severity=severity)

    checks = [
        none("null_required", row["without_required"], "lack a column that is never null"),
        none("created_at_too_old", row["too_old"], "are from before 2008"),
        none("created_at_ahead", row["ahead"], "are more than an hour ahead", "warning"),
        none("commits_negative", row["negative_commits"], "have less than 0 commits"),
    ]
    for column in NEARLY_ALWAYS:
        nulls = row[f"null_{column}"]
        checks.append(
            Check(
                name,
                f"null_{column}",
                nulls / events,
                f"{nulls} of {events} events have no {column}",
                upper_bound=NULL_SHARE,
                severity="warning",
            )
        )
    if row["age_seconds"] is not None:
        hours = row["age_seconds"] / 3600
        checks.append(
            Check(
                name,
                "freshness",
                row["age_seconds"],
                f"the newest event that GitHub's API gave is {hours:.1f} hours old",
                upper_bound=DAY_SECONDS,
                severity="warning",
            )
        )
    return checks


def resolution_checks(lake: Lake, facts: Facts) -> list[Check]:
    """From the bounds that Iceberg keeps of each file the run has written."""
    merged = facts.merged.get(RESOLUTIONS)
    if merged is None:
        return []
    files = added_files(lake, java_table(lake, RESOLUTIONS), merged.id)
    if not files:
        return []
    name = RESOLUTIONS.name
    rows = sum(file.rows for file in files)
    checks = []
    shortest = _least(file.lower("seconds_to_resolution") for file in files)
    if shortest is not None:
        detail = f"the shortest of {rows} took {shortest} s"
        checks.append(Check(name, "seconds_to_resolution", shortest, detail, lower_bound=0))
    nulls = sum(file.nulls(c.name) for file in files for c in RESOLUTIONS.columns if c.required)
    checks.append(
        Check(
            name,
            "null_required",
            nulls,
            f"{nulls} values of {rows} rows are null that never are",
            upper_bound=0,
        )
    )
    return checks


def _least(values: Iterable[int | None]) -> int | None:
    return min((value for value in values if value is not None), default=None)


def record(lake: Lake, checks: list[Check]) -> None:
    rows = [{**asdict(check), "status": check.status, "run_id": lake.run_id} for check in checks]
    columns = [c for c in DATA_QUALITY.columns if c.name != "checked_at"]
    schema = ", ".join(f"{c.name}: {c.type}" for c in columns)
    frame = (
        lake.spark.range(1, numPartitions=1)
        .select(F.inline(F.from_json(F.lit(json.dumps(rows)), f"ARRAY<STRUCT<{schema}>>")))
        .withColumn("checked_at", utc_now())
    )
    retrying("recording the checks", lambda: lake.append(DATA_QUALITY, frame))
