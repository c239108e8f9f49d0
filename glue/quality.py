"""What a run checks of the data it has brought in, and the table ``data_quality`` it writes it to.

A check that fails stops nothing: the rows are in the tables by then, and what is wrong with them is
seen better than guessed. What is asked of the lines goes along where they are counted, one query
looks keys up in the table, and the rest Iceberg's metadata tells.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date

from iceberg import Snapshot
from lake import EtlError, Lake, day_bounds, root_cause, utc_now
from pyspark.sql import Column, Row
from pyspark.sql import functions as F
from table_metadata import added_files, java_table, live_rows
from tables import DATA_QUALITY, GITHUB_EVENTS, RESOLUTIONS, Table

#: Of a batch's keys so many are looked up in the table: those whose hashes are the smallest.
KEYS_LOOKED_UP = 1000
#: Clocks differ; what is further ahead than this is no clock's fault.
AHEAD_SECONDS = 3600
DAY_SECONDS = 86_400
#: Columns that nearly every event has; a share of nulls above the bound is worth a look.
NEARLY_ALWAYS = ("user_login", "user_id", "repo_id", "ingested_at", "source")
NULL_SHARE = 0.01
#: The name of what :func:`observations` gives.
QUALITY = "quality"
QUARANTINED_SHARE = 0.01


@dataclass(frozen=True)
class Facts:
    """What the run holds of its batch when all is merged."""

    #: What :data:`QUALITY` holds of each raw object; empty where no events landed.
    observed: Sequence[Row] = ()
    #: The days of the batch's events.
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


def observations() -> Column:
    """What is asked of each raw object's lines, beside their number: no query of its own.

    An aggregate over lines as :func:`transforms.parse_lines` has them.
    """
    readable, created = F.col("reason").isNull(), F.col("created_at")
    ahead = F.unix_timestamp(created) - F.unix_timestamp(utc_now())
    lacks = F.lit(False)
    for column in GITHUB_EVENTS.columns:
        if column.required:
            lacks |= F.col(column.name).isNull()

    def count(name: str, condition: Column) -> Column:
        return F.count_if(readable & condition).alias(name)

    key = F.when(readable, F.xxhash64(*GITHUB_EVENTS.key))
    return F.struct(
        count("events", F.lit(True)),
        count("without_required", lacks),
        count("too_old", F.year(created) < 2008),
        count("ahead", ahead > AHEAD_SECONDS),
        count("negative_commits", F.col("commits") < 0),
        *[count(f"null_{name}", F.col(name).isNull()) for name in NEARLY_ALWAYS],
        F.min(F.when(readable & (F.col("source") == "github"), -ahead)).alias("age_seconds"),
        F.slice(F.sort_array(F.collect_set(key)), 1, KEYS_LOOKED_UP).alias("keys"),
    ).alias(QUALITY)


def event_checks(lake: Lake, facts: Facts) -> list[Check]:
    if not facts.observed:
        return []
    share = facts.quarantined / facts.rows_read if facts.rows_read else 0.0
    quarantined = Check(
        GITHUB_EVENTS.name,
        "quarantined_share",
        share,
        f"{facts.quarantined} of {facts.rows_read} lines could not be read: see quarantine",
        upper_bound=QUARANTINED_SHARE,
        severity="warning",
    )
    if facts.rows_read == facts.quarantined:
        return [quarantined]
    keys = sorted({key for row in facts.observed for key in row["keys"]})[:KEYS_LOOKED_UP]
    copies = look_up(lake, facts.days, keys)
    return [
        quarantined,
        *rows_checks(lake, facts),
        *key_checks({key: copies[key] for key in keys}),
        *value_checks(facts.observed),
    ]


def look_up(lake: Lake, days: Sequence[date], keys: list[int]) -> Counter[int]:
    """How often the table has each of the keys, told by their hashes."""
    key = F.xxhash64(*GITHUB_EVENTS.key).alias("key")
    within = lake.read(GITHUB_EVENTS).where(day_bounds(days, "created_at")).select(key)
    return Counter(row["key"] for row in within.where(F.col("key").isin(keys)).collect())


def key_checks(copies: dict[int, int]) -> list[Check]:
    looked_up = len(copies)
    missing = sum(1 for count in copies.values() if count == 0)
    doubled = sum(1 for count in copies.values() if count > 1)
    return [
        Check(
            GITHUB_EVENTS.name,
            "keys_missing",
            missing,
            f"{missing} of {looked_up} keys looked up are not in the table",
            upper_bound=0,
        ),
        Check(
            GITHUB_EVENTS.name,
            "unique_key",
            doubled,
            f"{doubled} of {looked_up} keys looked up are there twice",
            upper_bound=0,
        ),
    ]


def rows_checks(lake: Lake, facts: Facts) -> list[Check]:
    name = GITHUB_EVENTS.name
    left = facts.rows_read - facts.quarantined - facts.rows_written
    checks = [
        Check(
            name,
            "rows_against_raw",
            left,
            f"{facts.rows_read} lines: {facts.rows_written} rows written, {facts.quarantined} "
            f"in quarantine, {left} there already",
            lower_bound=0,
        )
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


def value_checks(observed: Sequence[Row]) -> list[Check]:
    name = GITHUB_EVENTS.name

    def total(field: str) -> int:
        return sum(row[field] for row in observed)

    events = total("events")

    def none(check_name: str, field: str, what: str, severity: str = "failed") -> Check:
        found = total(field)
        detail = f"{found} of {events} events {what}"
        return Check(name, check_name, found, detail, upper_bound=0, severity=severity)

    checks = [
        none("null_required", "without_required", "lack a column that is never null"),
        none("created_at_too_old", "too_old", "are from before 2008"),
        none("created_at_ahead", "ahead", "are more than an hour ahead", "warning"),
        none("commits_negative", "negative_commits", "have less than 0 commits"),
    ]
    for column in NEARLY_ALWAYS:
        nulls = total(f"null_{column}")
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
    age_seconds = _least(row["age_seconds"] for row in observed)
    if age_seconds is not None:
        checks.append(
            Check(
                name,
                "freshness",
                age_seconds,
                f"the newest event that GitHub's API gave is {age_seconds / 3600:.1f} hours old",
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
    lake.add_to_log(DATA_QUALITY, rows, now="checked_at", doing="recording the checks")
