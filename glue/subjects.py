"""The issues and pull requests that a batch tells something new of."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from pyspark.sql import DataFrame, Row

#: Up to so many events the ids themselves bound a scan: Iceberg then leaves out every file in whose
#: range none of them lies. Above, their span does, which is shorter to write and to weigh.
MAX_LISTED = 1000


class Subjects:
    """Subjects with what bounds a scan for them.

    :param rows: ``event_type, subject_id``, not necessarily distinct
    :param per_object: rows with ``subjects``, ``lowest`` and ``highest``
    """

    def __init__(self, rows: DataFrame, per_object: Iterable[Row]) -> None:
        told = [row for row in per_object if row["subjects"] > 0]
        self.rows = rows
        self.count: int = sum(row["subjects"] for row in told)
        self.lowest: int | None = min((row["lowest"] for row in told), default=None)
        self.highest: int | None = max((row["highest"] for row in told), default=None)

    def __or__(self, other: Subjects) -> Subjects:
        both = Subjects(self.rows.union(other.rows), [])
        both.count = self.count + other.count
        ends = [item for item in (self, other) if item.count > 0]
        both.lowest = min((item.lowest for item in ends if item.lowest is not None), default=None)
        both.highest = max(
            (item.highest for item in ends if item.highest is not None), default=None
        )
        return both

    @cached_property
    def listed(self) -> list[int] | None:
        """The ids, where they are few; costs a small Spark job, once."""
        if self.count > MAX_LISTED:
            return None
        return sorted({row["subject_id"] for row in self.rows.collect()})

    def bounds(self, column: str) -> str:
        """A condition that every one of the subjects meets, in SQL."""
        if self.listed is not None:
            return f"{column} IN ({', '.join(map(str, self.listed))})"
        return f"{column} BETWEEN {self.lowest} AND {self.highest}"

    @property
    def wanted(self) -> DataFrame | None:
        """What a scan within the bounds is to be joined with; None where they alone will do.

        With the ids listed an issue may come along that shares its id with a pull request of the
        batch. It is computed from all its events like the others, so that changes nothing.
        """
        return None if self.listed is not None else self.rows.distinct()
