"""Resolutions: from payload times where they are sent, otherwise from pairs of events."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from typing import Any

import duckdb
import pytest
import transforms
from conftest import Lines, Message, as_messages, issue, message, pull, read_lines
from pyspark.sql import DataFrame, Row, SparkSession
from tables import GITHUB_EVENTS, RESOLUTIONS


def table_of(lines: DataFrame) -> DataFrame:
    return transforms.distinct_events(transforms.parse_lines(lines), GITHUB_EVENTS.column_names)


def resolutions_of(lines: DataFrame) -> list[Row]:
    events = table_of(lines).cache()
    return transforms.resolve(events, transforms.subjects_of(events)).collect()


def pull_event(event_id: int, action: str, day: int, **fields: Any) -> Message:
    payload = pull(action, **fields)
    return message(event_id, "PullRequestEvent", payload, timestamp=f"2026-11-{day:02}T00:00:00Z")


def issue_event(event_id: int, action: str, day: int, **fields: Any) -> Message:
    payload = issue(action, **fields)
    return message(event_id, "IssuesEvent", payload, timestamp=f"2026-11-{day:02}T00:00:00Z")


def with_subject(item: Message, subject: int) -> Message:
    """The same message of another issue or pull request, which is another event."""
    payload = item["payload"]
    name = "issue" if "issue" in payload else "pull_request"
    payload = {**payload, name: {**payload[name], "id": subject}}
    return {**item, "id": f"{subject}-{item['id']}", "payload": payload}


def case(
    events: list[Message], expected: tuple[Any, ...] | None, name: str
) -> tuple[str, list[Message], tuple[Any, ...] | None]:
    return name, events, expected


DAY = 86_400
OLD = {"created_at": "2026-10-31T00:00:00Z"}


Case = tuple[str, list[Message], tuple[Any, ...] | None]

# fmt: off
CASES: list[Case] = [
    case(
        [pull_event(1, "opened", 1), pull_event(2, "merged", 3)],
        ("merged", "event", 2 * DAY),
        "today: opened and merged are paired",
    ),
    case(
        [pull_event(1, "opened", 1), pull_event(2, "closed", 4)],
        ("closed", "event", 3 * DAY),
        "today: opened and closed are paired",
    ),
    case(
        [pull_event(2, "merged", 3)], ("merged", None, None), "today: opening not seen"
    ),
    case(
        [pull_event(1, "closed", 9, merged=True, merged_at="2026-11-02T00:00:00Z",
                    closed_at="2026-11-03T00:00:00Z", **OLD)],
        ("merged", "payload", 2 * DAY),
        "until 2025: all in one event",
    ),
    case(
        [pull_event(1, "closed", 9, merged=False, closed_at="2026-11-03T00:00:00Z", **OLD)],
        ("closed", "payload", 3 * DAY),
        "until 2025: closed unmerged",
    ),
    case(
        [pull_event(1, "opened", 1), pull_event(2, "closed", 2), pull_event(3, "reopened", 3),
         pull_event(4, "merged", 5)],
        ("merged", "event", 4 * DAY),
        "the last resolution counts",
    ),
    case(
        [pull_event(1, "opened", 1), pull_event(2, "merged", 2), pull_event(3, "closed", 3)],
        ("merged", "event", 1 * DAY),
        "a merge is final",
    ),
    case(
        [pull_event(1, "closed", 2), pull_event(2, "reopened", 3)], None, "open again"
    ),
    case([pull_event(1, "opened", 2)], None, "open"),
    case(
        [issue_event(1, "closed", 2, state_reason="completed",
                     created_at="2026-11-01T00:00:00Z", closed_at="2026-11-02T00:00:00Z")],
        ("completed", "payload", DAY),
        "an issue's closing tells all",
    ),
    case(
        [issue_event(1, "closed", 2, closed_at="2026-10-02T00:00:00Z")],
        ("closed", "payload", DAY),
        "an issue from before reasons were given",
    ),
    case(
        [issue_event(1, "closed", 2, closed_at="2026-10-02T00:00:00Z", state_reason="<b>")],
        ("closed", "payload", DAY),
        "a reason nobody knows",
    ),
    case(
        [issue_event(1, "closed", 2, closed_at="2026-09-02T00:00:00Z")],
        ("closed", "payload", None),
        "closed before it was opened: no time",
    ),
]
# fmt: on


@pytest.fixture(scope="module")
def resolved(spark: SparkSession, tmp_path_factory: pytest.TempPathFactory) -> dict[int, Row]:
    """Every case as a subject of its own, in one batch: Spark's planning is most of the time."""
    messages = [
        with_subject(item, number) for number, (_, events, _) in enumerate(CASES) for item in events
    ]
    path = tmp_path_factory.mktemp("cases") / "object.jsonl"
    rows = resolutions_of(read_lines(spark, path, *messages))
    return {row["subject_id"]: row for row in rows}


@pytest.mark.parametrize("number", range(len(CASES)), ids=[name for name, _, _ in CASES])
def test_outcome_and_time(resolved: dict[int, Row], number: int) -> None:
    expected, row = CASES[number][2], resolved[number]
    assert tuple(row.asDict()) == RESOLUTIONS.column_names
    if expected is None:
        assert row["resolved_at"] is None
    else:
        found = (row["outcome"], row["opened_source"], row["seconds_to_resolution"])
        assert (row["resolved_at"] is not None, found) == (True, expected)


def test_the_order_of_arrival_does_not_matter(lines_of: Lines) -> None:
    events = [
        pull_event(1, "opened", 1),
        pull_event(2, "closed", 2),
        pull_event(3, "reopened", 3),
        pull_event(4, "merged", 5),
    ]
    messages = [
        with_subject(item, subject)
        for subject, order in enumerate(permutations(events))
        for item in order
    ]
    answers = resolutions_of(lines_of(*messages))
    assert len(answers) == 24
    assert {(r["outcome"], r["seconds_to_resolution"], r["opened_source"]) for r in answers} == {
        ("merged", 4 * DAY, "event")
    }


def test_subjects_of_other_events_are_left_alone(lines_of: Lines) -> None:
    events = table_of(
        lines_of(
            pull_event(1, "merged", 1, subject=1),
            pull_event(2, "merged", 1, subject=2),
            # Ids of issues and of pull requests are ranges of their own.
            issue_event(3, "closed", 1, subject=2),
            message(4, "IssueCommentEvent", issue("created", subject=1)),
        )
    )
    wanted = events.where("event_id = '2'")
    rows = transforms.resolve(events, transforms.subjects_of(wanted)).collect()
    assert [(row["kind"], row["subject_id"]) for row in rows] == [("pull_request", 2)]


def test_what_was_looked_up_fills_only_what_is_unknown(lines_of: Lines) -> None:
    old = {"created_at": "2026-11-01T00:00:00Z", "merged": True}
    events = table_of(
        lines_of(
            pull_event(1, "merged", 4, subject=1),
            pull_event(2, "opened", 2, subject=2),
            pull_event(3, "merged", 4, subject=2),
            pull_event(4, "closed", 4, subject=3, **old),
            # An issue of the same id is not the pull request that was looked up.
            issue_event(5, "closed", 4, subject=1),
        )
    ).cache()
    openings = events.sparkSession.sql(
        "SELECT 'PullRequestEvent' AS event_type, subject_id, "
        "TIMESTAMP_NTZ '2026-11-03' AS opened_at FROM VALUES (1L), (2L), (3L) AS t(subject_id)"
    )
    rows = transforms.resolve(events, transforms.subjects_of(events), openings).collect()
    assert sorted((r["kind"], r["subject_id"], str(r["opened_at"]), r["opened_source"])
                  for r in rows) == [
        ("issue", 1, "2026-10-01 00:00:00", "payload"),
        ("pull_request", 1, "2026-11-03 00:00:00", "enrichment"),
        ("pull_request", 2, "2026-11-02 00:00:00", "event"),
        ("pull_request", 3, "2026-11-01 00:00:00", "payload"),
    ]  # fmt: skip


# Over the files as they are, knowing nothing of the job: a count and a sum a kind and outcome.
ORACLE = """
  WITH sent AS (
    SELECT json->>'$.type' AS type, json->>'$.payload.action' AS action,
      coalesce(json->>'$.payload.pull_request.id', json->>'$.payload.issue.id') AS id,
      (json->>'$.created_at')::timestamp AS happened,
      coalesce(json->>'$.payload.pull_request.created_at',
               json->>'$.payload.issue.created_at')::timestamp AS opened,
      coalesce(json->>'$.payload.pull_request.merged_at',
               json->>'$.payload.pull_request.closed_at',
               json->>'$.payload.issue.closed_at')::timestamp AS resolved,
      coalesce(json->>'$.payload.pull_request.merged' = 'true', false) AS merged
    FROM read_ndjson_objects($files)
    WHERE json->>'$.type' IN ('PullRequestEvent', 'IssuesEvent')
  ), subjects AS (
    SELECT type, id, max(resolved) FILTER (action = 'closed') AS resolved, min(opened) AS opened,
      max(happened) FILTER (action = 'reopened') AS reopened,
      bool_or(merged) FILTER (action = 'closed') AS merged
    FROM sent GROUP BY type, id
  )
  SELECT CASE type WHEN 'IssuesEvent' THEN 'issue' ELSE 'pull_request' END AS kind,
    CASE WHEN merged THEN 'merged' ELSE 'closed' END AS outcome,
    count(*), sum(epoch(resolved) - epoch(opened))::bigint
  FROM subjects WHERE resolved IS NOT NULL AND (reopened IS NULL OR reopened <= resolved)
  GROUP BY ALL ORDER BY ALL
"""


def test_real_events_equal_duckdb(lines_of: Lines, sample_files: list[Path]) -> None:
    events = table_of(lines_of(*as_messages(sample_files))).cache()
    by_type = {
        row["event_type"]: row["count"] for row in events.groupBy("event_type").count().collect()
    }
    assert by_type == {
        "PushEvent": 1562,
        "PullRequestEvent": 180,
        "IssuesEvent": 94,
        "ForkEvent": 77,
    }

    rows = transforms.resolve(events, transforms.subjects_of(events)).where(
        "resolved_at IS NOT NULL"
    )
    found = rows.groupBy("kind", "outcome").agg({"*": "count", "seconds_to_resolution": "sum"})
    expected = duckdb.execute(ORACLE, {"files": [str(file) for file in sample_files]}).fetchall()
    assert sorted(tuple(row) for row in found.select("kind", "outcome", "count(1)",
                  "sum(seconds_to_resolution)").collect()) == expected  # fmt: skip
    assert rows.where("opened_source <> 'payload'").count() == 0
    events.unpersist()
