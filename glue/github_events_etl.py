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
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial

import transforms
from awsglue.utils import getResolvedOptions
from iceberg import Snapshot, sign_snapshots
from lake import CATALOG, MERGE_ATTEMPTS, EtlError, Lake, day_bounds, fail, utc_now
from manifest import Record, read_manifest, record_processed
from progress import Progress
from pyspark.sql import DataFrame, Row, SparkSession
from pyspark.sql import functions as F
from quality import QUALITY, Facts, Verdict, check_run, observations
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
from subjects import Subjects
from tables import ENRICHMENT, GITHUB_EVENTS, QUARANTINE, RESOLUTIONS, Table

#: Raw objects and the table their rows go to.
Batch = dict[Table, list[RawObject]]

#: What a run tells of itself while it goes on; what there is nothing for is left out.
STAGES = (
    "opening the tables",
    "merging coverage",
    "merging enrichment",
    "reading raw objects",
    "merging events",
    "resolutions",
    "recording",
)

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
    checks: Verdict = field(default_factory=Verdict)


class Run:
    """Brings a batch into the tables; of each object the manifest comes last."""

    def __init__(
        self, lake: Lake, batch: Batch, progress: Progress, unresolved: set[str] | None = None
    ) -> None:
        self.lake = lake
        self.batch = batch
        self.progress = progress
        #: Objects whose events are in the table, but not the resolutions drawn from them.
        self.unresolved = unresolved or set()
        self.summary = Summary()
        #: Issues and pull requests of which the batch tells something new.
        self.subjects: Subjects | None = None
        #: By table of the batch, a row an object: ``rows_read``, ``quarantined``, ``days``, ...
        self.counts: dict[Table, list[Row]] = {}
        #: By table that was merged into: the snapshot that holds the rows, and how many it added.
        self.merged: dict[Table, Snapshot] = {}
        self.cached: list[DataFrame] = []

    def process(self) -> Summary:
        try:
            for source in SIDE_SOURCES:
                if self.batch.get(source.table):
                    self.merge_side(source)
            if self.batch.get(GITHUB_EVENTS):
                self.merge_events()
            if self.subjects or self.unresolved:
                self.progress.stage("resolutions")
                self.merge_resolutions()
            self.progress.stage("recording")
            # The checks only look at what is done by now, and never fail.
            with ThreadPoolExecutor(max_workers=1) as beside:
                checks = beside.submit(check_run, self.lake, self.facts())
                record_processed(self.lake, self.records())
                self.summary.checks = checks.result()
            return self.summary
        finally:
            for frame in self.cached:
                frame.unpersist()

    def merge_events(self) -> None:
        summary, objects = self.summary, self.batch[GITHUB_EVENTS]
        self.progress.stage("reading raw objects")
        parsed = self.keep(transforms.parse_lines(read_lines(self.lake.spark, objects)))
        per_object = self.count(GITHUB_EVENTS, transforms.count_lines(parsed, observations()))
        summary.objects = len(objects)
        summary.rows_read = sum(row["rows_read"] for row in per_object)
        summary.quarantined = sum(row["quarantined"] for row in per_object)

        self.progress.stage("merging events")
        events = transforms.distinct_events(parsed, GITHUB_EVENTS.column_names)
        days = [day for row in per_object for day in row["days"]]
        if days:
            bounds = f"t.created_at = s.created_at AND {day_bounds(days)}"
            summary.rows_written = self.merge(GITHUB_EVENTS, lambda: events, on=bounds)
        summary.duplicates = summary.rows_read - summary.quarantined - summary.rows_written
        self.quarantine(parsed, per_object)
        self.tell(transforms.subjects_of(parsed.where(F.col("reason").isNull())), per_object)

    def merge_side(self, source: SideSource) -> None:
        table = source.table
        self.progress.stage(f"merging {table.name}")
        lines = read_lines(self.lake.spark, self.batch[table])
        parsed = self.keep(parse_side_lines(lines, source))
        per_object = self.count(table, count_side_lines(parsed, source))
        if any(row["rows_read"] > row["quarantined"] for row in per_object):
            rows = distinct_rows(parsed, source)
            bounds = bounds_of(per_object, source)
            added = self.merge(table, lambda: rows, on=bounds, matched=source.matched)
            setattr(self.summary, f"{table.name}_rows", added)
        self.quarantine(parsed, per_object)
        if source is ENRICHMENT_SOURCE:
            openings = openings_of(parsed.where(F.col("reason").isNull()))
            self.tell(openings.select("event_type", "subject_id"), per_object)

    def tell(self, rows: DataFrame, per_object: list[Row]) -> None:
        """Notes of which issues and pull requests the batch tells."""
        subjects = Subjects(rows, per_object)
        if subjects.count > 0:
            self.subjects = self.subjects | subjects if self.subjects else subjects

    def merge_resolutions(self) -> None:
        """Computes the batch's issues and pull requests anew from all their events in the table.

        So neither the order of batches nor a run that died between two tables matters. Where other
        events came in meanwhile, by another run, once more: that run may have written its answer
        before this one did.
        """
        for _ in range(MERGE_ATTEMPTS):
            based_on = self.sources_now()
            self.summary.resolutions_changed += self.merge_resolutions_of(based_on)
            if self.sources_now() == based_on:
                return
            print("resolutions: other events came in meanwhile, computed once more")
        raise EtlError("resolutions: other runs add events all the time; run the job again")

    def sources_now(self) -> dict[Table, Snapshot | None]:
        return {table: self.lake.current(table) for table in (GITHUB_EVENTS, ENRICHMENT)}

    def merge_resolutions_of(self, based_on: dict[Table, Snapshot | None]) -> int:
        lake = self.lake
        # Where resolutions were lost there is no telling which: all are computed.
        subjects = None if self.unresolved else self.subjects
        looked_up = based_on[ENRICHMENT]
        happened = based_on[GITHUB_EVENTS]

        def source() -> DataFrame:
            events = lake.read_at(GITHUB_EVENTS, happened) if happened else lake.read(GITHUB_EVENTS)
            openings = openings_of(lake.read_at(ENRICHMENT, looked_up)) if looked_up else None
            if subjects is None:
                return transforms.resolve(events, None, openings)
            bounded = events.where(subjects.bounds("subject_id"))
            return transforms.resolve(bounded, subjects.wanted, openings)

        columns = [name for name in RESOLUTIONS.column_names if name not in RESOLUTIONS.key]
        differs = " OR ".join(f"NOT (t.`{name}` <=> s.`{name}`)" for name in columns)
        sets = ", ".join(f"t.`{name}` = s.`{name}`" for name in columns)
        return self.merge(
            RESOLUTIONS,
            source,
            on="" if subjects is None else subjects.bounds("t.`subject_id`"),
            matched=(
                "WHEN MATCHED AND s.resolved_at IS NULL THEN DELETE "
                f"WHEN MATCHED AND ({differs}) THEN UPDATE SET {sets}"
            ),
            insert="AND s.resolved_at IS NOT NULL",
        )

    def merge(
        self,
        table: Table,
        source: Callable[[], DataFrame],
        on: str = "",
        matched: str = "",
        insert: str = "",
    ) -> int:
        snapshot = self.lake.merge(table, source, on, matched, insert)
        self.merged[table] = snapshot
        return snapshot.rows_added

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
            self.merge(QUARANTINE, lambda: rows)

    def facts(self) -> Facts:
        """What the checks start from."""
        summary = self.summary
        per_object = self.counts.get(GITHUB_EVENTS, [])
        return Facts(
            observed=[row[QUALITY] for row in per_object],
            days=sorted({day for row in per_object for day in row["days"]}),
            rows_read=summary.rows_read,
            rows_written=summary.rows_written,
            quarantined=summary.quarantined,
            merged=self.merged,
        )

    def records(self) -> Iterator[Record]:
        """What the manifest is to remember: of each object the tables its rows went to."""
        for table, objects in self.batch.items():
            counted = {row["object_path"]: row for row in self.counts.get(table, [])}
            for item in objects:
                row = counted.get(item.path)
                # An object with no line has no row in the counts, and is processed all the same.
                read, aside = (row["rows_read"], row["quarantined"]) if row else (0, 0)
                told = row["subjects"] if row else 0
                holds = {
                    table: read > aside,
                    QUARANTINE: aside > 0,
                    RESOLUTIONS: told > 0,
                }
                for target, has_rows in holds.items():
                    if has_rows or target is table:
                        snapshot = self.merged.get(target) if has_rows else None
                        yield Record(item.path, read, aside, target, snapshot)
        for path in sorted(self.unresolved):
            yield Record(path, 0, 0, RESOLUTIONS, self.merged[RESOLUTIONS])


def run(
    spark: SparkSession, arguments: dict[str, str], write: Callable[[str], None] | None = None
) -> Summary:
    """One run.

    :param write: where the stages are told, for whoever waits
    """
    run_id = arguments.get("JOB_RUN_ID") or f"run-{uuid.uuid4()}"
    if spark.conf.get(f"spark.sql.catalog.{CATALOG}", None) is None:
        raise EtlError(f"the catalog {CATALOG} is not configured: the job's --conf is missing")
    progress = Progress(write, len(STAGES))
    progress.stage("opening the tables")
    # Times are cast in the session's zone.
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    sign_snapshots(spark, run_id)
    lake = Lake(spark, arguments["database"], arguments["warehouse"], run_id)
    landed: Batch = {GITHUB_EVENTS: list_raw_objects(spark, arguments["raw_path"])}
    for source in SIDE_SOURCES:
        if source.argument in arguments:
            landed[source.table] = list_raw_objects(spark, arguments[source.argument])
    try:
        lake.ensure_tables()
        verdict = read_manifest(lake, landed)
    except EtlError:
        raise
    except Exception as error:
        fail(f"opening the tables of {lake.database}", error)
    batch = {
        table: [item for item in objects if item.path not in verdict.processed]
        for table, objects in landed.items()
    }
    if not any(batch.values()) and not verdict.unresolved:
        return Summary()
    return Run(lake, batch, progress, verdict.unresolved).process()


def main(argv: list[str]) -> None:
    # A job that was started by an older caller names fewer paths.
    names = [*(source.argument for source in SIDE_SOURCES), "progress_path"]
    optional = [name for name in names if f"--{name}" in argv]
    arguments = getResolvedOptions(argv, [*ARGUMENTS, *optional])
    spark = SparkSession.builder.appName(arguments["JOB_NAME"]).getOrCreate()
    path = arguments.get("progress_path")
    write = partial(write_text, spark, path) if path else None
    summary = run(spark, arguments, write)
    text = json.dumps(asdict(summary))
    write_text(spark, arguments["summary_path"], text)
    print(text)


if __name__ == "__main__":
    main(sys.argv)
