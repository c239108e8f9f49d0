"""Which raw objects are in the tables: ``processed_objects``, read against the tables' histories.

For each object the log has a row for each table that its rows went to, with the snapshot that holds
them. A row counts only while that snapshot is part of the table's present state; so a table that
was dropped, made anew or rolled back, like a manifest that was, leads to the objects being read
again whose rows are missing, and to no others.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from iceberg import History, Snapshot
from lake import Lake
from tables import GITHUB_EVENTS, PROCESSED_OBJECTS, QUARANTINE, RESOLUTIONS, Table


class Entry(NamedTuple):
    """A row of the manifest, as far as it decides anything."""

    object_path: str
    quarantined: int
    #: None in rows from before snapshots were recorded.
    table_name: str | None
    table_id: str
    snapshot_id: int | None = None
    sequence_number: int | None = None


@dataclass(frozen=True)
class TableState:
    """A table as it stands now."""

    id: str
    history: History

    def counts(self, entry: Entry) -> bool:
        if entry.table_id != self.id:
            return False
        if entry.snapshot_id is None:
            # It had no rows for the table, or is from before snapshots were recorded.
            return True
        return self.history.holds(entry.snapshot_id, entry.sequence_number)


@dataclass
class Verdict:
    """What the manifest says of the objects."""

    #: All rows of these are in the tables they went to.
    processed: set[str] = field(default_factory=set)
    #: Of these the events are there and the resolutions drawn from them are not.
    unresolved: set[str] = field(default_factory=set)
    #: Whether any of it rests on rows from before snapshots were recorded.
    has_old_rows: bool = False


def judge(entries: Iterable[Entry], states: Mapping[str, TableState]) -> Verdict:
    """Weighs the manifest's rows against the tables as they stand.

    :param states: by name, of the tables that objects landed for, of ``quarantine`` and
        ``resolutions``
    """
    verdict = Verdict()
    sound: set[str] = set()
    aside: set[str] = set()
    set_aside: set[str] = set()
    drawn: set[str] = set()
    resolved: set[str] = set()
    ids = {state.id for name, state in states.items() if name not in DERIVED}
    for entry in entries:
        if entry.table_name is None:
            if entry.table_id in ids:
                verdict.processed.add(entry.object_path)
                verdict.has_old_rows = True
            continue
        state = states.get(entry.table_name)
        counts = state is not None and state.counts(entry)
        if entry.table_name == RESOLUTIONS.name:
            (resolved if counts else drawn).add(entry.object_path)
        elif entry.table_name == QUARANTINE.name:
            if counts:
                set_aside.add(entry.object_path)
        elif counts:
            sound.add(entry.object_path)
            if entry.quarantined > 0:
                aside.add(entry.object_path)
    verdict.processed |= sound - (aside - set_aside)
    verdict.unresolved = (drawn - resolved) & verdict.processed
    return verdict


#: Tables that rows come to besides the table of their object.
DERIVED = frozenset({QUARANTINE.name, RESOLUTIONS.name})


def read_manifest(lake: Lake, landed_for: Iterable[Table]) -> Verdict:
    """What the manifest says now; empty, at no cost, where nothing was ever recorded."""
    if lake.table(PROCESSED_OBJECTS).snapshot() is None:
        return Verdict()
    states = {}
    for table in {*landed_for, QUARANTINE, RESOLUTIONS}:
        opened = lake.table(table)
        states[table.name] = TableState(opened.id, opened.history())
    rows = lake.read(PROCESSED_OBJECTS).select(*Entry._fields).collect()
    entries = (Entry(*row) for row in rows)
    verdict = judge(entries, states)
    if verdict.has_old_rows and is_empty_beside_events(lake):
        verdict.unresolved |= verdict.processed
    return verdict


def is_empty_beside_events(lake: Lake) -> bool:
    """Whether nothing was ever written to ``resolutions``, and something was to the events."""
    return (
        lake.table(RESOLUTIONS).snapshot() is None
        and lake.table(GITHUB_EVENTS).snapshot() is not None
    )


class Record(NamedTuple):
    """What is to be remembered of an object: a table its rows went to."""

    object_path: str
    rows_read: int
    quarantined: int
    table: Table
    #: None where it had no rows for the table.
    snapshot: Snapshot | None


def record_processed(lake: Lake, records: Iterable[Record]) -> None:
    """Adds to the manifest in one commit: of an object all is remembered, or nothing."""
    rows = [
        {
            "object_path": record.object_path,
            "rows_read": record.rows_read,
            "quarantined": record.quarantined,
            "table_name": record.table.name,
            "table_id": lake.table(record.table).id,
            "snapshot_id": record.snapshot.id if record.snapshot else None,
            "sequence_number": record.snapshot.sequence_number if record.snapshot else None,
            "run_id": lake.run_id,
            "spark_app_id": lake.spark.sparkContext.applicationId,
        }
        for record in records
    ]
    lake.add_to_log(PROCESSED_OBJECTS, rows, now="processed_at", doing="recording the objects")
