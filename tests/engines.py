"""The engines that journeys run on, by name, and the settings that choose them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from tests.mongo.server import fresh_url

if TYPE_CHECKING:
    from tests.queue.sqs import SqsServer

ENGINES = ("sqlite", "mongodb-sqs")


def engine_settings(engines: str, request: pytest.FixtureRequest) -> Mapping[str, str]:
    """The variables that make a bot use these engines; they are empty and the test's own."""
    if engines == "sqlite":
        return {}
    from tests.queue.sqs import credentials  # noqa: PLC0415 - boto3 takes its time to import

    server: SqsServer = request.getfixturevalue("sqs")
    return {"STORE_URL": fresh_url(), "QUEUE_URL": server.queue(), **credentials()}
