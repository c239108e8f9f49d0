"""What an Iceberg table says of itself, through Iceberg's Java API: no Spark job, no SQL.

The metadata tables (``table.snapshots``) tell the same, at a Spark job a question.
https://iceberg.apache.org/docs/1.10.0/java-api-quickstart/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from pyspark.errors import AnalysisException
from pyspark.sql import SparkSession

#: Names one incarnation of a table: a table made anew is empty, whatever the manifest says.
TABLE_ID = "workbench.table-id"
#: In the summary of every snapshot that the job makes: the run that made it.
RUN_ID = "workbench.run-id"


@dataclass(frozen=True)
class Snapshot:
    """A state of a table. Sequence numbers only grow, also after a rollback."""

    id: int
    sequence_number: int
    rows_added: int = 0


@dataclass(frozen=True)
class History:
    """The snapshots that a table's present state descends from."""

    ids: frozenset[int]
    #: Where expiry has cut the history: the sequence number of the oldest snapshot left.
    cut_at: int | None = None

    def holds(self, snapshot_id: int, sequence_number: int | None) -> bool:
        """Whether what that snapshot added is part of the present state.

        Of what expiry took away only the age is known: it is older than the oldest that is left. A
        history whose oldest snapshot has no parent is whole, so nothing is older.
        """
        if snapshot_id in self.ids:
            return True
        return (
            self.cut_at is not None
            and sequence_number is not None
            and sequence_number < self.cut_at
        )


class IcebergTable:
    """A table as it was when it was opened or last refreshed."""

    def __init__(self, spark: SparkSession, name: str, table: Any) -> None:
        self._jvm: Any = spark._jvm
        self.name = name
        self._table = table
        self.id: str = table.properties().get(TABLE_ID) or ""

    def refresh(self) -> None:
        self._table.refresh()

    def column_names(self) -> set[str]:
        return {column.name() for column in self._table.schema().columns()}

    def snapshot(self) -> Snapshot | None:
        """The present one; None where nothing was ever written."""
        current = self._table.currentSnapshot()
        return None if current is None else _snapshot(current)

    def snapshots_of(self, run_id: str, after: Snapshot | None) -> list[Snapshot]:
        """What a run has made since, oldest first, rolled back or not."""
        since = after.sequence_number if after else 0
        # Back from the present one: as a rule it is the newest, and the walk ends at once.
        found = self._of_run(self._walk_back(since), run_id, since)
        return found or self._of_run(self._table.snapshots(), run_id, since)

    def _walk_back(self, since: int) -> Iterator[Any]:
        item = self._table.currentSnapshot()
        while item is not None and item.sequenceNumber() > since:
            yield item
            parent = item.parentId()
            item = None if parent is None else self._table.snapshot(parent)

    def _of_run(self, items: Iterable[Any], run_id: str, since: int) -> list[Snapshot]:
        found = [
            _snapshot(item)
            for item in items
            if item.sequenceNumber() > since and item.summary().get(RUN_ID) == run_id
        ]
        return sorted(found, key=lambda item: item.sequence_number)

    def history(self) -> History:
        ids = self._jvm.org.apache.iceberg.util.SnapshotUtil.currentAncestorIds(self._table)
        # As one text: one call instead of two for each snapshot.
        numbers = [int(text) for text in ids.toString().strip("[]").split(",") if text.strip()]
        if not numbers:
            return History(frozenset())
        oldest = self._table.snapshot(numbers[-1])
        is_whole = oldest.parentId() is None
        return History(frozenset(numbers), None if is_whole else oldest.sequenceNumber())


def open_table(spark: SparkSession, name: str) -> IcebergTable | None:
    """The table, or None where there is none of that name."""
    jvm: Any = spark._jvm
    session: Any = spark._jsparkSession
    # In a thread of its own Spark would not know whose catalogs are meant.
    jvm.org.apache.spark.sql.SparkSession.setActiveSession(session)
    try:
        table = jvm.org.apache.iceberg.spark.Spark3Util.loadIcebergTable(session, name)
    except AnalysisException as error:
        if "NOT_FOUND" in str(error):
            return None
        raise
    return IcebergTable(spark, name, table)


def sign_snapshots(spark: SparkSession, run_id: str) -> None:
    """Has Iceberg write the run's id into every snapshot that this application makes from now on.

    https://iceberg.apache.org/javadoc/1.10.0/org/apache/iceberg/EnvironmentContext.html
    """
    jvm: Any = spark._jvm
    jvm.org.apache.iceberg.EnvironmentContext.put(RUN_ID, run_id)


def _snapshot(snapshot: Any) -> Snapshot:
    added = snapshot.summary().get("added-records")
    return Snapshot(snapshot.snapshotId(), snapshot.sequenceNumber(), int(added or 0))
