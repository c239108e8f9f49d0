"""kafka-python in the comparison."""

import kafka.record.default_records as records
from bench_job import Job, Landing, Step, main, read_messages
from kafka import KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition
from kafka.codec import gzip_encode


def produce(job: Job, step: Step) -> int:
    """Stores every event of a file, acknowledged by all replicas."""
    # It has no setting for the level and takes 9, the slowest: given the level of the others.
    records.gzip_encode = lambda payload: gzip_encode(payload, job["gzipLevel"])
    producer = KafkaProducer(
        bootstrap_servers=job["brokers"],
        acks="all",
        enable_idempotence=True,
        # Its defaults are 0 ms and 16 KB.
        linger_ms=20,
        batch_size=512_000,
        compression_type="gzip",
    )
    stored = 0
    failures: list[BaseException] = []

    def delivered(_place: object) -> None:
        nonlocal stored
        stored += 1

    topic = step["topic"]
    for key, value in read_messages(step["file"]):
        producer.send(topic, value, key).add_callback(delivered).add_errback(failures.append)
    producer.flush()
    producer.close()
    if failures:
        raise failures[0]
    return stored


def consume(job: Job, step: Step, landing: Landing) -> int:
    """Lands a topic's messages and commits each once its object exists."""
    topic = step["topic"]
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=job["brokers"],
        group_id=f"{job['group']}-{step['prefix']}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=5000,
        fetch_max_bytes=52_428_800,
        max_partition_fetch_bytes=10_485_760,
    )
    landed = 0
    read = 0
    following: dict[int, int] = {}

    def write(partition: int) -> int:
        count = landing.write(partition)
        place = OffsetAndMetadata(following[partition], "", -1)
        consumer.commit({TopicPartition(topic, partition): place})
        return count

    while read < step["events"]:
        for found in consumer.poll(timeout_ms=500).values():
            for record in found:
                read += 1
                following[record.partition] = record.offset + 1
                if landing.add(record.partition, record.offset, record.timestamp, record.value):
                    landed += write(record.partition)
    for partition in list(landing.lines):
        landed += write(partition)
    consumer.close()
    return landed


if __name__ == "__main__":
    main(produce, consume)
