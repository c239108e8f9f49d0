"""What the two Python clients share: the job, the mapping, the landing and the figures.

The job is that of job.ts, as JSON on the command line; a client brings the two functions that
speak to Kafka.
"""

import gzip
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

Job = dict[str, Any]
Step = dict[str, Any]


def read_messages(path: str) -> Iterator[tuple[bytes, bytes]]:
    """Reads events, one a line, and yields the key and the value of each message."""
    with Path(path).open("rb") as file:
        for line in file:
            event = json.loads(line)
            name = event["repo"]["name"]
            org = event.get("org")
            message = {
                "id": event["id"],
                "event_type": event["type"],
                "repo": name,
                "user": event["actor"]["login"],
                "timestamp": event["created_at"],
                "repo_id": event["repo"]["id"],
                "user_id": event["actor"]["id"],
                "org": None if org is None else org["login"],
                "source": "file",
                "ingested_at": datetime.now(UTC).isoformat(),
                "payload": event["payload"],
            }
            value = json.dumps(message, separators=(",", ":"), ensure_ascii=False)
            yield name.encode(), value.encode()


class Landing:
    """Gathers messages by partition and writes them as gzip JSON lines objects."""

    def __init__(self, job: Job, step: Step) -> None:
        self.job = job
        self.step = step
        self.lines: dict[int, list[bytes]] = {}
        self.sizes: dict[int, int] = {}
        self.first: dict[int, tuple[int, int]] = {}
        self.s3 = boto3.client(
            "s3", endpoint_url=job["endpoint"], config=Config(retries={"max_attempts": 5})
        )

    def add(self, partition: int, offset: int, timestamp_ms: int, value: bytes) -> bool:
        """Takes a message; returns whether its partition's object is full."""
        json.loads(value)
        lines = self.lines.setdefault(partition, [])
        if not lines:
            self.first[partition] = (offset, timestamp_ms)
            self.sizes[partition] = 0
        lines.append(b'%s,"_partition":%d,"_offset":%d}' % (value[:-1], partition, offset))
        self.sizes[partition] += len(value)
        max_messages: int = self.job["rotateMessages"]
        max_bytes: int = self.job["rotateBytes"]
        return len(lines) >= max_messages or self.sizes[partition] >= max_bytes

    def write(self, partition: int) -> int:
        """Writes a partition's object, created once; returns the number of its messages."""
        lines = self.lines.pop(partition, [])
        if not lines:
            return 0
        offset, timestamp_ms = self.first[partition]
        at = datetime.fromtimestamp(timestamp_ms / 1000, UTC)
        name = f"{self.step['topic']}+{partition}+{offset:020d}.jsonl.gz"
        self.s3.put_object(
            Bucket=self.job["bucket"],
            Key=f"{self.step['prefix']}ingest_date={at:%Y-%m-%d}/ingest_hour={at:%H}/{name}",
            Body=gzip.compress(b"\n".join(lines) + b"\n", self.job["gzipLevel"]),
            ContentType="application/gzip",
            IfNoneMatch="*",
        )
        return len(lines)


def main(
    produce: Callable[[Job, Step], int],
    consume: Callable[[Job, Step, Landing], int],
) -> None:
    """Does the job: a run to warm up, then the one that counts."""
    job: Job = json.loads(sys.argv[1])

    def run(step: Step) -> int:
        if job["action"] == "produce":
            return produce(job, step)
        return consume(job, step, Landing(job, step))

    run(job["runs"][0])
    cpu_before = time.process_time()
    before = time.perf_counter()
    messages = run(job["runs"][1])
    outcome = {
        "messages": messages,
        "seconds": time.perf_counter() - before,
        "cpuSeconds": time.process_time() - cpu_before,
        "peakRssMb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }
    print(json.dumps(outcome))
