"""The tables of the lake, from which the jobs create and widen them.

Written by ``npm run generate`` from src/lib/tables: change them there.

Times are ``timestamp_ntz`` in UTC: Athena's own DDL knows only Iceberg timestamps without a zone,
and its date functions (``date_diff``, ``date_trunc``, ``day``) take them as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    name: str
    type: str
    comment: str
    #: Whether no row is without it.
    required: bool = False
    #: The field of the message it is taken from as it is; None where code makes it.
    payload: str | None = None


@dataclass(frozen=True)
class Table:
    """An Iceberg table of the database: its columns, its partitions and what makes a row unique."""

    name: str
    comment: str
    columns: tuple[Column, ...]
    #: What makes a row unique; empty for a log, whose rows are only added.
    key: tuple[str, ...]
    partitioned_by: tuple[str, ...] = field(default=())

    @property
    def column_names(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


GITHUB_EVENTS = Table(
    name="github_events",
    comment="One row an event.",
    key=("event_type", "event_id"),
    partitioned_by=("days(created_at)", "event_type"),
    columns=(
        Column("event_id", "string", "GitHub's id; unique within its type only", required=True),
        Column(
            "event_type",
            "string",
            "PushEvent, PullRequestEvent, IssuesEvent, ForkEvent, ...",
            required=True,
        ),
        Column(
            "action",
            "string",
            "as sent: opened, closed, merged, reopened, ...",
            payload="payload.action",
        ),
        Column("repo", "string", "full name, owner/name, at the time of the event", required=True),
        Column("repo_id", "bigint", "the repository's id, which survives a renaming"),
        Column("user_login", "string", "the actor's login; a bot's ends in [bot]"),
        Column("user_id", "bigint", "the actor's id"),
        Column("org", "string", "the organization's login; null where there is none"),
        Column("created_at", "timestamp_ntz", "when it happened", required=True),
        Column("ingested_at", "timestamp_ntz", "when the workbench first saw it"),
        Column("source", "string", "github, archive, file or simulator"),
        Column(
            "ref",
            "string",
            "of pushes, creations and deletions: the branch or tag",
            payload="payload.ref",
        ),
        Column(
            "ref_type",
            "string",
            "of creations and deletions: branch, tag or repository",
            payload="payload.ref_type",
        ),
        Column("before_sha", "string", "of a push: the commit before it; all zeros: a new branch"),
        Column("head_sha", "string", "of a push: the commit it ended at"),
        Column(
            "commits",
            "bigint",
            "of a push: distinct_size, else size; GitHub has sent neither since 2025-10-07: null",
        ),
        Column("number", "bigint", "of the issue or pull request, within its repository"),
        Column("subject_id", "bigint", "id of the issue, the pull request or the fork"),
        Column("subject_author", "string", "login of who opened the issue or pull request"),
        Column(
            "subject_created_at",
            "timestamp_ntz",
            "when it was opened, by the payload; of pull requests not sent since 2025-10-07",
        ),
        Column(
            "subject_closed_at",
            "timestamp_ntz",
            "when it was closed, by the payload; of pull requests not sent since 2025-10-07",
        ),
        Column(
            "merged",
            "boolean",
            "of a pull request: action merged, or before 2025-10-07 the payload's field",
        ),
        Column(
            "merged_at",
            "timestamp_ntz",
            "of a pull request: when it was merged; not sent since 2025-10-07",
            payload="payload.pull_request.merged_at",
        ),
        Column(
            "state_reason",
            "string",
            "of an issue, as sent: completed, not_planned, duplicate, reopened",
            payload="payload.issue.state_reason",
        ),
        Column("language", "string", "of the repository, where the payload names it"),
        Column("push_id", "bigint", "of a push: GitHub's id of it", payload="payload.push_id"),
    ),
)

RESOLUTIONS = Table(
    name="resolutions",
    comment="One row an issue or pull request that was closed or merged and stands so.",
    key=("kind", "subject_id"),
    partitioned_by=("months(resolved_at)",),
    columns=(
        Column("kind", "string", "issue or pull_request", required=True),
        Column("repo", "string", "full name, at the resolution", required=True),
        Column("repo_id", "bigint", "the repository's id"),
        Column("number", "bigint", "of the issue or pull request, within its repository"),
        Column("subject_id", "bigint", "id of the issue or pull request", required=True),
        Column(
            "opened_at",
            "timestamp_ntz",
            "null where no payload, no opened event and no enrichment tells",
        ),
        Column("resolved_at", "timestamp_ntz", "the latest close, or the merge", required=True),
        Column(
            "outcome",
            "string",
            "merged or closed; of issues completed, not_planned or duplicate, closed where no "
            "reason is given",
            required=True,
        ),
        Column(
            "seconds_to_resolution",
            "bigint",
            "resolved_at - opened_at; null where opened_at is unknown, or later than resolved_at",
        ),
        Column(
            "opened_source",
            "string",
            "where opened_at is from: payload, event, enrichment (in this order), or null",
        ),
    ),
)

COVERAGE = Table(
    name="coverage",
    comment="Events captured and estimated, by minute and type: increments, which add up.",
    key=("run_id", "seq", "event_type", "minute"),
    partitioned_by=("months(minute)",),
    columns=(
        Column("minute", "timestamp_ntz", "the minute the events were created in", required=True),
        Column("event_type", "string", "PushEvent, PullRequestEvent, ...", required=True),
        Column("captured", "bigint", "events captured", required=True),
        Column(
            "estimated", "double", "events there were by estimate, captured or not", required=True
        ),
        Column("source", "string", "github or simulator"),
        Column("api", "string", "the API's address"),
        Column("run_id", "string", "the capture that counted", required=True),
        Column("seq", "bigint", "the number of the report within its capture", required=True),
        Column("recorded_at", "timestamp_ntz", "when the capture reported it"),
    ),
)

ENRICHMENT = Table(
    name="enrichment",
    comment="What was asked for later: one row an event and kind of answer.",
    key=("kind", "event_type", "event_id"),
    partitioned_by=("kind",),
    columns=(
        Column("kind", "string", "push_commits or pull_opened", required=True),
        Column("event_type", "string", "of the event it tells of", required=True),
        Column(
            "event_id", "string", "of the push, or of the pull request's closing", required=True
        ),
        Column("repo", "string", "full name, at the time of the event"),
        Column("repo_id", "bigint", "the repository's id"),
        Column("number", "bigint", "of the pull request"),
        Column("subject_id", "bigint", "the pull request's id"),
        Column("commits", "bigint", "of the push; null where gone"),
        Column("opened_at", "timestamp_ntz", "of the pull request; null where gone"),
        Column("obtained_from", "string", "compare or pulls: the endpoint that told"),
        Column(
            "status",
            "string",
            "ok, or gone: the API has it no more, and the values are null",
            required=True,
        ),
        Column("source", "string", "github or simulator"),
        Column("api", "string", "the API's address"),
        Column("fetched_at", "timestamp_ntz", "when it was asked for"),
    ),
)

QUARANTINE = Table(
    name="quarantine",
    comment="Lines of raw objects that could not be read, with the reason.",
    key=("object_path", "reason", "raw_line"),
    columns=(
        Column("reason", "string", "what is wrong with the line", required=True),
        Column("raw_line", "string", "the line as it is", required=True),
        Column("object_path", "string", "the raw object it is in", required=True),
        Column("occurrences", "bigint", "how often the object holds this very line", required=True),
        Column("quarantined_at", "timestamp_ntz", "when it was set aside", required=True),
    ),
)

PROCESSED_OBJECTS = Table(
    name="processed_objects",
    comment="Raw objects whose rows are in the tables: one row an object and table.",
    key=(),
    columns=(
        Column("object_path", "string", "the raw object", required=True),
        Column("rows_read", "bigint", "lines in it", required=True),
        Column("quarantined", "bigint", "lines of it that could not be read", required=True),
        Column("table_name", "string", "the table its rows are in"),
        Column("table_id", "string", "of that table: one made anew has another id", required=True),
        Column(
            "snapshot_id",
            "bigint",
            "the table's snapshot that holds the rows; null: no rows, or an older version's row",
        ),
        Column("sequence_number", "bigint", "of that snapshot: they only grow"),
        Column("run_id", "string", "the Glue job run", required=True),
        Column(
            "spark_app_id",
            "string",
            "as in the summary of the snapshots this run made",
            required=True,
        ),
        Column("processed_at", "timestamp_ntz", "when the run ended", required=True),
    ),
)

DATA_QUALITY = Table(
    name="data_quality",
    comment="What each run checked of its data, and what came out.",
    key=(),
    columns=(
        Column("run_id", "string", "the Glue job run that checked", required=True),
        Column("checked_at", "timestamp_ntz", "when it checked", required=True),
        Column("table_name", "string", "the table the check is about", required=True),
        Column(
            "check_name",
            "string",
            "rows_against_raw, unique_key, null_user_login, ...",
            required=True,
        ),
        Column("status", "string", "ok, warning or failed", required=True),
        Column("observed", "double", "the value found"),
        Column("lower_bound", "double", "the least value that is ok; null: no such bound"),
        Column("upper_bound", "double", "the greatest value that is ok; null: no such bound"),
        Column("detail", "string", "what the value means, in words"),
    ),
)

MAINTENANCE_RUNS = Table(
    name="maintenance_runs",
    comment="One row a table and maintenance run: files and snapshots before and after.",
    key=(),
    columns=(
        Column("run_id", "string", "the Glue job run", required=True),
        Column("maintained_at", "timestamp_ntz", "when it was done", required=True),
        Column("table_name", "string", "the table", required=True),
        Column("files_before", "bigint", "data files", required=True),
        Column("files_after", "bigint", "data files", required=True),
        Column("bytes_before", "bigint", "of the data files", required=True),
        Column("bytes_after", "bigint", "of the data files", required=True),
        Column("delete_files_before", "bigint", "files of deleted rows", required=True),
        Column("delete_files_after", "bigint", "files of deleted rows", required=True),
        Column("snapshots_before", "bigint", "snapshots kept", required=True),
        Column("snapshots_after", "bigint", "snapshots kept", required=True),
        Column(
            "orphans_removed",
            "bigint",
            "files below the table that no snapshot knew",
            required=True,
        ),
        Column("orphan_bytes", "bigint", "of the orphans", required=True),
        Column(
            "retention_hours",
            "double",
            "how long snapshots are kept: what FOR VERSION AS OF can count on",
            required=True,
        ),
        Column("warnings", "string", "what was left for the next time, and why"),
    ),
)

#: The tables that the job github_events_etl makes.
TABLES = (
    GITHUB_EVENTS,
    RESOLUTIONS,
    COVERAGE,
    ENRICHMENT,
    QUARANTINE,
    PROCESSED_OBJECTS,
    DATA_QUALITY,
)

#: Every table, that of the maintenance too.
ALL_TABLES = (
    GITHUB_EVENTS,
    RESOLUTIONS,
    COVERAGE,
    ENRICHMENT,
    QUARANTINE,
    PROCESSED_OBJECTS,
    DATA_QUALITY,
    MAINTENANCE_RUNS,
)
