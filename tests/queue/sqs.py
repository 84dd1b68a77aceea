"""An SQS on this machine for tests, with fresh queues and a clock that can be moved."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import boto3

from bot.clock import ManualClock
from bot.localhub import cloud
from bot.localhub.cloud import REGION
from tests.catalog.needed_tools import missing

KEYS = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}


@dataclass
class SqsServer:
    """What is known of the server while it runs."""

    process: "subprocess.Popen[str]"
    url: str
    _names: Iterator[int] = field(default_factory=lambda: count(1))

    @cached_property
    def client(self) -> Any:
        """SQS as an operator uses it."""
        return boto3.client("sqs", endpoint_url=self.url, region_name=REGION, **KEYS)

    def queue(self, name: str = "", *, attempts: int = 1_000) -> str:
        """The address of a new FIFO queue; its dead-letter queue is ``dead_of`` it."""
        name = name or f"queue-{next(self._names)}"
        client = self.client
        dead = client.create_queue(QueueName=f"{name}-dead.fifo", Attributes={"FifoQueue": "true"})[
            "QueueUrl"
        ]
        names = {"QueueUrl": dead, "AttributeNames": ["QueueArn"]}
        policy = {
            "deadLetterTargetArn": client.get_queue_attributes(**names)["Attributes"]["QueueArn"],
            "maxReceiveCount": str(attempts),
        }
        made = client.create_queue(
            QueueName=f"{name}.fifo",
            Attributes={"FifoQueue": "true", "RedrivePolicy": json.dumps(policy)},
        )
        return str(made["QueueUrl"])

    def tell(self, word: str) -> None:
        """``stop`` or ``run`` its clock, or seconds to move it by."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{word}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "ok\n"


def dead_of(url: str) -> str:
    """The address of the queue's dead-letter queue."""
    return url.replace(".fifo", "-dead.fifo")


class ClockOfBoth(ManualClock):
    """The bot's clock and the server's, moved together."""

    def __init__(self, server: SqsServer) -> None:
        super().__init__()
        self._server = server
        server.tell("stop")

    def advance(self, seconds: float) -> None:
        super().advance(seconds)
        self._server.tell(str(seconds))


def credentials() -> dict[str, str]:
    """What the bot's environment needs beside the queue's address."""
    environment = cloud.aws_environment("")
    del environment["AWS_ENDPOINT_URL"]
    return environment


@contextmanager
def sqs_server(log: Path, *, port: int = 0) -> Iterator[SqsServer]:
    """An SQS without queues; skips the test where moto is not installed, fails it in CI."""
    if not cloud.is_installed():
        missing("needs moto: pip install 'moto[s3]' flask flask-cors")
    with cloud.moto_process(log, "tests.queue.sqs_server", str(port)) as (process, url):
        yield SqsServer(process, url)
