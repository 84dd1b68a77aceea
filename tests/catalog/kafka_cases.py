"""The Kafka Streams projects that tests make: every option at least once."""

from tests.catalog.case import HOSTILE, Case

STREAMED = Case(
    "stream-17",
    "kafka-stream-service",
    {
        "description": HOSTILE,
        "package": "in.acme.object.streams",  # `in` and `object` are words of Kotlin
        "java_version": "17",
        "state_store": "rocksdb",
    },
)
LONG_NAMED = Case(
    "stream-25",
    "kafka-stream-service",
    {"java_version": "25", "state_store": "rocksdb"},
    slug="what-came-to-each-account-in-every-hour-of-the-day",  # as long as a name may be
)
IN_MEMORY = Case(
    "stream-21", "kafka-stream-service", {"java_version": "21", "state_store": "in_memory"}
)
# A name that YAML would read as no text at all; with every other answer left alone.
NULL = Case("stream-null", "kafka-stream-service", {}, slug="null")

KAFKA_CASES = (STREAMED, LONG_NAMED, IN_MEMORY, NULL)
