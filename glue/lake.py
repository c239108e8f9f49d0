"""The Iceberg tables of one database: made, widened, merged into."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any, NoReturn

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F
from tables import PROCESSED_OBJECTS, TABLES, Table

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
#: Names one incarnation of a table: a table made anew is empty, whatever the manifest says.
TABLE_ID = "workbench.table-id"
#: Iceberg shows it among a table's properties.
CURRENT_SNAPSHOT = "current-snapshot-id"
#: Spark writes its application's id into the summary of every snapshot it makes.
APPLICATION_ID = "spark.app.id"

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

    def name(self, table: Table) -> str:
        return f"{CATALOG}.`{self.database}`.`{table.name}`"

    def ensure_tables(self) -> None:
        """Creates what is missing, and adds the columns that a table does not have yet."""
        location = f"{self.warehouse}/{self.database}.db"
        existing = self._existing_tables()
        if existing is None:
            self.spark.sql(
                f"CREATE DATABASE IF NOT EXISTS {CATALOG}.`{self.database}` "
                f"LOCATION '{_escape(location)}'"
            )
        # Side by side: each is a handful of calls to the catalog, and mostly waiting.
        with ThreadPoolExecutor(max_workers=len(TABLES)) as pool:
            list(pool.map(lambda table: self._ensure(table, existing or set()), TABLES))

    def _ensure(self, table: Table, existing: set[str]) -> None:
        if table.name in existing:
            self._add_columns(table)
        else:
            self._create(table)

    def _existing_tables(self) -> set[str] | None:
        databases = self.spark.sql(f"SHOW DATABASES IN {CATALOG}").collect()
        if self.database not in {row[0] for row in databases}:
            return None
        rows = self.spark.sql(f"SHOW TABLES IN {CATALOG}.`{self.database}`").collect()
        return {row["tableName"] for row in rows}

    def _create(self, table: Table) -> None:
        columns = ", ".join(
            f"`{c.name}` {c.type} COMMENT '{_escape(c.comment)}'" for c in table.columns
        )
        partitions = (
            f"PARTITIONED BY ({', '.join(table.partitioned_by)})" if table.partitioned_by else ""
        )
        properties = {**TABLE_PROPERTIES, TABLE_ID: str(uuid.uuid4())}
        pairs = ", ".join(f"'{key}'='{value}'" for key, value in properties.items())
        self.spark.sql(
            f"CREATE TABLE IF NOT EXISTS {self.name(table)} ({columns}) USING iceberg {partitions} "
            f"COMMENT '{_escape(table.comment)}' TBLPROPERTIES ({pairs})"
        )

    def _add_columns(self, table: Table) -> None:
        have = set(self.spark.table(self.name(table)).columns)
        missing = [column for column in table.columns if column.name not in have]
        if missing:
            columns = ", ".join(
                f"`{c.name}` {c.type} COMMENT '{_escape(c.comment)}'" for c in missing
            )
            self.spark.sql(f"ALTER TABLE {self.name(table)} ADD COLUMNS ({columns})")

    def table_id(self, table: Table) -> str:
        return self._properties(table).get(TABLE_ID, "")

    def has_rows(self, table: Table) -> bool:
        """Whether anything was ever written to the table; costs no scan."""
        return self._properties(table).get(CURRENT_SNAPSHOT, "none") != "none"

    def _properties(self, table: Table) -> dict[str, str]:
        rows = self.spark.sql(f"SHOW TBLPROPERTIES {self.name(table)}").collect()
        return {row["key"]: row["value"] for row in rows}

    def merge(
        self,
        table: Table,
        source: Callable[[], DataFrame],
        on: str = "",
        matched: str = "",
        insert: str = "",
    ) -> int:
        """Merges rows into ``table`` by its key; returns the rows added.

        The first clause never fires. It is there because an insert-only MERGE commits as a plain
        append, which Iceberg lets two writers do at once, each with the same rows; with a matched
        clause the second to commit is refused, and retries on what the first has written.

        :param source: makes the rows; called for each attempt, since what they are computed from
            may have changed as well
        :param on: bounds for the scan of the table, as literals over ``t``
        :param matched: further WHEN MATCHED clauses
        :param insert: a condition for inserting
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

        def attempt() -> None:
            self.spark.catalog.refreshTable(self.name(table))
            source().createOrReplaceTempView(view)
            self.spark.sql(statement)

        retrying(f"merging into {self.database}.{table.name}", attempt)
        return self.added_by_this_run(table)

    def read(self, table: Table) -> DataFrame:
        """The table as it is now: the catalog's cache may be some commits of others behind."""
        self.spark.catalog.refreshTable(self.name(table))
        return self.spark.table(self.name(table))

    def append(self, table: Table, rows: DataFrame) -> None:
        rows.select(*table.column_names).writeTo(self.name(table)).append()

    def added_by_this_run(self, table: Table) -> int:
        """Rows added to the table by the snapshots of this run."""
        rows = self.spark.sql(
            f"SELECT summary['added-records'] AS added FROM {self.name(table)}.snapshots "
            f"WHERE summary['{APPLICATION_ID}'] = '{self.spark.sparkContext.applicationId}'"
        ).collect()
        return sum(int(row["added"] or 0) for row in rows)

    def processed_paths(self, table_ids: Iterable[str]) -> set[str]:
        """Objects whose rows are in tables that stand now."""
        manifest = self.spark.table(self.name(PROCESSED_OBJECTS))
        rows = manifest.where(F.col("table_id").isin(*table_ids)).select("object_path").collect()
        return {row["object_path"] for row in rows}


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
