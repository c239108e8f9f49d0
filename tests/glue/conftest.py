"""One small Spark session for all tests: starting it costs more than the tests themselves."""

from __future__ import annotations

import gzip
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pyspark.sql import DataFrame, SparkSession

Message = dict[str, Any]

#: Beside the virtual environment, where the engines are installed.
ICEBERG = next(Path(sys.prefix).parent.glob("engines/spark/jars/iceberg-spark-runtime-*.jar"), None)
ICEBERG_SPARK = "org.apache.iceberg.spark"
ICEBERG_EXTENSIONS = "IcebergSparkSessionExtensions"


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SparkSession]:
    os.environ["PYSPARK_PYTHON"] = sys.executable
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    builder = (
        SparkSession.builder.master("local[2]")
        .appName("tests")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.driver.extraJavaOptions", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
    )
    if ICEBERG is not None:
        # Tables in memory: the job's SQL is the same, whatever the catalog.
        catalog = "spark.sql.catalog.glue_catalog"
        builder = (
            builder.config("spark.jars", str(ICEBERG))
            .config("spark.sql.extensions", f"{ICEBERG_SPARK}.extensions.{ICEBERG_EXTENSIONS}")
            .config(catalog, f"{ICEBERG_SPARK}.SparkCatalog")
            .config(f"{catalog}.catalog-impl", "org.apache.iceberg.inmemory.InMemoryCatalog")
        )
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    yield session
    session.stop()


Lines = Callable[..., DataFrame]


def read_lines(spark: SparkSession, path: Path, *items: Message | str) -> DataFrame:
    texts = [item if isinstance(item, str) else json.dumps(item) for item in items]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    frame = spark.read.option("lineSep", "\n").text(str(path))
    return frame.selectExpr("value", "'s3://raw/object' AS object_path")


@pytest.fixture
def lines_of(spark: SparkSession, tmp_path: Path) -> Lines:
    """Messages, or lines as they are, as the job reads them from an object."""

    def make(*items: Message | str) -> DataFrame:
        return read_lines(spark, tmp_path / "object.jsonl", *items)

    return make


def message(event_id: int | str, event_type: str, payload: Any, **others: Any) -> Message:
    """A message as the topic carries it, with an offset of its own."""
    offset = others.pop("offset", 0)
    return {
        "id": str(event_id),
        "event_type": event_type,
        "repo": "octo/cat",
        "user": "mona",
        "timestamp": "2026-11-01T12:00:00Z",
        "repo_id": 5,
        "user_id": 6,
        "org": None,
        "source": "github",
        "ingested_at": "2026-11-01T12:05:00.250Z",
        "payload": payload,
        "_partition": 0,
        "_offset": offset,
        **others,
    }


def pull(action: str, subject: int = 900, **fields: Any) -> Message:
    """A pull request's payload; today's shape unless fields of the older one are given."""
    number = fields.pop("number", 3)
    shape = {"id": subject, "number": number, "url": "https://api.github.com/x", **fields}
    return {"action": action, "number": number, "pull_request": shape}


def issue(action: str, subject: int = 800, **fields: Any) -> Message:
    shape = {"id": subject, "number": 7, "created_at": "2026-10-01T00:00:00Z", **fields}
    return {"action": action, "issue": {"user": {"login": "hubot"}, **shape}}


#: Real events in GH Archive's form, one a line, with the full payloads of their time.
SAMPLES = Path(os.environ.get("SAMPLE_EVENTS", str(Path(__file__).parents[3] / "shared" / "data")))


@pytest.fixture(scope="session")
def sample_files() -> list[Path]:
    files = sorted(SAMPLES.glob("gh-events-20*.jsonl.gz"))
    if not files:
        pytest.skip(f"no sample events in {SAMPLES} (SAMPLE_EVENTS names the folder)")
    return files


def as_messages(files: list[Path]) -> list[Message]:
    """The events of the four default types, as the producer sends them."""
    kept = {"PushEvent", "PullRequestEvent", "IssuesEvent", "ForkEvent"}
    messages = []
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8") as lines:
            for offset, line in enumerate(lines):
                event = json.loads(line)
                if event["type"] in kept:
                    messages.append(
                        message(
                            event["id"],
                            event["type"],
                            event["payload"],
                            repo=event["repo"]["name"],
                            repo_id=event["repo"]["id"],
                            user=event["actor"]["login"],
                            timestamp=event["created_at"],
                            source="file",
                            offset=offset,
                        )
                    )
    return messages
