"""confluent-kafka in the comparison: librdkafka from Python."""

from bench_job import Job, Landing, Step, main, read_messages
from confluent_kafka import Consumer, KafkaError, Message, Producer, TopicPartition

poll_messages = 5000


def produce(job: Job, step: Step) -> int:
    """Stores every event of a file, acknowledged by all replicas."""
    stored = 0
    failures: list[str] = []

    def delivered(error: KafkaError | None, _message: Message) -> None:
        nonlocal stored
        if error is None:
            stored += 1
        else:
            failures.append(error.str())

    producer = Producer(
        {
            "bootstrap.servers": job["brokers"],
            "acks": "all",
            "enable.idempotence": True,
            # librdkafka's defaults are 5 ms, 10,000 messages and 1 MB: the first is raised.
            "linger.ms": 20,
            "batch.num.messages": 10_000,
            "batch.size": 1_000_000,
            "queue.buffering.max.messages": 200_000,
            "queue.buffering.max.kbytes": 1_048_576,
            "compression.type": "gzip",
            "compression.level": job["gzipLevel"],
            "partitioner": "murmur2_random",
        }
    )
    topic = step["topic"]
    for key, value in read_messages(step["file"]):
        while True:
            try:
                producer.produce(topic, value, key, on_delivery=delivered)
                break
            except BufferError:
                producer.poll(0.1)
        producer.poll(0)
    producer.flush()
    if failures:
        raise RuntimeError(failures[0])
    return stored


def consume(job: Job, step: Step, landing: Landing) -> int:
    """Lands a topic's messages and commits each once its object exists."""
    consumer = Consumer(
        {
            "bootstrap.servers": job["brokers"],
            "group.id": f"{job['group']}-{step['prefix']}",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            # librdkafka's defaults for the rest: 64 MB and 100,000 messages queued ahead.
        }
    )
    topic = step["topic"]
    consumer.subscribe([topic])
    landed = 0
    read = 0
    following: dict[int, int] = {}

    def write(partition: int) -> int:
        count = landing.write(partition)
        place = TopicPartition(topic, partition, following[partition])
        consumer.commit(offsets=[place], asynchronous=False)
        return count

    while read < step["events"]:
        for message in consumer.consume(poll_messages, 0.5):
            error = message.error()
            if error is not None:
                raise RuntimeError(error.str())
            partition, offset, value = message.partition(), message.offset(), message.value()
            if partition is None or offset is None or not isinstance(value, bytes):
                raise RuntimeError("a message without a place or a value")
            read += 1
            following[partition] = offset + 1
            if landing.add(partition, offset, message.timestamp()[1], value):
                landed += write(partition)
    for partition in list(landing.lines):
        landed += write(partition)
    consumer.close()
    return landed


if __name__ == "__main__":
    main(produce, consume)
