"""What Iceberg knows of a table beside its rows, through its own Java objects: no scan, no job."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lake import Lake
from tables import Table


@dataclass(frozen=True)
class Snapshot:
    """A state of the table, as one commit left it."""

    id: int
    parent_id: int | None
    sequence_number: int
    committed_at_ms: int
    summary: dict[str, str]

    def total(self, name: str) -> int:
        """A number of the summary; 0 where it is not said."""
        return int(self.summary.get(name, 0))


def java_table(lake: Lake, table: Table) -> Any:
    """Iceberg's own object of the table, as the table is now."""
    jvm: Any = lake.spark._jvm
    session = lake.spark._jsparkSession
    loaded = jvm.org.apache.iceberg.spark.Spark3Util.loadIcebergTable(session, lake.name(table))
    loaded.refresh()
    return loaded


def snapshots_of(loaded: Any) -> list[Snapshot]:
    """Every snapshot that is kept, oldest first."""
    snapshots = [_read(snapshot) for snapshot in _iterate(loaded.snapshots())]
    return sorted(snapshots, key=lambda snapshot: snapshot.sequence_number)


def ancestors_of(loaded: Any) -> list[Snapshot]:
    """The current snapshot and those it has come from, as far as they are kept; newest first."""
    by_id = {snapshot.id: snapshot for snapshot in snapshots_of(loaded)}
    current = loaded.currentSnapshot()
    found = []
    at = None if current is None else by_id.get(current.snapshotId())
    while at is not None:
        found.append(at)
        at = None if at.parent_id is None else by_id.get(at.parent_id)
    return found


def _read(snapshot: Any) -> Snapshot:
    return Snapshot(
        id=snapshot.snapshotId(),
        parent_id=snapshot.parentId(),
        sequence_number=snapshot.sequenceNumber(),
        committed_at_ms=snapshot.timestampMillis(),
        summary=dict(snapshot.summary()),
    )


def _iterate(items: Any) -> Iterator[Any]:
    iterator = items.iterator()
    while iterator.hasNext():
        yield iterator.next()
