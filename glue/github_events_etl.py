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
from typing import Any

import transforms
from awsglue.utils import getResolvedOptions
from lake import CATALOG, EtlError, Lake, day_bounds, fail, retrying, utc_now
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F
from raw_objects import (
    RawObject,
    first_unreadable,
    list_raw_objects,
    read_lines,
    write_text,
)
from tables import GITHUB_EVENTS, PROCESSED_OBJECTS, QUARANTINE, RESOLUTIONS

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


def process(lake: Lake, objects: list[RawObject], table_id: str) -> Summary:
    """Brings the rows of the objects into the tables; the manifest comes last."""
    spark = lake.spark
    # Every step below reads the parsed rows, so that each line is parsed once.
    parsed = transforms.parse_lines(read_lines(spark, objects)).persist()
    try:
        try:
            per_object = transforms.count_lines(parsed).collect()
        except Exception as error:
            fail(f"reading {first_unreadable(spark, objects)}", error)
        rows_read = sum(row["rows_read"] for row in per_object)
        quarantined = sum(row["quarantined"] for row in per_object)
        summary = Summary(rows_read=rows_read, quarantined=quarantined, objects=len(objects))

        events = transforms.distinct_events(parsed, GITHUB_EVENTS.column_names)
        days = [day for row in per_object for day in row["days"]]
        if days:
            bounds = f"t.created_at = s.created_at AND {day_bounds(days)}"
            summary.rows_written = lake.merge(GITHUB_EVENTS, lambda: events, on=bounds)
        summary.duplicates = rows_read - quarantined - summary.rows_written
        if quarantined > 0:
            rows = transforms.quarantined_lines(parsed).withColumn("quarantined_at", utc_now())
            lake.merge(QUARANTINE, lambda: rows)
        if any(row["subjects"] > 0 for row in per_object):
            summary.resolutions_changed = merge_resolutions(lake, parsed)
        record_processed(lake, objects, per_object, table_id)
        return summary
    finally:
        parsed.unpersist()


def merge_resolutions(lake: Lake, parsed: DataFrame) -> int:
    """Computes the batch's issues and pull requests anew from all their events in the table.

    So neither the order of batches nor a run that died between two tables matters.
    """
    subjects = transforms.subjects_of(parsed.where(F.col("reason").isNull()))
    others = [name for name in RESOLUTIONS.column_names if name not in RESOLUTIONS.key]
    differs = " OR ".join(f"NOT (t.`{name}` <=> s.`{name}`)" for name in others)
    sets = ", ".join(f"t.`{name}` = s.`{name}`" for name in others)
    return lake.merge(
        RESOLUTIONS,
        lambda: transforms.resolve(lake.read(GITHUB_EVENTS), subjects),
        matched=(
            "WHEN MATCHED AND s.resolved_at IS NULL THEN DELETE "
            f"WHEN MATCHED AND ({differs}) THEN UPDATE SET {sets}"
        ),
        insert="AND s.resolved_at IS NOT NULL",
    )


def record_processed(
    lake: Lake, objects: list[RawObject], per_object: list[Any], table_id: str
) -> None:
    counted = {row["object_path"]: row for row in per_object}
    # An object with no line has no row in the counts, and is processed all the same.
    rows = [
        {
            "object_path": item.path,
            "rows_read": counted[item.path]["rows_read"] if item.path in counted else 0,
            "quarantined": counted[item.path]["quarantined"] if item.path in counted else 0,
            "table_id": table_id,
            "run_id": lake.run_id,
            "spark_app_id": lake.spark.sparkContext.applicationId,
        }
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
    try:
        lake.ensure_tables()
        table_id = lake.table_id(GITHUB_EVENTS)
        processed = lake.processed_paths(table_id)
    except EtlError:
        raise
    except Exception as error:
        fail(f"opening the tables of {lake.database}", error)
    landed = list_raw_objects(spark, arguments["raw_path"])
    objects = [item for item in landed if item.path not in processed]
    return process(lake, objects, table_id) if objects else Summary()


def main(argv: list[str]) -> None:
    arguments = getResolvedOptions(argv, ARGUMENTS)
    spark = SparkSession.builder.appName(arguments["JOB_NAME"]).getOrCreate()
    summary = run(spark, arguments)
    text = json.dumps(asdict(summary))
    write_text(spark, arguments["summary_path"], text)
    print(text)


if __name__ == "__main__":
    main(sys.argv)
