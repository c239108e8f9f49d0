"""Keeps the tables fast and small: compaction, expiry of snapshots, removal of orphans.

Each step is one commit, or several, of Iceberg's own, so a reader sees a table before a step or
after it, and a run may be killed at any point or repeated. What another writer was faster at is
tried again, and then left for the next time with a warning.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from iceberg import open_table
from lake import CATALOG, COMMIT_CONFLICTS, EtlError, Lake, root_cause
from orphans import remove_orphans
from pyspark.sql import functions as F
from table_metadata import current_since, java_table, snapshot_times, total
from tables import PROCESSED_OBJECTS, Table

#: What is younger may belong to a run that has yet to commit.
LEAST_ORPHAN_AGE_HOURS = 24
#: A query or a job run may read a snapshot for this long after it has been replaced.
LEAST_RETENTION_HOURS = 1
ATTEMPTS = 3
#: Beyond this many, planning a query reads more manifests than it has to.
MANY_MANIFESTS = 8
HOUR_MS = 3_600_000
MEGABYTE = 1024 * 1024


@dataclass(frozen=True)
class Options:
    retention_hours: float = 168
    orphan_age_hours: float = 72
    target_file_mb: float = 128
    #: For tests, where nobody else writes or reads.
    allow_short_ages: bool = False

    def __post_init__(self) -> None:
        least = {
            "retention_hours": LEAST_RETENTION_HOURS,
            "orphan_age_hours": LEAST_ORPHAN_AGE_HOURS,
        }
        for name, bound in least.items():
            value = getattr(self, name)
            if value < 0 or (value < bound and not self.allow_short_ages):
                raise EtlError(
                    f"--{name} is {value:g}: at least {bound}, since files of a run or a query "
                    "that is under way would go (--allow_short_ages true where there is none)"
                )
        if self.target_file_mb < 1:
            raise EtlError(f"--target_file_mb is {self.target_file_mb:g}: at least 1")


@dataclass
class Report:
    """A table before and after, as in the summary."""

    table: str
    files_before: int = 0
    files_after: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    delete_files_before: int = 0
    delete_files_after: int = 0
    snapshots_before: int = 0
    snapshots_after: int = 0
    orphans_removed: int = 0
    orphan_bytes: int = 0
    warnings: list[str] = field(default_factory=list)


class TableMaintenance:
    """One table's maintenance."""

    def __init__(
        self, lake: Lake, table: Table, options: Options, now_ms: Callable[[], int]
    ) -> None:
        self.lake = lake
        self.table = table
        self.options = options
        self.now_ms = now_ms
        self.report = Report(table.name)

    def run(self, tell: Callable[[str], None]) -> Report:
        """Does all steps, each told before it begins."""
        self._note("before")
        for name, step in (
            ("compaction", self.compact),
            ("delete files", self.rewrite_deletes),
            ("manifests", self.rewrite_manifests),
            ("snapshots", self.expire),
            ("orphans", self.remove_orphans),
        ):
            tell(f"{self.table.name}: {name}")
            self._attempt(name, step)
        self._note("after")
        return self.report

    def compact(self) -> None:
        """Small files of a partition become one; rows that were deleted are left out.

        https://iceberg.apache.org/docs/1.10.0/spark-procedures/#rewrite_data_files
        """
        options = {
            "target-file-size-bytes": int(self.options.target_file_mb * MEGABYTE),
            "min-input-files": 2,
            "delete-file-threshold": 1,
            "remove-dangling-deletes": "true",
            # What is done stays done where a later part meets another writer.
            "partial-progress.enabled": "true",
            "max-concurrent-file-group-rewrites": min(
                5, max(1, self.lake.spark.sparkContext.defaultParallelism)
            ),
        }
        (row,) = self._call("rewrite_data_files", f"options => {_map(options)}")
        if row["failed_data_files_count"] > 0:
            # Why, only the whole in one commit tells: another writer, or a file that is broken.
            options["partial-progress.enabled"] = "false"
            self._call("rewrite_data_files", f"options => {_map(options)}")

    def rewrite_deletes(self) -> None:
        """What deletes are left, after compaction, apply to files that it had no reason to touch.

        https://iceberg.apache.org/docs/1.10.0/spark-procedures/#rewrite_position_delete_files
        """
        if self._totals()["total-delete-files"] > 0:
            self._call("rewrite_position_delete_files", "options => map('rewrite-all', 'true')")

    def rewrite_manifests(self) -> None:
        """https://iceberg.apache.org/docs/1.10.0/spark-procedures/#rewrite_manifests"""
        loaded = self._load()
        current = loaded.currentSnapshot()
        if current is not None and current.allManifests(loaded.io()).size() > MANY_MANIFESTS:
            self._call("rewrite_manifests", "use_caching => false")

    def expire(self) -> None:
        """Snapshots that were replaced before the retention began go, and files only they need.

        Iceberg goes by when a snapshot was made. That would take the one from readers that was made
        long ago and was the present one until just now: it counts here until when it was that.

        https://iceberg.apache.org/docs/1.10.0/spark-procedures/#expire_snapshots
        """
        since_ms = int(self.now_ms() - self.options.retention_hours * HOUR_MS)
        loaded = self._load()
        times = snapshot_times(loaded)
        kept = [times[id_] for id_ in current_since(loaded, since_ms) if id_ in times]
        before_ms = min(kept, default=0)
        if not any(time_ms < before_ms for time_ms in times.values()):
            return
        waiting = self.objects_to_read_again()
        if waiting > 0:
            self._warn(
                f"snapshots: none expired, since {waiting} raw objects were in a snapshot that was "
                "rolled back: the next run of github_events_etl reads them again"
            )
            return
        self._call(
            "expire_snapshots",
            f"older_than => TIMESTAMP '{_utc_text(before_ms)}'",
            "retain_last => 1",
            "stream_results => true",
        )

    def objects_to_read_again(self) -> int:
        """Raw objects whose rows were in a snapshot that is no ancestor of the current one.

        The manifest counts an object whose snapshot is older than all that are kept, for expiry
        takes snapshots from that end. One that was rolled back must not come to look like that
        before its objects have been read again.
        """
        opened = open_table(self.lake.spark, self.lake.name(self.table))
        if opened is None:
            return 0
        history = opened.history()
        counts = F.col("snapshot_id").isNull() | F.col("snapshot_id").isin(list(history.ids))
        if history.cut_at is not None:
            counts |= F.coalesce(F.col("sequence_number") < history.cut_at, F.lit(False))
        return (
            self.lake.spark.table(self.lake.name(PROCESSED_OBJECTS))
            .where(F.col("table_id") == opened.id)
            .groupBy("object_path")
            .agg(F.max(counts).alias("counts"))
            .where(~F.col("counts"))
            .count()
        )

    def remove_orphans(self) -> None:
        before_ms = int(self.now_ms() - self.options.orphan_age_hours * HOUR_MS)
        removed, bytes_ = remove_orphans(self.lake.spark, self._load(), before_ms)
        self.report.orphans_removed += removed
        self.report.orphan_bytes += bytes_

    def _attempt(self, name: str, step: Callable[[], None]) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                step()
                return
            except Exception as error:
                if not _is_conflict(error):
                    raise EtlError(f"{self.table.name}, {name}: {root_cause(error)}") from error
                if attempt == ATTEMPTS:
                    self._warn(f"{name}: left for the next time: {root_cause(error)}")
                else:
                    time.sleep(attempt)

    def _warn(self, words: str) -> None:
        self.report.warnings.append(words)
        print(f"WARNING {self.table.name}, {words}")

    def _call(self, procedure: str, *arguments: str) -> list[Any]:
        name = f"`{self.lake.database}`.`{self.table.name}`"
        texts = ", ".join([f"table => '{name}'", *arguments])
        return self.lake.spark.sql(f"CALL {CATALOG}.system.{procedure}({texts})").collect()

    def _load(self) -> Any:
        return java_table(self.lake, self.table)

    def _note(self, when: str) -> None:
        totals = self._totals()
        for field_name, name in (
            ("files", "total-data-files"),
            ("bytes", "total-files-size"),
            ("delete_files", "total-delete-files"),
            ("snapshots", "snapshots"),
        ):
            setattr(self.report, f"{field_name}_{when}", totals[name])

    def _totals(self) -> dict[str, int]:
        """From the current snapshot's summary: costs no scan."""
        loaded = self._load()
        current = loaded.currentSnapshot()
        names = ("total-data-files", "total-files-size", "total-delete-files")
        return {name: total(current, name) for name in names} | {
            "snapshots": len(snapshot_times(loaded))
        }


def _is_conflict(error: Exception) -> bool:
    return any(name in str(error) for name in COMMIT_CONFLICTS)


def _utc_text(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _map(options: dict[str, Any]) -> str:
    return f"map({', '.join(f'{key!r}, {str(value)!r}' for key, value in options.items())})"
