"""The tables of the lake: one definition, from which the job creates and widens them.

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
    comment="One row an event, unique on (event_type, event_id).",
    key=("event_type", "event_id"),
    partitioned_by=("days(created_at)", "event_type"),
    columns=(
        Column("event_id", "string", "GitHub's id; unique within its type only"),
        Column("event_type", "string", "PushEvent, PullRequestEvent, IssuesEvent, ForkEvent, ..."),
        Column("action", "string", "payload.action, as sent"),
        Column("repo", "string", "full name, owner/name, at the time of the event"),
        Column("repo_id", "bigint", "the repository's id, which survives a renaming"),
        Column("user_login", "string", "the actor's login; a bot's ends in [bot]"),
        Column("user_id", "bigint", "the actor's id"),
        Column("org", "string", "the organization's login, or null"),
        Column("created_at", "timestamp_ntz", "when it happened, UTC"),
        Column("ingested_at", "timestamp_ntz", "when the workbench first saw it, UTC"),
        Column("source", "string", "github, archive, file or simulator"),
        Column("ref", "string", "payload.ref of pushes, creations and deletions"),
        Column("ref_type", "string", "branch or tag, of creations and deletions"),
        Column("before_sha", "string", "of a push: the commit before it; all zeros: a new ref"),
        Column("head_sha", "string", "of a push: the commit it ended at"),
        Column("commits", "bigint", "of a push: distinct commits; null where not sent"),
        Column("number", "bigint", "of the issue or pull request"),
        Column("subject_id", "bigint", "id of the issue, the pull request or the fork"),
        Column("subject_author", "string", "login of who opened the issue or pull request"),
        Column("subject_created_at", "timestamp_ntz", "when it was opened, from the payload"),
        Column("subject_closed_at", "timestamp_ntz", "when it was closed, from the payload"),
        Column("merged", "boolean", "of a pull request; null where the event does not say"),
        Column("merged_at", "timestamp_ntz", "when it was merged, from the payload"),
        Column("state_reason", "string", "of an issue: completed, not_planned, ... as sent"),
        Column("language", "string", "of the repository, where the payload names it"),
    ),
)

RESOLUTIONS = Table(
    name="resolutions",
    comment="One row an issue or pull request that was closed or merged and stands so.",
    key=("kind", "subject_id"),
    partitioned_by=("months(resolved_at)",),
    columns=(
        Column("kind", "string", "issue or pull_request"),
        Column("repo", "string", "full name, at the resolution"),
        Column("repo_id", "bigint", "the repository's id"),
        Column("number", "bigint", "of the issue or pull request"),
        Column("subject_id", "bigint", "id of the issue or pull request"),
        Column("opened_at", "timestamp_ntz", "UTC; null where nothing tells"),
        Column("resolved_at", "timestamp_ntz", "UTC; the latest close or merge"),
        Column("outcome", "string", "merged, closed, completed, not_planned or duplicate"),
        Column("seconds_to_resolution", "bigint", "resolved_at - opened_at; null where unknown"),
        Column("opened_source", "string", "payload, event, enrichment, or null where unknown"),
    ),
)

COVERAGE = Table(
    name="coverage",
    comment="Events captured and estimated, by minute and type: increments, which add up.",
    key=("run_id", "seq", "event_type", "minute"),
    partitioned_by=("months(minute)",),
    columns=(
        Column("minute", "timestamp_ntz", "the minute the events were created in, UTC"),
        Column("event_type", "string", "PushEvent, PullRequestEvent, ..."),
        Column("captured", "bigint", "events captured"),
        Column("estimated", "double", "events there were by estimate, captured or not"),
        Column("source", "string", "github or simulator"),
        Column("api", "string", "the API's address"),
        Column("run_id", "string", "the capture that counted"),
        Column("seq", "bigint", "the number of the report within its capture"),
        Column("recorded_at", "timestamp_ntz", "UTC"),
    ),
)

ENRICHMENT = Table(
    name="enrichment",
    comment="What was asked for later: one row an event and kind of answer.",
    key=("kind", "event_type", "event_id"),
    partitioned_by=("kind",),
    columns=(
        Column("kind", "string", "push_commits or pull_opened"),
        Column("event_type", "string", "of the event it tells of"),
        Column("event_id", "string", "of the push, or of the pull request's closing"),
        Column("repo", "string", "full name, at the time of the event"),
        Column("repo_id", "bigint", "the repository's id"),
        Column("number", "bigint", "of the pull request"),
        Column("subject_id", "bigint", "the pull request's id"),
        Column("commits", "bigint", "of the push; null where gone"),
        Column("opened_at", "timestamp_ntz", "of the pull request, UTC; null where gone"),
        Column("obtained_from", "string", "compare or pulls: the endpoint that told"),
        Column("status", "string", "ok, or gone: the API has it no more"),
        Column("source", "string", "github or simulator"),
        Column("api", "string", "the API's address"),
        Column("fetched_at", "timestamp_ntz", "UTC"),
    ),
)

QUARANTINE = Table(
    name="quarantine",
    comment="Lines of raw objects that could not be read, with the reason.",
    key=("object_path", "reason", "raw_line"),
    columns=(
        Column("reason", "string", "what is wrong with the line"),
        Column("raw_line", "string", "the line as it is"),
        Column("object_path", "string", "the raw object it is in"),
        Column("occurrences", "bigint", "how often the object holds this very line"),
        Column("quarantined_at", "timestamp_ntz", "UTC"),
    ),
)

PROCESSED_OBJECTS = Table(
    name="processed_objects",
    comment="Raw objects whose rows are in the tables.",
    key=(),
    columns=(
        Column("object_path", "string", "the raw object"),
        Column("rows_read", "bigint", "lines in it"),
        Column("quarantined", "bigint", "lines of it that could not be read"),
        Column("table_name", "string", "the table its rows are in"),
        Column("table_id", "string", "of that table: one made anew has another id"),
        Column("snapshot_id", "bigint", "the table's snapshot that holds the rows; null: no rows"),
        Column("sequence_number", "bigint", "of that snapshot: they only grow"),
        Column("run_id", "string", "the Glue job run"),
        Column("spark_app_id", "string", "as in the summary of the snapshots this run made"),
        Column("processed_at", "timestamp_ntz", "UTC"),
    ),
)

DATA_QUALITY = Table(
    name="data_quality",
    comment="What each run checked of its data, and what came out.",
    key=(),
    columns=(
        Column("run_id", "string", "the Glue job run that checked"),
        Column("checked_at", "timestamp_ntz", "UTC"),
        Column("table_name", "string", "the table the check is about"),
        Column("check_name", "string", "rows_against_raw, null_repo, created_at_range, ..."),
        Column("status", "string", "ok, warning or failed"),
        Column("observed", "double", "the value found"),
        Column("lower_bound", "double", "the least value that is ok; null: no such bound"),
        Column("upper_bound", "double", "the greatest value that is ok; null: no such bound"),
        Column("detail", "string", "what the value means, in words"),
    ),
)

TABLES = (
    GITHUB_EVENTS,
    RESOLUTIONS,
    COVERAGE,
    ENRICHMENT,
    QUARANTINE,
    PROCESSED_OBJECTS,
    DATA_QUALITY,
)
