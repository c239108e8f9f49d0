"""Reads a topic to its end with a client that is not ours and counts what is lost and doubled.

Every value is JSON with a `seq`; of the ranges given, each number has to be there once, and within
a partition the numbers have to rise. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import itertools
import json
import sys
import time
from collections import Counter

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, TopicPartition

#: Without a record for so long, the reading is given up: a broker may just have been killed.
PATIENCE_SECONDS = 60.0
SHOWN = 20


def read_sequences(brokers: str, topic: str) -> dict[int, list[int]]:
    """The sequence numbers of each partition, in the order of the log."""
    consumer = Consumer(
        {
            "bootstrap.servers": brokers,
            "group.id": f"verify-{time.time_ns()}",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": "read_committed",
            "log_level": 0,
        }
    )
    try:
        metadata = consumer.list_topics(topic, timeout=PATIENCE_SECONDS).topics[topic]
        if metadata.error is not None:
            raise RuntimeError(f"{topic}: {metadata.error}")
        ends = {
            partition: consumer.get_watermark_offsets(
                TopicPartition(topic, partition), timeout=PATIENCE_SECONDS
            )[1]
            for partition in metadata.partitions
        }
        consumer.assign([TopicPartition(topic, each, OFFSET_BEGINNING) for each in ends])
        sequences: dict[int, list[int]] = {partition: [] for partition in ends}
        left = {partition for partition, end in ends.items() if end > 0}
        deadline = time.monotonic() + PATIENCE_SECONDS
        while left:
            for message in consumer.consume(2_000, timeout=1.0):
                partition, offset = message.partition(), message.offset()
                error, value = message.error(), message.value()
                if error is not None and error.code() != KafkaError._PARTITION_EOF:
                    if error.retriable():
                        continue
                    raise RuntimeError(str(error))
                if partition is None or offset is None:
                    continue
                deadline = time.monotonic() + PATIENCE_SECONDS
                if error is None:
                    sequences[partition].append(int(json.loads(value or b"")["seq"]))
                    offset += 1
                # At the end of the log the offset is that of the record to come.
                if offset >= ends[partition]:
                    left.discard(partition)
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing more of partitions {sorted(left)} of {topic}")
        return sequences
    finally:
        consumer.close()


def wanted_numbers(ranges: str) -> set[int]:
    """`0-99,200-299` as the numbers it names."""
    numbers: set[int] = set()
    for part in filter(None, ranges.split(",")):
        first, last = part.split("-")
        numbers.update(range(int(first), int(last) + 1))
    return numbers


def count(sequences: dict[int, list[int]], wanted: set[int]) -> dict[str, object]:
    times = Counter(number for numbers in sequences.values() for number in numbers)
    lost = sorted(number for number in wanted if number not in times)
    doubled = sorted(number for number, often in times.items() if often > 1)
    disordered = 0
    for numbers in sequences.values():
        # A double comes again behind later ones: it is counted as a double, not here.
        firsts = list(dict.fromkeys(numbers))
        disordered += sum(1 for a, b in itertools.pairwise(firsts) if b < a)
    return {
        "messages": sum(times.values()),
        "distinct": len(times),
        "lost": len(lost),
        "doubled": len(doubled),
        "disordered": disordered,
        "unasked": sum(1 for number in times if number not in wanted),
        "first_lost": lost[:SHOWN],
        "first_doubled": doubled[:SHOWN],
        "partitions": {str(each): len(numbers) for each, numbers in sorted(sequences.items())},
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--brokers", required=True)
    parser.add_argument("--topic", required=True)
    parser.add_argument("--ranges", required=True, help="what was acknowledged: 0-99,200-299")
    arguments = parser.parse_args()
    sequences = read_sequences(arguments.brokers, arguments.topic)
    json.dump(count(sequences, wanted_numbers(arguments.ranges)), sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(main())
