"""The Glue job github_events_etl: raw objects → the Iceberg tables of one database.

Runs unchanged on AWS Glue 5.1 and under a local spark-submit: a plain SparkSession, Hadoop's file
system for the raw objects, and the catalog that the job's ``--conf`` configures. Any run may be
repeated, or killed at any point: what is merged twice is there once, and an object counts as
processed only after its rows are in the tables.
"""

from __future__ import annotations

import json
import sys
import uuid
from dataclasses import asdict, dataclass

import transforms
from awsglue.utils import getResolvedOptions
from lake import CATALOG, EtlError, Lake, day_bounds, fail, retrying, utc_now
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from raw_objects import (
    RawObject,
    first_unreadable,
    list_raw_objects,
    read_lines,
    write_text,
)
from side_messages import (
    ENRICHMENT_SOURCE,
    SIDE_SOURCES,
    SideSource,
    bounds_of,
    count_side_lines,
    distinct_rows,
    openings_of,
    parse_side_lines,
)
from tables import ENRICHMENT, GITHUB_EVENTS, PROCESSED_OBJECTS, QUARANTINE, RESOLUTIONS, Table

#: Raw objects and the table their rows go to.
Batch = dict[Table, list[RawObject]]

ARGUMENTS = ["JOB_NAME", "raw_path", "database", "warehouse", "summary_path"]


@dataclass
class Summary:
    """What a run did; written as JSON to --summary_path."""

    rows_read: int = 0
    rows_written: int = 0
    duplicates: int = 0
    quarantined: int = 0
    objects: int = 0
    resolutions_changed: int = 0
    coverage_rows: int = 0
    enrichment_rows: int = 0


class Run:
    """Brings a batch into the tables; of each object the manifest comes last."""

    def __init__(self, lake: Lake, batch: Batch, table_ids: dict[Table, str]) -> None:
        self.lake = lake
        self.batch = batch
        self.table_ids = table_ids
        self.summary = Summary()
        #: Issues and pull requests of which the batch tells something new.
        self.subjects: list[DataFrame] = []
        self.counts: dict[Table, list[Row]] = {}
        self.cached: list[DataFrame] = []

    def process(self) -> Summary:
        try:
            for source in SIDE_SOURCES:
                if self.batch.get(source.table):
                    self.merge_side(source)
            if self.batch.get(GITHUB_EVENTS):
                self.merge_events()
            if self.subjects:
                self.summary.resolutions_changed = self.merge_resolutions()
            record_processed(self.lake, self.batch, self.counts, self.table_ids)
            return self.summary
        finally:
            for frame in self.cached:
                frame.unpersist()

    def merge_events(self) -> None:
        lake, summary = self.lake, self.summary
        objects = self.batch[GITHUB_EVENTS]
        parsed = self.keep(transforms.parse_lines(read_lines(lake.spark, objects)))
        per_object = self.count(GITHUB_EVENTS, transforms.count_lines(parsed))
        summary.objects = len(objects)
        summary.rows_read = sum(row["rows_read"] for row in per_object)
        summary.quarantined = sum(row["quarantined"] for row in per_object)

        events = transforms.distinct_events(parsed, GITHUB_EVENTS.column_names)
        days = [day for row in per_object for day in row["days"]]
        if days:
            bounds = f"t.created_at = s.created_at AND {day_bounds(days)}"
            summary.rows_written = lake.merge(GITHUB_EVENTS, lambda: events, on=bounds)
        summary.duplicates = summary.rows_read - summary.quarantined - summary.rows_written
        self.quarantine(parsed, per_object)
        if any(row["subjects"] > 0 for row in per_object):
            self.subjects.append(transforms.subjects_of(parsed.where(F.col("reason").isNull())))

    def merge_side(self, source: SideSource) -> None:
        lake, table = self.lake, source.table
        lines = read_lines(lake.spark, self.batch[table])
        parsed = self.keep(parse_side_lines(lines, source))
        per_object = self.count(table, count_side_lines(parsed, source))
        if any(row["rows_read"] > row["quarantined"] for row in per_object):
            rows = distinct_rows(parsed, source)
            bounds = bounds_of(per_object, source)
            added = lake.merge(table, lambda: rows, on=bounds, matched=source.matched)
            setattr(self.summary, f"{table.name}_rows", added)
        self.quarantine(parsed, per_object)
        if source is ENRICHMENT_SOURCE:
            openings = openings_of(parsed.where(F.col("reason").isNull()))
            self.subjects.append(openings.select("event_type", "subject_id"))

    def merge_resolutions(self) -> int:
        """Computes the batch's issues and pull requests anew from all their events in the table.

        So neither the order of batches nor a run that died between two tables matters.
        """
        lake = self.lake
        subjects = self.subjects[0]
        for others in self.subjects[1:]:
            subjects = subjects.union(others).distinct()
        has_enrichment = bool(self.batch.get(ENRICHMENT)) or lake.has_rows(ENRICHMENT)

        def resolved() -> DataFrame:
            openings = openings_of(lake.read(ENRICHMENT)) if has_enrichment else None
            return transforms.resolve(lake.read(GITHUB_EVENTS), subjects, openings)

        columns = [name for name in RESOLUTIONS.column_names if name not in RESOLUTIONS.key]
        differs = " OR ".join(f"NOT (t.`{name}` <=> s.`{name}`)" for name in columns)
        sets = ", ".join(f"t.`{name}` = s.`{name}`" for name in columns)
        return lake.merge(
            RESOLUTIONS,
            resolved,
            matched=(
                "WHEN MATCHED AND s.resolved_at IS NULL THEN DELETE "
                f"WHEN MATCHED AND ({differs}) THEN UPDATE SET {sets}"
            ),
            insert="AND s.resolved_at IS NOT NULL",
        )

    def keep(self, parsed: DataFrame) -> DataFrame:
        """Every step reads the parsed rows: each line is parsed once."""
        self.cached.append(parsed.persist())
        return parsed

    def count(self, table: Table, counts: DataFrame) -> list[Row]:
        try:
            self.counts[table] = counts.collect()
        except Exception as error:
            fail(f"reading {first_unreadable(self.lake.spark, self.batch[table])}", error)
        return self.counts[table]

    def quarantine(self, parsed: DataFrame, per_object: list[Row]) -> None:
        if any(row["quarantined"] > 0 for row in per_object):
            rows = transforms.quarantined_lines(parsed).withColumn("quarantined_at", utc_now())
            self.lake.merge(QUARANTINE, lambda: rows)


def record_processed(
    lake: Lake, batch: Batch, counts: dict[Table, list[Row]], table_ids: dict[Table, str]
) -> None:
    counted = {row["object_path"]: row for rows in counts.values() for row in rows}
    # An object with no line has no row in the counts, and is processed all the same.
    rows = [
        {
            "object_path": item.path,
            "rows_read": counted[item.path]["rows_read"] if item.path in counted else 0,
            "quarantined": counted[item.path]["quarantined"] if item.path in counted else 0,
            "table_name": table.name,
            "table_id": table_ids[table],
            "run_id": lake.run_id,
            "spark_app_id": lake.spark.sparkContext.applicationId,
        }
        for table, objects in batch.items()
        for item in objects
    ]
    columns = [c for c in PROCESSED_OBJECTS.columns if c.name != "processed_at"]
    schema = ", ".join(f"{c.name}: {c.type}" for c in columns)
    # Through JSON, since createDataFrame would start Python workers for a handful of rows.
    frame = (
        lake.spark.range(1)
        .select(F.inline(F.from_json(F.lit(json.dumps(rows)), f"ARRAY<STRUCT<{schema}>>")))
        .withColumn("processed_at", utc_now())
    )
    retrying("recording the objects", lambda: lake.append(PROCESSED_OBJECTS, frame))


def run(spark: SparkSession, arguments: dict[str, str]) -> Summary:
    run_id = arguments.get("JOB_RUN_ID") or f"run-{uuid.uuid4()}"
    if spark.conf.get(f"spark.sql.catalog.{CATALOG}", None) is None:
        raise EtlError(f"the catalog {CATALOG} is not configured: the job's --conf is missing")
    # Times are cast in the session's zone.
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    lake = Lake(spark, arguments["database"], arguments["warehouse"], run_id)
    landed: Batch = {GITHUB_EVENTS: list_raw_objects(spark, arguments["raw_path"])}
    for source in SIDE_SOURCES:
        if source.argument in arguments:
            landed[source.table] = list_raw_objects(spark, arguments[source.argument])
    try:
        lake.ensure_tables()
        # Of tables with nothing landed for them nothing is asked.
        table_ids = {table: lake.table_id(table) for table, objects in landed.items() if objects}
        processed = lake.processed_paths(table_ids.values()) if table_ids else set()
    except EtlError:
        raise
    except Exception as error:
        fail(f"opening the tables of {lake.database}", error)
    batch = {
        table: [item for item in objects if item.path not in processed]
        for table, objects in landed.items()
    }
    return Run(lake, batch, table_ids).process() if any(batch.values()) else Summary()


def main(argv: list[str]) -> None:
    # A job that was started by an older caller names fewer paths.
    names = [*(source.argument for source in SIDE_SOURCES), "progress_path"]
    optional = [name for name in names if f"--{name}" in argv]
    arguments = getResolvedOptions(argv, [*ARGUMENTS, *optional])
    spark = SparkSession.builder.appName(arguments["JOB_NAME"]).getOrCreate()
    summary = run(spark, arguments)
    text = json.dumps(asdict(summary))
    write_text(spark, arguments["summary_path"], text)
    print(text)


if __name__ == "__main__":
    main(sys.argv)
