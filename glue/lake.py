"""The Iceberg tables of one database: made, widened, merged into."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, NoReturn

from iceberg import TABLE_ID, IcebergTable, Snapshot, open_table
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from tables import TABLES, Table

CATALOG = "glue_catalog"

#: Merge-on-read, so that a MERGE with a matched clause is checked against what others committed
#: meanwhile; the metadata files of old snapshots' pointers are not kept for ever.
TABLE_PROPERTIES = {
    "format-version": "2",
    "write.merge.mode": "merge-on-read",
    "write.update.mode": "merge-on-read",
    "write.delete.mode": "merge-on-read",
    "write.metadata.delete-after-commit.enabled": "true",
    "write.metadata.previous-versions-max": "50",
}

COMMIT_CONFLICTS = (
    "ValidationException",
    "CommitFailedException",
    "CommitStateUnknownException",
    "ConcurrentModificationException",
)
MERGE_ATTEMPTS = 6
#: Beyond this many separate spells of days, one span from first to last is shorter to write.
MAX_SPELLS = 40


class EtlError(RuntimeError):
    """A step of the job failed; the message says which, and why, on one line."""


class Lake:
    """The tables of one database."""

    def __init__(self, spark: SparkSession, database: str, warehouse: str, run_id: str) -> None:
        self.spark = spark
        self.database = database
        self.warehouse = warehouse.rstrip("/")
        self.run_id = run_id
        self._tables: dict[Table, IcebergTable] = {}

    def name(self, table: Table) -> str:
        return f"{CATALOG}.`{self.database}`.`{table.name}`"

    def ensure_tables(self, tables: Sequence[Table] = TABLES) -> None:
        """Opens the tables; creates what is missing, adds the columns that one does not have yet.

        A database that is as it should be costs a call to the catalog a table.
        """
        opened = self._side_by_side(tables, self._open)
        missing = [table for table in tables if table not in opened]
        if missing:
            location = f"{self.warehouse}/{self.database}.db"
            self.spark.sql(
                f"CREATE DATABASE IF NOT EXISTS {CATALOG}.`{self.database}` "
                f"LOCATION '{_escape(location)}'"
            )
            self._side_by_side(missing, self._create)
        for table in tables:
            self._add_columns(table)

    def _side_by_side(
        self, tables: Sequence[Table], action: Callable[[Table], IcebergTable | None]
    ) -> dict[Table, IcebergTable]:
        """Each is a handful of calls to the catalog, and mostly waiting. Remembers what is open."""
        with ThreadPoolExecutor(max_workers=len(TABLES)) as pool:
            opened = dict(zip(tables, pool.map(action, tables), strict=True))
        self._tables |= {table: item for table, item in opened.items() if item is not None}
        return self._tables

    def _open(self, table: Table) -> IcebergTable | None:
        return open_table(self.spark, self.name(table))

    def _create(self, table: Table) -> IcebergTable | None:
        columns = ", ".join(
            f"`{c.name}` {c.type} COMMENT '{_escape(c.comment)}'" for c in table.columns
        )
        partitions = (
            f"PARTITIONED BY ({', '.join(table.partitioned_by)})" if table.partitioned_by else ""
        )
        properties = {**TABLE_PROPERTIES, TABLE_ID: str(uuid.uuid4())}
        pairs = ", ".join(f"'{key}'='{value}'" for key, value in properties.items())
        statement = (
            f"CREATE TABLE IF NOT EXISTS {self.name(table)} ({columns}) USING iceberg {partitions} "
            f"COMMENT '{_escape(table.comment)}' TBLPROPERTIES ({pairs})"
        )
        # Another run may be making it at this moment: then that one's stands.
        retrying(f"creating {self.database}.{table.name}", lambda: self.spark.sql(statement))
        return self._open(table)

    def _add_columns(self, table: Table) -> None:
        def add() -> None:
            opened = self.table(table)
            have = opened.column_names()
            missing = [column for column in table.columns if column.name not in have]
            if missing:
                columns = ", ".join(
                    f"`{c.name}` {c.type} COMMENT '{_escape(c.comment)}'" for c in missing
                )
                opened.refresh()
                self.spark.sql(f"ALTER TABLE {self.name(table)} ADD COLUMNS ({columns})")
                opened.refresh()

        retrying(f"adding columns to {self.database}.{table.name}", add)

    def table(self, table: Table) -> IcebergTable:
        """As it was when it was opened, merged into or read last."""
        opened = self._tables.get(table)
        if opened is None:
            raise EtlError(
                f"there is no table {self.database}.{table.name}: it was dropped meanwhile"
            )
        return opened

    def merge(
        self,
        table: Table,
        source: Callable[[], DataFrame],
        on: str = "",
        matched: str = "",
        insert: str = "",
    ) -> Snapshot:
        """Merges rows into ``table`` by its key.

        The first clause never fires. It is there because an insert-only MERGE commits as a plain
        append, which Iceberg lets two writers do at once, each with the same rows; with a matched
        clause the second to commit is refused, and retries on what the first has written.

        :param source: makes the rows; called for each attempt, since what they are computed from
            may have changed as well
        :param on: bounds for the scan of the table, as literals over ``t``
        :param matched: further WHEN MATCHED clauses
        :param insert: a condition for inserting
        :return: the snapshot that holds the rows, and how many were added
        """
        view = f"source_of_{table.name}"
        conditions = [f"t.`{name}` = s.`{name}`" for name in table.key] + ([on] if on else [])
        columns = ", ".join(f"`{name}`" for name in table.column_names)
        values = ", ".join(f"s.`{name}`" for name in table.column_names)
        statement = (
            f"MERGE INTO {self.name(table)} t USING {view} s ON {' AND '.join(conditions)} "
            f"WHEN MATCHED AND t.`{table.key[0]}` IS NULL THEN DELETE {matched} "
            f"WHEN NOT MATCHED {insert} THEN INSERT ({columns}) VALUES ({values})"
        )
        opened = self.table(table)
        before = opened.snapshot()

        def attempt() -> None:
            self._refresh(table)
            source().createOrReplaceTempView(view)
            self.spark.sql(statement)

        retrying(f"merging into {self.database}.{table.name}", attempt)
        opened.refresh()
        # Iceberg commits a MERGE also where nothing changed. Several: an attempt whose outcome the
        # catalog did not tell had gone through.
        made = opened.snapshots_of(self.run_id, before)
        if not made:
            raise EtlError(
                f"merging into {self.database}.{table.name}: the commit is not there; "
                "was the table dropped or its snapshots expired meanwhile? run the job again"
            )
        return replace(made[-1], rows_added=sum(item.rows_added for item in made))

    def read(self, table: Table) -> DataFrame:
        """The table as it is now: the catalog's cache may be some commits of others behind."""
        self._refresh(table)
        return self.spark.table(self.name(table))

    def read_at(self, table: Table, snapshot: Snapshot) -> DataFrame:
        """The table as that snapshot has it, whatever is committed meanwhile."""
        # Another run may have made it since Spark read the table's metadata.
        self.spark.catalog.refreshTable(self.name(table))
        return self.spark.read.option("snapshot-id", snapshot.id).table(self.name(table))

    def current(self, table: Table) -> Snapshot | None:
        """The table's snapshot at this moment; None where nothing was ever written."""
        self.table(table).refresh()
        return self.table(table).snapshot()

    def _refresh(self, table: Table) -> None:
        # Spark's own plan of the table, and Iceberg's copy of its metadata.
        self.spark.catalog.refreshTable(self.name(table))
        self.table(table).refresh()

    def append(self, table: Table, rows: DataFrame) -> None:
        rows.select(*table.column_names).writeTo(self.name(table)).append()

    def add_to_log(
        self, table: Table, rows: Sequence[Mapping[str, Any]], now: str, doing: str
    ) -> None:
        """Adds a handful of rows to a table that is a log, in one commit.

        :param now: the column that gets the present time
        :param doing: what is being done, for the error
        """
        columns = [column for column in table.columns if column.name != now]
        schema = ", ".join(f"{column.name}: {column.type}" for column in columns)
        # Through JSON, since createDataFrame would start Python workers for them.
        frame = (
            self.spark.range(1, numPartitions=1)
            .select(F.inline(F.from_json(F.lit(json.dumps(rows)), f"ARRAY<STRUCT<{schema}>>")))
            .withColumn(now, utc_now())
        )
        retrying(doing, lambda: self.append(table, frame))


def retrying(what: str, action: Callable[[], Any]) -> None:
    """Runs the action again where another writer committed first."""
    for attempt in range(1, MERGE_ATTEMPTS + 1):
        try:
            action()
            return
        except Exception as error:
            text = str(error)
            if attempt == MERGE_ATTEMPTS or not any(name in text for name in COMMIT_CONFLICTS):
                fail(what, error)
            print(f"{what}: another writer was first, attempt {attempt} repeated")
            time.sleep(attempt)


def fail(what: str, error: Exception) -> NoReturn:
    """Raises the error with its cause on one line: a Py4J error begins with pages of Java."""
    raise EtlError(f"{what}: {root_cause(error)}") from error


def root_cause(error: Exception) -> str:
    """The innermost Java exception where there is one, otherwise the error itself."""
    java = getattr(error, "java_exception", None)
    if java is None:
        return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error) else ''}"
    while java.getCause() is not None:
        java = java.getCause()
    return " ".join(str(java.toString()).split())[:1000]


def day_bounds(days: Iterable[date], column: str = "t.created_at") -> str:
    """The days as literal bounds, spells of neighbouring days joined.

    Without them the MERGE scans all history; one span from the first day to the last would do the
    same as soon as a single event is weeks late.
    """
    spells: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if spells and day - spells[-1][1] <= timedelta(days=1):
            spells[-1] = (spells[-1][0], day)
        else:
            spells.append((day, day))
    if len(spells) > MAX_SPELLS:
        spells = [(spells[0][0], spells[-1][1])]
    bounds = [
        f"({column} >= TIMESTAMP_NTZ '{first}' "
        f"AND {column} < TIMESTAMP_NTZ '{last + timedelta(days=1)}')"
        for first, last in spells
    ]
    return f"({' OR '.join(bounds)})" if bounds else "FALSE"


def utc_now() -> Column:
    return F.current_timestamp().cast("timestamp_ntz")


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace("'", "\\'")
