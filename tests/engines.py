"""The engines of an organisation, MongoDB and SQS, for journeys that run on them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pytest

from tests.mongo.server import fresh_url

if TYPE_CHECKING:
    from tests.queue.sqs import SqsServer


def engine_settings(request: pytest.FixtureRequest) -> Mapping[str, str]:
    """The variables that make a bot use them; both are empty and the test's own."""
    from tests.queue.sqs import credentials  # noqa: PLC0415 - boto3 takes its time to import

    server: SqsServer = request.getfixturevalue("sqs")
    return {"STORE_URL": fresh_url(), "QUEUE_URL": server.queue(), **credentials()}
