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
IN_MEMORY = Case(
    "stream-25",
    "kafka-stream-service",
    {"java_version": "25", "state_store": "in_memory"},
    slug="what-came-to-each-account-in-every-hour-of-the-day",  # as long as a name may be
)
COMPILED = Case("stream-21", "kafka-stream-service", {"java_version": "21"})
# A name that YAML would read as no text at all.
NULL = Case("stream-null", "kafka-stream-service", {"java_version": "25"}, slug="null")
ALONE = Case("stream-alone", "kafka-stream-service", {})  # every answer left alone

KAFKA_CASES = (STREAMED, IN_MEMORY, COMPILED, NULL, ALONE)
