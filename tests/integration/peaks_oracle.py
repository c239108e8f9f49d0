"""Computes where peaks begin with DuckDB's own median and median absolute deviation.

Reads a JSON list of lists of counts from standard input; prints the list of limits, null where
there are fewer than eight bars.
"""

from __future__ import annotations

import json
import sys

import duckdb

LIMIT = """
SELECT CASE WHEN count(*) >= 8
    THEN median(n) + 3 * greatest(1.4826 * mad(n), sqrt(median(n))) END
FROM (SELECT unnest($counts::DOUBLE[]) AS n)
"""


def main() -> None:
    """Answer for each list."""
    db = duckdb.connect()
    answers = [db.execute(LIMIT, {"counts": counts}).fetchone() for counts in json.load(sys.stdin)]
    json.dump([answer[0] if answer else None for answer in answers], sys.stdout)


if __name__ == "__main__":
    main()
