"""The job over raw objects in a folder, with its tables in memory."""

from __future__ import annotations

import gzip
import json
import uuid
from pathlib import Path
from typing import Any

import github_events_etl
from conftest import Message, message, pull
from github_events_etl import Summary
from pyspark.sql import SparkSession


class Job:
    """One database with its raw prefixes."""

    def __init__(self, spark: SparkSession, root: Path) -> None:
        self.spark = spark
        self.root = root
        self.database = f"d{uuid.uuid4().hex}"
        self.offset = 0
        #: What the last run told of itself.
        self.stages: list[str] = []

    def land(self, prefix: str, *items: Message | str) -> None:
        folder = self.root / prefix / "ingest_date=2026-11-24" / "ingest_hour=00"
        folder.mkdir(parents=True, exist_ok=True)
        texts = [item if isinstance(item, str) else json.dumps(item) for item in items]
        path = folder / f"t+0+{self.offset:020}.jsonl.gz"
        path.write_bytes(gzip.compress("".join(f"{text}\n" for text in texts).encode()))
        self.offset += 100

    def run(self, *, only_events: bool = False, run_id: str = "") -> Summary:
        paths = {"raw_path": "events"}
        if not only_events:
            paths |= {"coverage_path": "coverage", "enrichment_path": "enrichment"}
        arguments = {name: str(self.root / prefix) for name, prefix in paths.items()}
        self.stages = []
        return github_events_etl.run(
            self.spark,
            {
                "database": self.database,
                "warehouse": str(self.root / "lake"),
                "JOB_RUN_ID": run_id,
                **arguments,
            },
            lambda text: self.stages.append(json.loads(text)["stage"]),
        )

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        self.spark.sql(f"USE glue_catalog.`{self.database}`")
        return [tuple(row) for row in self.spark.sql(sql).collect()]


def coverage(seq: int, event_type: str = "PushEvent", **fields: Any) -> Message:
    return {
        "run_id": "r1",
        "seq": seq,
        "minute": "2026-11-24T10:00:00Z",
        "event_type": event_type,
        "captured": 40,
        "estimated": 41.5,
        "source": "github",
        "api": "https://api.github.com",
        "recorded_at": "2026-11-24T10:01:00.500Z",
        "_partition": 0,
        "_offset": seq,
        **fields,
    }


def enrichment(kind: str, event_id: int, **fields: Any) -> Message:
    of_push = kind == "push_commits"
    return {
        "kind": kind,
        "event_type": "PushEvent" if of_push else "PullRequestEvent",
        "event_id": str(event_id),
        "repo": "octo/cat",
        "repo_id": 5,
        "number": None if of_push else 3,
        "subject_id": None if of_push else 900,
        "commits": None,
        "opened_at": None,
        "obtained_from": "compare" if of_push else "pulls",
        "status": "ok",
        "source": "github",
        "api": "https://api.github.com",
        "fetched_at": "2026-11-24T10:01:00.500Z",
        **fields,
    }


def merged(event_id: int, day: int, **fields: Any) -> Message:
    at = f"2026-11-{day:02}T00:00:00Z"
    return message(event_id, "PullRequestEvent", pull("merged", **fields), timestamp=at)
