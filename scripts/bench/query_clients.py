"""awswrangler and PyAthena in the comparison of query clients (scripts/bench-query.ts).

python query_clients.py MODE DATABASE WORKGROUP s3://bucket/prefix/

A line of JSON comes in for each query, one goes out with what it took. The modes are the clients'
own, as their documentation shows them; "quick" asks for the state every 50 ms instead of every
second.
"""

from __future__ import annotations

import itertools
import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

MODE, DATABASE, WORKGROUP, OUTPUT = sys.argv[1:5]
QUICK_SECONDS = 0.05

numbers = itertools.count()


def fresh() -> str:
    """A place where nothing lies yet: UNLOAD and temporary tables want one."""
    return f"{OUTPUT}{MODE}-{next(numbers)}-{time.time_ns()}/"


def open_awswrangler() -> Callable[[str], Any]:
    """Returns what reads a query into a frame by awswrangler."""
    import awswrangler as wr

    if MODE.endswith("quick"):
        wr.config.athena_query_wait_polling_delay = QUICK_SECONDS
    options = {
        "awswrangler-ctas": {"ctas_approach": True},
        "awswrangler-unload": {"ctas_approach": False, "unload_approach": True},
    }.get(MODE.removesuffix("-quick"), {"ctas_approach": False})

    def read(sql: str) -> Any:
        return wr.athena.read_sql_query(
            sql, database=DATABASE, workgroup=WORKGROUP, s3_output=fresh(), **options
        )

    return read


def open_pyathena() -> Callable[[str], Any]:
    """Returns what reads a query by PyAthena: into a frame, or with its default cursor rows."""
    from pyathena import connect
    from pyathena.pandas.cursor import PandasCursor

    polls = {"poll_interval": QUICK_SECONDS} if MODE.endswith("quick") else {}
    frames = MODE.startswith("pyathena-pandas")
    connection = connect(
        s3_staging_dir=OUTPUT,
        schema_name=DATABASE,
        work_group=WORKGROUP,
        **({"cursor_class": PandasCursor} if frames else {}),
        **polls,
    )

    def read(sql: str) -> Any:
        cursor = connection.cursor().execute(sql)
        return cursor.as_pandas() if frames else cursor.fetchall()

    return read


def tell(value: dict[str, float]) -> None:
    """Writes a line for the bench."""
    print(json.dumps(value), flush=True)


loading = time.perf_counter()
read_query = open_awswrangler() if MODE.startswith("awswrangler") else open_pyathena()
tell({"import_seconds": time.perf_counter() - loading})

for line in sys.stdin:
    statement = json.loads(line)["sql"]
    cpu_before = time.process_time()
    before = time.perf_counter()
    result = read_query(statement)
    seconds = time.perf_counter() - before
    cpu_seconds = time.process_time() - cpu_before
    ids = [row[0] for row in result] if isinstance(result, list) else result["id"]
    tell(
        {
            "seconds": seconds,
            "cpu_seconds": cpu_seconds,
            "rows": len(result),
            "sum": int(sum(ids)),
            "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    )
