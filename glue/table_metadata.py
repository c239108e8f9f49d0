"""What Iceberg knows of a table's files and snapshots, by its Java objects: no scan, no job."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lake import Lake
from tables import Table


def java_table(lake: Lake, table: Table) -> Any:
    """Iceberg's own object of the table, as the table is now."""
    jvm: Any = lake.spark._jvm
    session = lake.spark._jsparkSession
    # In a thread of its own Spark would not know whose catalogs are meant.
    jvm.org.apache.spark.sql.SparkSession.setActiveSession(session)
    loaded = jvm.org.apache.iceberg.spark.Spark3Util.loadIcebergTable(session, lake.name(table))
    loaded.refresh()
    return loaded


def snapshot_times(loaded: Any) -> dict[int, int]:
    """When each snapshot that is kept was committed, in milliseconds, by its id."""
    return {item.snapshotId(): item.timestampMillis() for item in _iterate(loaded.snapshots())}


def current_since(loaded: Any, since_ms: int) -> set[int]:
    """The snapshots that were the table's present one at that time or after it, by their ids."""
    found: set[int] = set()
    at_that_time: int | None = None
    for entry in _iterate(loaded.history()):
        if entry.timestampMillis() <= since_ms:
            at_that_time = entry.snapshotId()
        else:
            found.add(entry.snapshotId())
    return found if at_that_time is None else found | {at_that_time}


def total(snapshot: Any, name: str) -> int:
    """A number of a snapshot's summary; 0 where there is no snapshot, or it does not say."""
    return 0 if snapshot is None else int(snapshot.summary().get(name) or 0)


def live_rows(snapshot: Any) -> int:
    """Rows of the table as that snapshot has it: the job makes no equality deletes."""
    return total(snapshot, "total-records") - total(snapshot, "total-position-deletes")


def _iterate(items: Any) -> Iterator[Any]:
    iterator = items.iterator()
    while iterator.hasNext():
        yield iterator.next()


class FileFacts:
    """What Iceberg noted of a data file when it was written."""

    def __init__(self, jvm: Any, schema: Any, file: Any) -> None:
        self._jvm = jvm
        self._schema = schema
        self._file = file
        self.rows = int(file.recordCount())

    def lower(self, column: str) -> Any:
        """The least value of a column; None where all are null, or nothing was noted."""
        field = self._schema.findField(column)
        bounds = self._file.lowerBounds()
        bound = None if bounds is None else bounds.get(field.fieldId())
        if bound is None:
            return None
        return self._jvm.org.apache.iceberg.types.Conversions.fromByteBuffer(field.type(), bound)

    def nulls(self, column: str) -> int:
        counts = self._file.nullValueCounts()
        found = None if counts is None else counts.get(self._schema.findField(column).fieldId())
        return int(found or 0)


#: Beyond this many, asking each would take longer than it is worth: the first are looked at.
MOST_FILES = 200


def added_files(lake: Lake, loaded: Any, snapshot_id: int) -> list[FileFacts]:
    """The data files that a snapshot added, as far as :data:`MOST_FILES` goes."""
    snapshot = loaded.snapshot(snapshot_id)
    if snapshot is None:
        return []
    files = _iterate(snapshot.addedDataFiles(loaded.io()))
    return [
        FileFacts(lake.spark._jvm, loaded.schema(), file)
        for file, _ in zip(files, range(MOST_FILES), strict=False)
    ]
