"""Raw objects and summaries through Hadoop's file system: the same on AWS and here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lake import fail
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F


@dataclass(frozen=True)
class RawObject:
    path: str
    size: int


def list_raw_objects(spark: SparkSession, raw_path: str) -> list[RawObject]:
    """The raw objects under the path, in the order of their names; none where it is not there.

    Only objects of the hour folders: what lies beside them (origin objects) is not data.
    """
    jvm: Any = spark._jvm  # Hadoop's file system has no Python API
    conf = spark._jsc.hadoopConfiguration()  # type: ignore[attr-defined]
    path = jvm.org.apache.hadoop.fs.Path(raw_path)
    file_system = path.getFileSystem(conf)
    objects = []
    try:
        files = file_system.listFiles(path, True)
        while files.hasNext():
            status = files.next()
            name = status.getPath().toString()
            if name.endswith(".jsonl.gz") and "/ingest_date=" in name:
                objects.append(RawObject(name, int(status.getLen())))
    except Exception as error:
        if "FileNotFoundException" in str(error):
            return []
        fail(f"listing {raw_path}", error)
    return sorted(objects, key=lambda item: item.path)


def write_text(spark: SparkSession, path: str, text: str) -> None:
    jvm: Any = spark._jvm
    conf = spark._jsc.hadoopConfiguration()  # type: ignore[attr-defined]
    target = jvm.org.apache.hadoop.fs.Path(path)
    stream = target.getFileSystem(conf).create(target, True)
    try:
        stream.write(bytearray(text, "utf-8"))
    finally:
        stream.close()


def read_lines(spark: SparkSession, objects: list[RawObject]) -> DataFrame:
    lines = spark.read.option("lineSep", "\n").text([item.path for item in objects])
    return lines.select("value", F.col("_metadata.file_path").alias("object_path"))


def first_unreadable(spark: SparkSession, objects: list[RawObject]) -> str:
    """The object that a failed reading failed at, since Spark's error does not name it."""
    for item in objects:
        try:
            read_lines(spark, [item]).count()
        except Exception:
            return item.path
    return f"{len(objects)} raw objects"
