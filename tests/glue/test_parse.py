"""Lines → columns: both payload eras, and what cannot be read."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import pytest
import transforms
from conftest import Lines, issue, message, pull
from pyspark.sql import Row
from tables import GITHUB_EVENTS


def read_one(lines_of: Lines, item: Any) -> Row:
    (row,) = transforms.parse_lines(lines_of(item)).collect()
    return row


@pytest.mark.parametrize(
    ("event_type", "payload", "expected"),
    [
        pytest.param(
            "PushEvent",
            {"ref": "refs/heads/m", "size": 3, "distinct_size": 2, "before": "b", "head": "h"},
            {"commits": 2, "ref": "refs/heads/m", "before_sha": "b", "head_sha": "h"},
            id="push with sizes",
        ),
        pytest.param("PushEvent", {"size": 3}, {"commits": 3}, id="push with one size"),
        pytest.param(
            "PushEvent",
            {"repository_id": 5, "push_id": 1, "ref": "refs/heads/m", "head": "h", "before": "b"},
            {"commits": None, "head_sha": "h", "merged": None},
            id="push of today: commits unknown",
        ),
        pytest.param(
            "ForkEvent",
            {"forkee": {"id": 4, "language": "C"}},
            {"subject_id": 4, "language": "C", "commits": None},
            id="fork",
        ),
        pytest.param(
            "PullRequestEvent",
            pull("merged"),
            {"merged": True, "subject_id": 900, "number": 3, "merged_at": None},
            id="merge of today",
        ),
        pytest.param(
            "PullRequestEvent", pull("closed"), {"merged": False}, id="closing of today is unmerged"
        ),
        pytest.param(
            "PullRequestEvent", pull("opened"), {"merged": None}, id="opening of today does not say"
        ),
        pytest.param(
            "PullRequestEvent",
            pull(
                "closed",
                merged=True,
                merged_at="2016-07-07T00:00:01Z",
                created_at="2016-07-06T00:00:01Z",
                base={"repo": {"language": "Go"}},
            ),
            {
                "merged": True,
                "merged_at": datetime(2016, 7, 7, 0, 0, 1),
                "language": "Go",
                "subject_created_at": datetime(2016, 7, 6, 0, 0, 1),
            },
            id="merge until 2025",
        ),
        pytest.param(
            "IssuesEvent",
            issue("closed", state_reason="not_planned"),
            {"state_reason": "not_planned", "subject_author": "hubot", "number": 7},
            id="issue",
        ),
        pytest.param("WatchEvent", {"action": "started"}, {"subject_id": None}, id="other type"),
        pytest.param("PublicEvent", {}, {"action": None}, id="empty payload"),
    ],
)
def test_reads_both_payload_eras(
    lines_of: Lines, event_type: str, payload: Any, expected: dict[str, Any]
) -> None:
    row = read_one(lines_of, message(1, event_type, payload))
    assert row["reason"] is None
    assert {name: row[name] for name in expected} == expected


# fmt: off
TIMES = [
    ("2015-01-01T01:00:00-08:00", datetime(2015, 1, 1, 9)),
    ("2015-01-01T01:00:00Z", datetime(2015, 1, 1, 1)),
    ("2015-01-01T01:00:00.5Z", datetime(2015, 1, 1, 1, 0, 0, 500_000)),
    ("2015-01-01T01:00:00.123456Z", datetime(2015, 1, 1, 1, 0, 0, 123_456)),
    ("2015-01-01T01:00:00.123456789Z", datetime(2015, 1, 1, 1, 0, 0, 123_456)),
    ("2015-01-01T01:00:00+00:00", datetime(2015, 1, 1, 1)),
    ("2015-01-01 01:00:00", datetime(2015, 1, 1, 1)),
    ("2015-01-01T25:00:00Z", None),
    ("2015-02-30T01:00:00Z", None),
    ("2015-01-01T01:00:00+01:00Z", None),
]
# fmt: on


def test_reads_times_of_any_offset_as_utc(lines_of: Lines) -> None:
    rows = transforms.parse_lines(
        lines_of(*[message(text, "PushEvent", {}, timestamp=text) for text, _ in TIMES])
    ).collect()
    assert {row["event_id"]: row["created_at"] for row in rows} == dict(TIMES)
    assert rows[0]["ingested_at"] == datetime(2026, 11, 1, 12, 5, 0, 250_000)


def test_numbers_sent_as_text_are_numbers(lines_of: Lines) -> None:
    row = read_one(lines_of, message(1, "PushEvent", {"size": "4"}, repo_id="77"))
    assert (row["commits"], row["repo_id"]) == (4, 77)


def test_keeps_hostile_text_as_it_is(lines_of: Lines) -> None:
    hostile = "'; DROP TABLE x; --<script>\u2028\u202e\x00\"\\"
    row = read_one(lines_of, message(1, "PushEvent", {"ref": hostile}, user=hostile))
    assert (row["reason"], row["user_login"], row["ref"]) == (None, hostile, hostile)


def without(name: str) -> str:
    item = message(1, "PushEvent", {})
    del item[name]
    return json.dumps(item)


# fmt: off
UNREADABLE = [
    ("{cut off", "not JSON of a message's shape"),
    ("no json", "not a JSON object"),
    ('[{"id": "1"}, {"id": "2"}]', "not a JSON object"),
    (without("id"), "id is missing"),
    (without("event_type"), "event_type is missing"),
    (without("repo"), "repo is missing"),
    (without("timestamp"), "timestamp is missing"),
    (json.dumps(message(" ", "PushEvent", {})), "id is missing"),
    (json.dumps(message(1, "../../PushEvent", {})), "event_type is no event type"),
    (json.dumps(message(1, "PushEvent", {}, timestamp="yesterday")),
     "timestamp is no ISO 8601 time"),
    (json.dumps(message(1, "PushEvent", {}, timestamp="0001-01-01T00:00:00Z")),
     "timestamp is out of range"),
    (json.dumps(message(1, "PullRequestEvent", {"pull_request": "text"})),
     "not JSON of a message's shape"),
    ("{" * 5000, "not JSON of a message's shape"),
]
# fmt: on


def test_quarantines_what_it_cannot_read(lines_of: Lines) -> None:
    bad = [line for line, _ in UNREADABLE]
    parsed = transforms.parse_lines(lines_of(*bad, message(1, "PushEvent", {}), *bad)).cache()
    rows = transforms.quarantined_lines(parsed).collect()
    assert {row["raw_line"]: row["reason"] for row in rows} == dict(UNREADABLE)
    assert {row["occurrences"] for row in rows} == {2}
    events = transforms.distinct_events(parsed, GITHUB_EVENTS.column_names).collect()
    assert [row["event_id"] for row in events] == ["1"]


def test_empty_lines_are_no_lines(lines_of: Lines) -> None:
    assert transforms.parse_lines(lines_of("", "  ")).count() == 0


def test_counts_are_by_object(lines_of: Lines) -> None:
    parsed = transforms.parse_lines(
        lines_of(
            "{",
            message(1, "PushEvent", {}),
            message(2, "IssuesEvent", issue("closed"), timestamp="2026-10-30T23:59:59Z"),
        )
    )
    (row,) = transforms.count_lines(parsed).collect()
    assert (row["rows_read"], row["quarantined"], row["subjects"]) == (3, 1, 1)
    assert sorted(map(str, row["days"])) == ["2026-10-30", "2026-11-01"]
