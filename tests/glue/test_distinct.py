"""One row an event, whatever order the copies come in."""

from __future__ import annotations

from datetime import date

import pytest
import transforms
from conftest import Lines, message
from lake import day_bounds
from tables import GITHUB_EVENTS


def test_the_copy_seen_first_stays(lines_of: Lines) -> None:
    copies = [
        message(1, "PushEvent", {}, ingested_at="2026-11-01T12:07:00Z", source="archive"),
        message(1, "PushEvent", {}, ingested_at="2026-11-01T12:05:00Z", offset=9),
        message(1, "PushEvent", {}, ingested_at="2026-11-01T12:05:00Z", offset=8, user="first"),
        # The same id of another type is another event.
        message(1, "ForkEvent", {}),
    ]
    for order in (copies, copies[::-1]):
        parsed = transforms.parse_lines(lines_of(*order))
        rows = transforms.distinct_events(parsed, GITHUB_EVENTS.column_names).collect()
        assert sorted((row["event_type"], row["user_login"]) for row in rows) == [
            ("ForkEvent", "mona"),
            ("PushEvent", "first"),
        ]
        assert tuple(rows[0].asDict()) == GITHUB_EVENTS.column_names


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ([], "FALSE"),
        (["2026-11-01"], "2026-11-01..2026-11-02"),
        (["2026-11-02", "2026-11-01", "2026-11-02"], "2026-11-01..2026-11-03"),
        (["2026-12-31", "2026-11-01"], "2026-11-01..2026-11-02 2026-12-31..2027-01-01"),
    ],
)
def test_bounds_name_the_days_and_no_others(days: list[str], expected: str) -> None:
    text = day_bounds(date.fromisoformat(day) for day in days)
    for spell in expected.split() if expected != "FALSE" else []:
        first, end = spell.split("..")
        assert f"t.created_at >= TIMESTAMP_NTZ '{first}'" in text
        assert f"t.created_at < TIMESTAMP_NTZ '{end}'" in text
    assert text.count(">=") == (0 if expected == "FALSE" else len(expected.split()))


def test_very_many_spells_become_one_span() -> None:
    days = [date.fromordinal(735000 + 2 * n) for n in range(100)]
    text = day_bounds(days)
    assert text.count(">=") == 1
    assert str(days[0]) in text
