"""The Glue job github_events_maintenance: the tables' small files, old snapshots and orphans.

Runs beside the job github_events_etl, at any time and as often as wished.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from awsglue.utils import getResolvedOptions
from iceberg import open_table
from lake import CATALOG, EtlError, Lake
from maintenance import Options, Report, TableMaintenance
from progress import Progress
from pyspark.sql import SparkSession
from raw_objects import write_text
from tables import ALL_TABLES, MAINTENANCE_RUNS, Table

ARGUMENTS = ["JOB_NAME", "database", "warehouse", "summary_path"]
NUMBERS = ["retention_hours", "orphan_age_hours", "target_file_mb"]
OPTIONAL = [*NUMBERS, "progress_path", "tables", "allow_short_ages"]
#: Steps of a table's maintenance, each a stage.
STEPS = 5


def run(spark: SparkSession, arguments: dict[str, str], progress: Progress) -> dict[str, Any]:
    """Maintains the tables; of several failures the first is raised, after all had their turn."""
    options = options_of(arguments)
    if spark.conf.get(f"spark.sql.catalog.{CATALOG}", None) is None:
        raise EtlError(f"the catalog {CATALOG} is not configured: the job's --conf is missing")
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    run_id = arguments.get("JOB_RUN_ID") or f"run-{uuid.uuid4()}"
    lake = Lake(spark, arguments["database"], arguments["warehouse"], run_id)
    reports, failures = maintain(
        lake, tables_of(lake, arguments.get("tables")), options, progress.stage
    )
    if reports:
        record(lake, reports, options)
    if failures:
        raise failures[0]
    return {
        "tables": [asdict(report) for report in reports],
        "retention_hours": options.retention_hours,
        "orphan_age_hours": options.orphan_age_hours,
    }


def maintain(
    lake: Lake, tables: list[Table], options: Options, tell: Callable[[str], None]
) -> tuple[list[Report], list[EtlError]]:
    reports: list[Report] = []
    failures: list[EtlError] = []
    for table in tables:
        maintenance = TableMaintenance(lake, table, options, lambda: int(time.time() * 1000))
        try:
            reports.append(maintenance.run(tell))
        except EtlError as error:
            print(f"ERROR {error}")
            failures.append(error)
    return reports, failures


def options_of(arguments: dict[str, str]) -> Options:
    numbers = {}
    for name in NUMBERS:
        if name in arguments:
            try:
                numbers[name] = float(arguments[name])
            except ValueError:
                raise EtlError(f"--{name} is {arguments[name]!r}: give a number") from None
    return Options(**numbers, allow_short_ages=arguments.get("allow_short_ages") == "true")


def tables_of(lake: Lake, names: str | None) -> list[Table]:
    """The tables named that exist; all of them where none is named."""
    known = {table.name: table for table in ALL_TABLES}
    wanted = [name.strip() for name in names.split(",")] if names else list(known)
    for name in wanted:
        if name not in known:
            raise EtlError(f"--tables names {name!r}: the tables are {', '.join(known)}")
    return [
        known[name] for name in wanted if open_table(lake.spark, lake.name(known[name])) is not None
    ]


def record(lake: Lake, reports: list[Report], options: Options) -> None:
    """Adds the figures to ``maintenance_runs``, where ``status`` and everybody else finds them."""
    lake.ensure_tables([MAINTENANCE_RUNS])
    rows = [
        {
            **asdict(report),
            "table_name": report.table,
            "run_id": lake.run_id,
            "retention_hours": options.retention_hours,
            "warnings": "; ".join(report.warnings) or None,
        }
        for report in reports
    ]
    lake.add_to_log(MAINTENANCE_RUNS, rows, now="maintained_at", doing="recording the maintenance")


def main(argv: list[str]) -> None:
    optional = [name for name in OPTIONAL if f"--{name}" in argv]
    arguments = getResolvedOptions(argv, [*ARGUMENTS, *optional])
    options_of(arguments)  # What is wrong is said before Spark is started for it.
    spark = SparkSession.builder.appName(arguments["JOB_NAME"]).getOrCreate()
    path = arguments.get("progress_path")
    write = (lambda text: write_text(spark, path, text)) if path else None
    progress = Progress(write, STEPS * len(ALL_TABLES))
    text = json.dumps(run(spark, arguments, progress))
    write_text(spark, arguments["summary_path"], text)
    print(text)


if __name__ == "__main__":
    main(sys.argv)
