"""Coverage and enrichment messages → the rows of their tables: DataFrame → DataFrame, with no I/O.

What lands beside the events has been read once before it landed, so a line that cannot be read
here is a rare one; it is set aside like an event's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import transforms
from lake import day_bounds
from pyspark.sql import Column, DataFrame, Row, Window
from pyspark.sql import functions as F
from tables import COVERAGE, ENRICHMENT, Table

#: Beside the columns themselves: where the line stood in the topic.
PLACE = ("_partition", "_offset")


@dataclass(frozen=True)
class SideSource:
    """Raw objects that lie beside the events', and the table they go to."""

    #: The job's argument that names their path.
    argument: str
    table: Table
    #: Without these a line cannot be used.
    required: tuple[str, ...]
    #: Which of several copies stays: the first in this order.
    order: Callable[[], list[Column]]
    #: The times whose days bound the scan of the table, where the key has one.
    bounded_by: str | None = None
    #: Further WHEN MATCHED clauses of the MERGE.
    matched: str = ""


COVERAGE_SOURCE = SideSource(
    argument="coverage_path",
    table=COVERAGE,
    required=(*COVERAGE.key, "captured", "estimated"),
    order=lambda: [F.col("recorded_at").asc_nulls_last()],
    bounded_by="minute",
)

ENRICHMENT_SOURCE = SideSource(
    argument="enrichment_path",
    table=ENRICHMENT,
    required=(*ENRICHMENT.key, "status"),
    # An answer is worth more than the lack of one, whichever came first.
    order=lambda: [(F.col("status") != "ok").asc(), F.col("fetched_at").asc_nulls_last()],
    matched=(
        "WHEN MATCHED AND t.status <> 'ok' AND s.status = 'ok' THEN UPDATE SET "
        + ", ".join(f"t.`{name}` = s.`{name}`" for name in ENRICHMENT.column_names)
    ),
)

SIDE_SOURCES = (COVERAGE_SOURCE, ENRICHMENT_SOURCE)


def parse_side_lines(lines: DataFrame, source: SideSource) -> DataFrame:
    """``object_path, reason, raw_line``, the table's columns and ``position``, as for events."""
    names = (*source.table.column_names, *PLACE)
    schema = ", ".join(f"`{name}` STRING" for name in (*names, "_corrupt"))
    parsed = lines.where(F.length(F.trim("value")) > 0).select(
        "object_path",
        "value",
        F.from_json(
            "value", schema, {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": "_corrupt"}
        ).alias("m"),
    )
    columns = {c.name: _read(c.name, c.type) for c in source.table.columns}
    reason = (
        F.when(~F.ltrim("value").startswith("{"), "not a JSON object")
        .when(F.col("m").isNull() | F.col("m._corrupt").isNotNull(), transforms.NOT_OF_SHAPE)
        .otherwise(_missing({name: columns[name] for name in source.required}))
    )
    return parsed.select(
        "object_path",
        reason.alias("reason"),
        F.when(reason.isNotNull(), F.col("value")).alias("raw_line"),
        *[column.alias(name) for name, column in columns.items()],
        F.struct(*[F.col(f"m.{name}").cast("bigint").alias(name) for name in PLACE]).alias(
            "position"
        ),
    )


def _read(name: str, type_: str) -> Column:
    text = transforms.text(f"m.{name}")
    return text.cast("timestamp").cast(type_) if type_ == "timestamp_ntz" else text.cast(type_)


def _missing(columns: dict[str, Column]) -> Column:
    """The first of the columns that is null, in words; null where none is."""
    return F.coalesce(
        *[
            F.when(column.isNull(), f"{name} is missing or cannot be read")
            for name, column in columns.items()
        ]
    )


def distinct_rows(parsed: DataFrame, source: SideSource) -> DataFrame:
    """The readable rows, one for each key."""
    first = Window.partitionBy(*source.table.key).orderBy(
        *source.order(), "position", "object_path"
    )
    return (
        parsed.where(F.col("reason").isNull())
        .withColumn("nth", F.row_number().over(first))
        .where(F.col("nth") == 1)
        .select(*source.table.column_names)
    )


def count_side_lines(parsed: DataFrame, source: SideSource) -> DataFrame:
    """``object_path, rows_read, quarantined, subjects, lowest, highest, days``, as for events."""
    readable = F.col("reason").isNull()
    days = (
        F.collect_set(F.when(readable, F.to_date(source.bounded_by)))
        if source.bounded_by
        else F.array()
    )
    has_subjects = "subject_id" in source.table.column_names
    subject_id = F.when(readable, F.col("subject_id") if has_subjects else F.lit(None).cast("long"))
    return parsed.groupBy("object_path").agg(
        F.count(F.lit(1)).alias("rows_read"),
        F.count_if(~readable).alias("quarantined"),
        F.count(subject_id).alias("subjects"),
        F.min(subject_id).alias("lowest"),
        F.max(subject_id).alias("highest"),
        days.alias("days"),
    )


def bounds_of(per_object: list[Row], source: SideSource) -> str:
    """The MERGE's bounds for the scan of the table; empty where the key has no time."""
    if source.bounded_by is None:
        return ""
    return day_bounds((day for row in per_object for day in row["days"]), f"t.{source.bounded_by}")


def openings_of(enrichment: DataFrame) -> DataFrame:
    """``event_type, subject_id, opened_at`` of the pull requests whose opening was looked up."""
    return (
        enrichment.where(
            (F.col("kind") == "pull_opened")
            & F.col("opened_at").isNotNull()
            & F.col("subject_id").isNotNull()
        )
        .groupBy("event_type", "subject_id")
        .agg(F.min("opened_at").alias("opened_at"))
    )
