"""Files below a table that no snapshot of it knows: what killed runs have left."""

from __future__ import annotations

from typing import Any

from py4j.java_gateway import is_instance_of
from pyspark import SparkContext
from pyspark.sql import SparkSession

ICEBERG_IO = "org.apache.iceberg.io"


def remove_orphans(spark: SparkSession, table: Any, older_than_ms: int) -> tuple[int, int]:
    """Removes the orphans last changed before the time; returns how many, and their bytes.

    Iceberg's action finds them, the same as behind the procedure ``remove_orphan_files``, which
    neither tells sizes nor takes an age under a day. Where the table's files can be listed through
    its own client, they are: then they have the very addresses that the table knows them by,
    whatever Hadoop calls them (``s3a://``).

    https://iceberg.apache.org/docs/1.10.0/maintenance/#delete-orphan-files
    """
    jvm: Any = spark._jvm
    io = table.io()
    # A consumer of Java's own that only collects: the deleting is ours, after the measuring.
    collecting = jvm.java.util.stream.Stream.builder()
    action = (
        jvm.org.apache.iceberg.spark.actions.SparkActions.get(spark._jsparkSession)
        .deleteOrphanFiles(table)
        .olderThan(older_than_ms)
        .usePrefixListing(_is(io, f"{ICEBERG_IO}.SupportsPrefixOperations"))
        .deleteWith(collecting)
    )
    paths = list(action.execute().orphanFileLocations())
    sizes = [_size(io, path) for path in paths]
    if paths and _is(io, f"{ICEBERG_IO}.SupportsBulkOperations"):
        io.deleteFiles(_java_list(jvm, paths))
    else:
        for path in paths:
            io.deleteFile(path)
    return len(paths), sum(sizes)


def _size(io: Any, path: str) -> int:
    try:
        return int(io.newInputFile(path).getLength())
    except Exception:
        # Gone meanwhile: somebody else has cleaned up.
        return 0


def _java_list(jvm: Any, items: list[str]) -> Any:
    result = jvm.java.util.ArrayList()
    for item in items:
        result.add(item)
    return result


def _is(java_object: Any, interface: str) -> bool:
    gateway = SparkContext._gateway
    return gateway is not None and bool(is_instance_of(gateway, java_object, interface))
