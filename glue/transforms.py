"""From raw lines to the tables' rows: every function is DataFrame → DataFrame, with no I/O.

Both payload eras are read by one explicit schema. Scalars are read as text and cast afterwards, so
that a number sent as text, or the other way round, costs nothing; what is absent is null.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import tables
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

#: Fields by name, each with those below it.
Schema = dict[str, "Schema"]

#: The message (see the topic's documentation) with the payload fields of both eras that code reads.
#: Those that a column takes as they are, its definition names.
MESSAGE_FIELDS = [
    "id",
    "event_type",
    "repo",
    "user",
    "timestamp",
    "repo_id",
    "user_id",
    "org",
    "source",
    "ingested_at",
    "_partition",
    "_offset",
    "payload.action",
    "payload.number",
    "payload.before",
    "payload.head",
    "payload.size",
    "payload.distinct_size",
    "payload.pull_request.id",
    "payload.pull_request.number",
    "payload.pull_request.user.login",
    "payload.pull_request.created_at",
    "payload.pull_request.closed_at",
    "payload.pull_request.merged",
    "payload.pull_request.merged_at",
    "payload.pull_request.base.repo.language",
    "payload.issue.id",
    "payload.issue.number",
    "payload.issue.user.login",
    "payload.issue.created_at",
    "payload.issue.closed_at",
    "payload.issue.state_reason",
    "payload.forkee.id",
    "payload.forkee.language",
    "_corrupt",
]

#: Outcomes an issue's state_reason can give; any other closing is plain "closed".
ISSUE_OUTCOMES = ("completed", "not_planned", "duplicate")

CLOSING_ACTIONS = ("closed", "merged")

NOT_OF_SHAPE = "not JSON of a message's shape"


def message_schema(columns: Iterable[tables.Column]) -> str:
    """The message's schema as DDL, every field a text: what code reads and what columns name."""
    schema: Schema = {}
    for path in [*MESSAGE_FIELDS, *(column.payload for column in columns if column.payload)]:
        *parents, name = path.split(".")
        at = schema
        for parent in parents:
            at = at.setdefault(parent, {})
        at.setdefault(name, {})
    return ", ".join(f"`{name}` {_ddl(fields)}" for name, fields in schema.items())


def _ddl(fields: Schema) -> str:
    inner = ", ".join(f"`{name}`: {_ddl(below)}" for name, below in fields.items())
    return f"STRUCT<{inner}>" if inner else "STRING"


def parse_lines(
    lines: DataFrame, columns: Sequence[tables.Column] = tables.GITHUB_EVENTS.columns
) -> DataFrame:
    """Reads each line once.

    :param lines: columns ``value`` (a line) and ``object_path``
    :param columns: those of ``github_events``
    :return: ``object_path``, ``reason`` (null where the line was read), ``raw_line`` (null where it
        was read), ``event`` (the columns of ``github_events``), ``position`` (order of arrival)
    """
    parsed = lines.where(F.length(F.trim("value")) > 0).select(
        "object_path",
        "value",
        F.from_json(
            "value",
            message_schema(columns),
            {"mode": "PERMISSIVE", "columnNameOfCorruptRecord": "_corrupt"},
        ).alias("m"),
    )
    fields = {c.name: _field(f"m.{c.payload}", c.type) for c in columns if c.payload}
    event = _event_columns(parsed) | fields
    reason = _reason(F.col("value"), F.col("m"), event)
    return parsed.select(
        "object_path",
        reason.alias("reason"),
        F.when(reason.isNotNull(), F.col("value")).alias("raw_line"),
        *[column.alias(name) for name, column in event.items()],
        F.struct(
            F.col("m._partition").cast("bigint").alias("partition"),
            F.col("m._offset").cast("bigint").alias("offset"),
        ).alias("position"),
    )


def _event_columns(parsed: DataFrame) -> dict[str, Column]:
    """The columns that are more than a field of the payload."""
    p = "m.payload"
    is_type = {
        name: F.col("m.event_type") == name
        for name in ("PushEvent", "PullRequestEvent", "IssuesEvent", "ForkEvent")
    }
    action = F.col(f"{p}.action")
    pull, issue = f"{p}.pull_request", f"{p}.issue"
    subject = F.coalesce(F.col(f"{pull}.id"), F.col(f"{issue}.id"), F.col(f"{p}.forkee.id"))
    number = F.coalesce(F.col(f"{p}.number"), F.col(f"{pull}.number"), F.col(f"{issue}.number"))
    # Until 2025-10 a merge came as "closed" with merged=true; since then as "merged", and "closed"
    # without the field means closed unmerged.
    merged = F.when(
        is_type["PullRequestEvent"],
        F.when(action == "merged", F.lit(True))
        .when(F.col(f"{pull}.merged").isNotNull(), F.col(f"{pull}.merged").cast("boolean"))
        .when(action == "closed", F.lit(False)),
    )
    # Dropped from the payload in 2025-10: then unknown, which is null and not 0 or 1.
    commits = F.when(
        is_type["PushEvent"],
        F.coalesce(F.col(f"{p}.distinct_size"), F.col(f"{p}.size")).cast("bigint"),
    )
    return {
        "event_id": text("m.id"),
        "event_type": text("m.event_type"),
        "repo": text("m.repo"),
        "repo_id": F.col("m.repo_id").cast("bigint"),
        "user_login": F.col("m.user"),
        "user_id": F.col("m.user_id").cast("bigint"),
        "org": F.col("m.org"),
        "created_at": _utc("m.timestamp"),
        "ingested_at": _utc("m.ingested_at"),
        "source": F.col("m.source"),
        "before_sha": F.when(is_type["PushEvent"], F.col(f"{p}.before")),
        "head_sha": F.when(is_type["PushEvent"], F.col(f"{p}.head")),
        "commits": commits,
        "number": number.cast("bigint"),
        "subject_id": subject.cast("bigint"),
        "subject_author": F.coalesce(F.col(f"{pull}.user.login"), F.col(f"{issue}.user.login")),
        "subject_created_at": F.coalesce(_utc(f"{pull}.created_at"), _utc(f"{issue}.created_at")),
        "subject_closed_at": F.coalesce(_utc(f"{pull}.closed_at"), _utc(f"{issue}.closed_at")),
        "merged": merged,
        "language": F.coalesce(F.col(f"{pull}.base.repo.language"), F.col(f"{p}.forkee.language")),
    }


def _field(path: str, type_: str) -> Column:
    """A field of the message as it is, in its column's type."""
    return _utc(path) if type_ == "timestamp_ntz" else F.col(path).cast(type_)


def text(name: str) -> Column:
    """A text that may not be empty: empty is as good as absent."""
    return F.when(F.length(F.trim(F.col(name))) > 0, F.col(name))


#: A time as GitHub, GH Archive and the producer write it.
PLAIN_UTC = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?Z$"


def _utc(name: str) -> Column:
    """An ISO 8601 time of any offset as a timestamp without zone, in UTC (the session's zone).

    Nearly all are plain UTC, and are read without their ``Z``: of a zone Spark makes two regular
    expressions anew for each value.
    """
    time = F.col(name)
    plain = time.substr(F.lit(1), F.length(time) - 1).cast("timestamp_ntz")
    return F.when(time.rlike(PLAIN_UTC), plain).otherwise(
        time.cast("timestamp").cast("timestamp_ntz")
    )


def _reason(line: Column, message: Column, event: dict[str, Column]) -> Column:
    """Why a line cannot be used, or null."""
    return (
        # Of an array, from_json would take the first element and drop the others in silence.
        F.when(~F.ltrim(line).startswith("{"), "not a JSON object")
        .when(message.isNull() | message["_corrupt"].isNotNull(), NOT_OF_SHAPE)
        .when(event["event_id"].isNull(), "id is missing")
        .when(event["event_type"].isNull(), "event_type is missing")
        # The type is a partition: what is none would make a folder a row.
        .when(~event["event_type"].rlike("^[A-Za-z]{1,60}Event$"), "event_type is no event type")
        .when(event["repo"].isNull(), "repo is missing")
        .when(message["timestamp"].isNull(), "timestamp is missing")
        .when(event["created_at"].isNull(), "timestamp is no ISO 8601 time")
        .when(~F.year(event["created_at"]).between(2008, 2099), "timestamp is out of range")
    )


def distinct_events(parsed: DataFrame, event_columns: tuple[str, ...]) -> DataFrame:
    """The readable events, one row for each (event_type, event_id): the one seen first.

    The choice does not hang on the order in which Spark reads, so a repeated run makes the same
    rows.
    """
    first = Window.partitionBy("event_type", "event_id").orderBy(
        F.col("ingested_at").asc_nulls_last(), "position", "object_path"
    )
    return (
        parsed.where(F.col("reason").isNull())
        .withColumn("nth", F.row_number().over(first))
        .where(F.col("nth") == 1)
        .select(*event_columns)
    )


def quarantined_lines(parsed: DataFrame) -> DataFrame:
    """The unreadable lines, one row for each (object_path, reason, raw_line)."""
    return (
        parsed.where(F.col("reason").isNotNull())
        .groupBy("reason", "raw_line", "object_path")
        .agg(F.count(F.lit(1)).alias("occurrences"))
    )


def count_lines(parsed: DataFrame, *also: Column) -> DataFrame:
    """``object_path, rows_read, quarantined, subjects, lowest, highest, days``: one row an object.

    ``days`` are the event days in it, ``subjects`` how many of its events can tell of a resolution,
    and ``lowest`` and ``highest`` the least and the greatest ``subject_id`` of those.

    :param also: further aggregates
    """
    readable = F.col("reason").isNull()
    subject_id = F.when(readable & _tells_of_resolution(), F.col("subject_id"))
    return parsed.groupBy("object_path").agg(
        F.count(F.lit(1)).alias("rows_read"),
        F.count_if(~readable).alias("quarantined"),
        F.count(subject_id).alias("subjects"),
        F.min(subject_id).alias("lowest"),
        F.max(subject_id).alias("highest"),
        F.collect_set(F.when(readable, F.to_date("created_at"))).alias("days"),
        *also,
    )


def _tells_of_resolution() -> Column:
    return (
        F.col("event_type").isin("IssuesEvent", "PullRequestEvent")
        & F.col("subject_id").isNotNull()
    )


def subjects_of(events: DataFrame) -> DataFrame:
    """``event_type, subject_id`` of the issues and pull requests that the events tell of."""
    return events.where(_tells_of_resolution()).select("event_type", "subject_id").distinct()


def resolve(
    events: DataFrame, subjects: DataFrame | None = None, openings: DataFrame | None = None
) -> DataFrame:
    """The resolution of each subject, from all its events; an open one's ``resolved_at`` is null.

    A pure function of the events, whatever batches they came in: the latest close or merge counts,
    unless a later ``reopened`` undid it. Times come from the payload where it carries them (issues
    in every era, pull requests until 2025-10), otherwise from the events themselves, and where the
    opening was not seen from what was looked up.

    :param events: rows of ``github_events``
    :param subjects: ``event_type, subject_id`` of the subjects wanted; all where it is left out
    :param openings: ``event_type, subject_id, opened_at`` looked up, where anything was
    """
    action = F.col("action")
    is_closing = action.isin(*CLOSING_ACTIONS)
    closed_at = F.coalesce("merged_at", "subject_closed_at", "created_at")
    closing = F.struct(
        # First, since a merge is final: no later "closed" takes it back.
        F.coalesce("merged", F.lit(False)).alias("merged"),
        closed_at.alias("at"),
        "event_id",
        "state_reason",
        "repo",
        "repo_id",
        "number",
    )
    telling = events.where(_tells_of_resolution()).where(
        is_closing | action.isin("opened", "reopened") | F.col("subject_created_at").isNotNull()
    )
    if subjects is not None:
        telling = telling.join(subjects, ["event_type", "subject_id"], "left_semi")
    grouped = telling.groupBy("event_type", "subject_id").agg(
        F.max(F.when(is_closing, closing)).alias("closing"),
        F.max(F.when(action == "reopened", F.col("created_at"))).alias("reopened_at"),
        F.min("subject_created_at").alias("payload_opened_at"),
        F.min(F.when(action == "opened", F.col("created_at"))).alias("event_opened_at"),
    )
    looked_up = "looked_up_opened_at"
    if openings is None:
        grouped = grouped.withColumn(looked_up, F.lit(None).cast("timestamp_ntz"))
    else:
        openings = openings.withColumnRenamed("opened_at", looked_up)
        grouped = grouped.join(openings, ["event_type", "subject_id"], "left")
    stands = (
        F.col("closing.merged")
        | F.col("reopened_at").isNull()
        | (F.col("reopened_at") <= F.col("closing.at"))
    )
    opened_at = F.coalesce("payload_opened_at", "event_opened_at", looked_up)
    resolved_at = F.when(stands, F.col("closing.at"))
    seconds = F.unix_timestamp(resolved_at) - F.unix_timestamp(opened_at)
    is_issue = F.col("event_type") == "IssuesEvent"
    return grouped.select(
        F.when(is_issue, "issue").otherwise("pull_request").alias("kind"),
        "closing.repo",
        "closing.repo_id",
        "closing.number",
        "subject_id",
        opened_at.alias("opened_at"),
        resolved_at.alias("resolved_at"),
        F.when(
            is_issue & F.col("closing.state_reason").isin(*ISSUE_OUTCOMES),
            F.col("closing.state_reason"),
        )
        .when(~is_issue & F.col("closing.merged"), "merged")
        .otherwise("closed")
        .alias("outcome"),
        # A resolution before its opening is a fault of the data: no time rather than a wrong one.
        F.when(seconds >= 0, seconds).alias("seconds_to_resolution"),
        F.when(F.col("payload_opened_at").isNotNull(), "payload")
        .when(F.col("event_opened_at").isNotNull(), "event")
        .when(F.col(looked_up).isNotNull(), "enrichment")
        .alias("opened_source"),
    )
