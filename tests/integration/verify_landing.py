"""Compares a topic's log with what was landed of it, offset for offset and byte for byte.

Reads the log and the dead letters with librdkafka and the raw objects with boto3: nothing of the
pipeline's own code. Prints one JSON object; ends with 1 where anything is lost, doubled or changed.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import boto3  # type: ignore[import-untyped]
from botocore.config import Config  # type: ignore[import-untyped]
from confluent_kafka import OFFSET_BEGINNING, Consumer, Message, TopicPartition

if TYPE_CHECKING:
    from collections.abc import Iterator

JSON_SPACE = b" \t\r\n"
PLACE = re.compile(rb',"_partition":(\d+),"_offset":(\d+)\}$')
KEY = re.compile(
    r"ingest_date=(\d{4}-\d\d-\d\d)/ingest_hour=(\d\d)/(.+)\+(\d+)\+(\d{20})\.jsonl\.gz"
)
ORIGIN = re.compile(r"_origin/(.+)\+(\d+)\.json")
#: As JavaScript's encodeURIComponent leaves them.
PLAIN = "!'()*-._~"
SILENCE_SECONDS = 60.0
SHOWN = 200


@dataclass
class Problems:
    """What is wrong, by kind, with the first places of each."""

    counts: Counter[str] = field(default_factory=Counter)
    places: dict[str, list[str]] = field(default_factory=dict)

    def add(self, kind: str, place: str) -> None:
        self.counts[kind] += 1
        if self.counts[kind] <= SHOWN:
            self.places.setdefault(kind, []).append(place)


@dataclass(frozen=True, slots=True)
class Received:
    """A record as librdkafka hands it over."""

    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: dict[str, str]

    @classmethod
    def of(cls, message: Message) -> Received:
        partition, offset = message.partition(), message.offset()
        if partition is None or offset is None:
            raise SystemExit("a record without a place")
        return cls(
            partition=partition,
            offset=offset,
            timestamp_ms=message.timestamp()[1],
            key=to_bytes(message.key()),
            value=to_bytes(message.value()),
            headers={
                str(name): (to_bytes(value) or b"").decode()
                for name, value in dict(message.headers() or []).items()
            },
        )


def to_bytes(data: str | bytes | None) -> bytes | None:
    return data.encode() if isinstance(data, str) else data


@dataclass(frozen=True, slots=True)
class Record:
    """A record of the log: digests in place of its bytes, for the log may be large."""

    line: bytes
    key: bytes
    value: bytes
    timestamp_ms: int


@dataclass(frozen=True)
class RawObject:
    """A raw object, by its name and its metadata."""

    key: str
    partition: int
    first: int
    last: int


Log = dict[int, dict[int, Record]]
Places = dict[tuple[int, int], int]


def digest(data: bytes | None) -> bytes:
    """Tells null from empty."""
    return b"null" if data is None else hashlib.blake2b(data, digest_size=16).digest()


def read_topic(brokers: str, topic: str) -> Iterator[Received]:
    """Every record of a topic, up to the ends of now."""
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": f"verify-{uuid.uuid4()}",
            "enable.auto.commit": False,
            "fetch.max.bytes": 16_000_000,
            "queued.max.messages.kbytes": 65_536,
        }
    )
    try:
        metadata = consumer.list_topics(topic, timeout=30).topics[topic]
        if metadata.error is not None:
            raise SystemExit(f"{topic}: {metadata.error}")
        ends: dict[int, int] = {}
        for partition in metadata.partitions:
            low, high = consumer.get_watermark_offsets(TopicPartition(topic, partition), timeout=30)
            if high > low:
                ends[partition] = high
        consumer.assign([TopicPartition(topic, each, OFFSET_BEGINNING) for each in ends])
        heard = time.monotonic()
        while ends:
            for message in consumer.consume(1000, timeout=1.0):
                if message.error() is not None:
                    raise SystemExit(f"{topic}: {message.error()}")
                heard = time.monotonic()
                received = Received.of(message)
                end = ends.get(received.partition)
                if end is None or received.offset >= end:
                    continue
                yield received
                if received.offset == end - 1:
                    del ends[received.partition]
            if time.monotonic() - heard > SILENCE_SECONDS:
                raise SystemExit(f"{topic}: nothing more came before the ends {ends}")
    finally:
        consumer.close()


def line_of(value: bytes, partition: int, offset: int) -> bytes:
    """The line a message becomes: its own bytes, with its place appended."""
    place = b',"_partition":%d,"_offset":%d}' % (partition, offset)
    return value.strip(JSON_SPACE)[:-1] + place


def read_log(brokers: str, topic: str) -> Log:
    log: Log = {}
    for received in read_topic(brokers, topic):
        partition, offset, value = received.partition, received.offset, received.value
        log.setdefault(partition, {})[offset] = Record(
            line=digest(line_of(value or b"", partition, offset)),
            key=digest(received.key),
            value=digest(value),
            timestamp_ms=received.timestamp_ms,
        )
    return log


def read_letters(brokers: str, topic: str, log: Log, problems: Problems) -> Places:
    """Each offset in the dead letters, as often as it is there."""
    letters: Places = {}
    for letter in read_topic(brokers, f"{topic}.dead-letter"):
        headers = letter.headers
        at = f"dead letter {letter.partition}:{letter.offset}"
        if headers.get("topic") != topic:
            continue
        place = (int(headers.get("partition", -1)), int(headers.get("offset", -1)))
        letters[place] = letters.get(place, 0) + 1
        record = log.get(place[0], {}).get(place[1])
        if record is None:
            problems.add("a dead letter of no record", f"{at} names {place[0]}:{place[1]}")
            continue
        if digest(letter.value) != record.value:
            problems.add("a dead letter's value is not the record's", f"{at} of {place}")
        if digest(letter.key) != record.key:
            problems.add("a dead letter's key is not the record's", f"{at} of {place}")
        if not headers.get("reason"):
            problems.add("a dead letter without a reason", at)
    return letters


class Bucket:
    """The raw objects of one prefix."""

    def __init__(self, endpoint: str, bucket: str, prefix: str) -> None:
        self.bucket = bucket
        self.prefix = prefix
        self.client: Any = boto3.client(
            "s3",
            endpoint_url=endpoint,
            region_name="us-east-1",
            aws_access_key_id="workbench",
            aws_secret_access_key="workbench",  # noqa: S106 -- the local endpoint's, for everybody
            config=Config(s3={"addressing_style": "path"}),
        )

    def list_keys(self) -> Iterator[str]:
        """Below the prefix, without it."""
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=self.prefix
        )
        for page in pages:
            for item in page.get("Contents", []):
                yield str(item["Key"])[len(self.prefix) :]

    def get(self, key: str) -> tuple[bytes, dict[str, str], str]:
        answer = self.client.get_object(Bucket=self.bucket, Key=self.prefix + key)
        return answer["Body"].read(), answer["Metadata"], str(answer["ETag"]).strip('"')


class Comparison:
    """One look at everything there is."""

    def __init__(self, log: Log, topic: str, bucket: Bucket, problems: Problems) -> None:
        self.log = log
        self.topic = topic
        self.bucket = bucket
        self.problems = problems
        self.lines: Places = {}
        self.objects: list[RawObject] = []
        self.starts: dict[int, int] = {}
        self.landed_to: dict[int, int] = {}

    def read_objects(self) -> None:
        for key in self.bucket.list_keys():
            if origin := ORIGIN.fullmatch(key):
                body, _, _ = self.bucket.get(key)
                self.starts[int(origin[2])] = int(json.loads(body)["start_offset"])
            elif found := KEY.fullmatch(key):
                self.read_object(key, found)
            else:
                self.problems.add("an object of another name", key)

    def read_object(self, key: str, name: re.Match[str]) -> None:
        body, metadata, etag = self.bucket.get(key)
        problems = self.problems
        partition, first = int(name[4]), int(name[5])
        last = int(metadata.get("last-offset", -1))
        raw = RawObject(key, partition, first, last)
        self.objects.append(raw)
        if re.fullmatch(r"[0-9a-f]{32}", etag) and hashlib.md5(body).hexdigest() != etag:  # noqa: S324
            problems.add("an object whose ETag is not that of its bytes", key)
        record = self.log.get(partition, {}).get(first)
        if name[3] != self.topic or record is None:
            problems.add("an object named for no record", key)
            return
        moment = datetime.fromtimestamp(record.timestamp_ms / 1000, tz=UTC)
        if moment.strftime("%Y-%m-%d %H") != f"{name[1]} {name[2]}":
            problems.add("an object in another hour than its first record", key)
        if metadata.get("first-offset") != str(first) or last < first:
            problems.add("metadata that does not fit the name", f"{key} {metadata}")
        try:
            text = gzip.decompress(body)
        except (OSError, EOFError) as error:
            problems.add("an object that is not whole", f"{key}: {error}")
            return
        if text and not text.endswith(b"\n"):
            problems.add("an object that is not whole", f"{key}: its last line has no end")
        lines = text.split(b"\n")[:-1]
        if metadata.get("messages") != str(len(lines)):
            problems.add("metadata that does not fit the content", f"{key}: {len(lines)} lines")
        first_id = self.read_lines(raw, lines)
        if metadata.get("first-message-id", "") != first_id:
            problems.add("metadata that does not fit the content", f"{key}: first id {first_id}")

    def read_lines(self, raw: RawObject, lines: list[bytes]) -> str:
        """Returns the first record's id as the metadata has it; empty if it is a dead letter."""
        before = -1
        first_id = ""
        for line in lines:
            place = PLACE.search(line)
            if place is None:
                self.problems.add("a line without its place", raw.key)
                continue
            partition, offset = int(place[1]), int(place[2])
            at = f"{partition}:{offset} in {raw.key}"
            if partition != raw.partition or not max(before + 1, raw.first) <= offset <= raw.last:
                self.problems.add("a line out of its place", at)
            before = offset
            record = self.log.get(partition, {}).get(offset)
            if record is None or digest(line) != record.line:
                self.problems.add("a line that is not the record's bytes", at)
            self.lines[partition, offset] = self.lines.get((partition, offset), 0) + 1
            if offset == raw.first:
                first_id = quote(str(json.loads(line)["id"]), safe=PLAIN)
        return first_id

    def check_ranges(self) -> None:
        """The objects' ranges lie side by side, from the origin's start on."""
        ordered = sorted(self.objects, key=lambda raw: (raw.partition, raw.first, raw.last))
        reached = dict(self.starts)
        for raw in ordered:
            want = reached.get(raw.partition)
            if want is None:
                self.problems.add("a partition without an origin object", raw.key)
            elif raw.first < want:
                self.problems.add("objects that overlap", f"{raw.key} begins before {want}")
            reached[raw.partition] = max(want or 0, raw.last + 1)
        self.landed_to = reached

    def check_offsets(self, letters: Places) -> None:
        """Each offset is there once: as a line, or as a dead letter."""
        for partition, records in self.log.items():
            start = self.starts.get(partition, 0)
            for offset in records:
                place = (partition, offset)
                count = self.lines.get(place, 0)
                dead = place in letters
                if count == 0 and not dead and offset >= start:
                    self.problems.add("an offset that was lost", f"{partition}:{offset}")
                elif count > 1 or (count == 1 and dead):
                    self.problems.add("an offset that is there twice", f"{partition}:{offset}")

    def check_committed(self, brokers: str, group: str) -> int:
        """The group has committed nothing that is not landed. Returns the lag."""
        consumer = Consumer({"bootstrap.servers": brokers, "group.id": group})
        try:
            asked = [TopicPartition(self.topic, partition) for partition in self.log]
            lag = 0
            for found in consumer.committed(asked, timeout=30):
                end = max(self.log[found.partition]) + 1
                landed = self.landed_to.get(found.partition, 0)
                if found.offset > landed:
                    place = f"{found.partition}: {found.offset}, landed to {landed}"
                    self.problems.add("a commit past what is landed", place)
                lag += end - max(found.offset, self.starts.get(found.partition, 0))
            return lag
        finally:
            consumer.close()


def verify(arguments: argparse.Namespace) -> dict[str, Any]:
    problems = Problems()
    bucket = Bucket(arguments.endpoint, arguments.bucket, arguments.prefix)
    log = read_log(arguments.brokers, arguments.topic)
    letters = read_letters(arguments.brokers, arguments.topic, log, problems)
    comparison = Comparison(log, arguments.topic, bucket, problems)
    comparison.read_objects()
    comparison.check_ranges()
    comparison.check_offsets(letters)
    lag = comparison.check_committed(arguments.brokers, arguments.group)
    return {
        "records": sum(len(records) for records in log.values()),
        "objects": len(comparison.objects),
        "lines": sum(comparison.lines.values()),
        "dead_letters": len(letters),
        "repeated_letters": sum(letters.values()) - len(letters),
        "lag": lag,
        "problems": dict(problems.counts),
        "places": problems.places,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("brokers", "topic", "endpoint", "bucket", "prefix", "group"):
        parser.add_argument(f"--{name}", required=True)
    result = verify(parser.parse_args())
    json.dump(result, sys.stdout)
    return 1 if result["problems"] else 0


if __name__ == "__main__":
    sys.exit(main())
