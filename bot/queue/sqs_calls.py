"""The calls to SQS, in threads of their own, with every refusal told as QueueUnavailable.

Nothing is asked before the first call, so the bot starts while SQS is away; what
was found out about the queues is kept, and asked again where a queue is gone.
"""

import asyncio
import importlib
import json
import re
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import structlog

from bot.queue.sqs_errors import REFUSED, code_of, is_gone, is_stale, not_fifo, unavailable
from bot.queue.sqs_message import SYSTEM_ATTRIBUTES, Raw

log = structlog.get_logger(__name__)

T = TypeVar("T")

THREADS = 16
LONGEST_POLL_S = 20
LONGEST_CLAIM_S = 43_200  # counted from when the message was received
BATCH = 10

_COUNTS = (
    "ApproximateNumberOfMessages",
    "ApproximateNumberOfMessagesNotVisible",
    "ApproximateNumberOfMessagesDelayed",
)
_OF_AWS = re.compile(r"sqs[.-](?:fips\.)?(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The main queue, and what its redrive policy says; ``dead_arn`` is empty without one."""

    url: str
    dead_arn: str
    most_attempts: int


@dataclass(frozen=True, slots=True)
class Refused:
    """An entry of a batch that was not done: its number and AWS's word for why."""

    number: int
    code: str


class SqsCalls:
    """SQS as the adapter uses it: one main queue and its dead-letter queue."""

    def __init__(self, url: str) -> None:
        """``url`` is the queue's address, or ``sqs://NAME``."""
        self._url = url
        self.name = url.rstrip("/").rpartition("/")[2]
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="sqs")
        self._opening = threading.Lock()
        self._clients: tuple[Any, Any] | None = None
        self._place: Place | None = None
        self._dead_url = ""

    async def place(self) -> Place:
        """The main queue; asked of SQS once."""
        place = self._place
        if place is None:
            place = await self._in_thread(self._find)
        return place

    async def send(
        self, entries: Sequence[Mapping[str, str]], *, dead: bool = False
    ) -> list[Refused]:
        """Send up to ``BATCH`` entries; returns those that were not taken."""

        def call() -> list[Refused]:
            numbered = [{"Id": str(n), **entry} for n, entry in enumerate(entries)]
            answer = self._client.send_message_batch(QueueUrl=self._to(dead), Entries=numbered)
            return _refused(answer)

        return await self._in_thread(call)

    async def receive(
        self, *, visibility_s: int, wait_s: int = 0, most: int = 1, dead: bool = False
    ) -> Sequence[Raw]:
        """Up to ``most`` messages; waits up to ``wait_s`` for the first.

        Where the answer is lost on its way, the repeated call brings the same ones.
        """

        def call() -> Sequence[Raw]:
            client = self._poller if wait_s else self._client
            answer = client.receive_message(
                QueueUrl=self._to(dead),
                MaxNumberOfMessages=most,
                VisibilityTimeout=visibility_s,
                WaitTimeSeconds=wait_s,
                MessageSystemAttributeNames=list(SYSTEM_ATTRIBUTES),
                ReceiveRequestAttemptId=uuid.uuid4().hex,
            )
            return list(answer.get("Messages", ()))

        return await self._in_thread(call)

    async def keep(self, receipt: str, *, visibility_s: int, dead: bool = False) -> bool:
        """Hide a claimed message for that long from now; False where the claim ran out."""

        def call() -> bool:
            try:
                self._client.change_message_visibility(
                    QueueUrl=self._to(dead), ReceiptHandle=receipt, VisibilityTimeout=visibility_s
                )
            except REFUSED as error:
                if is_stale(code_of(error)):
                    return False
                raise
            return True

        return await self._in_thread(call)

    async def delete(self, receipts: Sequence[str], *, dead: bool = False) -> list[Refused]:
        """Delete up to ``BATCH`` claimed messages; returns those that were not."""

        def call() -> list[Refused]:
            entries = [{"Id": str(n), "ReceiptHandle": each} for n, each in enumerate(receipts)]
            answer = self._client.delete_message_batch(QueueUrl=self._to(dead), Entries=entries)
            return _refused(answer)

        return await self._in_thread(call)

    async def count(self, *, dead: bool = False) -> int:
        """About how many messages there are: waiting, claimed and delayed."""

        def call() -> int:
            if dead and not self._found().dead_arn:
                return 0
            answer = self._client.get_queue_attributes(
                QueueUrl=self._to(dead), AttributeNames=list(_COUNTS)
            )
            return sum(int(each) for each in answer["Attributes"].values())

        return await self._in_thread(call)

    def close(self) -> None:
        """Let go of the connections; no call may be under way."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for client in self._clients or ():
            client.close()

    async def _in_thread(self, call: Callable[[], T]) -> T:
        """Raises QueueUnavailable. A cancelled caller leaves the call to its end."""

        def guarded() -> T:
            try:
                return call()
            except REFUSED as error:
                if is_gone(error):
                    self._place, self._dead_url = None, ""
                raise unavailable(error, self.name) from error

        return await asyncio.get_running_loop().run_in_executor(self._threads, guarded)

    # What follows runs in threads.

    @property
    def _client(self) -> Any:
        return self._opened()[0]

    @property
    def _poller(self) -> Any:
        return self._opened()[1]

    def _opened(self) -> tuple[Any, Any]:
        """One client for calls that answer at once, one for those that wait."""
        with self._opening:
            if self._clients is None:
                session = importlib.import_module("boto3").session.Session()
                where = _where(self._url)
                self._clients = (
                    session.client("sqs", config=_patience(0), **where),
                    session.client("sqs", config=_patience(LONGEST_POLL_S), **where),
                )
            return self._clients

    def _to(self, dead: bool) -> str:
        place = self._found()
        if not dead:
            return place.url
        if not self._dead_url:
            *_, account, name = place.dead_arn.split(":")
            answer = self._client.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=account)
            self._dead_url = answer["QueueUrl"]
        return self._dead_url

    def _found(self) -> Place:
        return self._place or self._find()

    def _find(self) -> Place:
        if not self.name.endswith(".fifo"):  # of others, FifoQueue may not even be asked
            raise not_fifo(self.name)
        url = self._url
        if url.startswith("sqs:"):
            url = self._client.get_queue_url(QueueName=self.name)["QueueUrl"]
        names = ["FifoQueue", "RedrivePolicy"]
        answer = self._client.get_queue_attributes(QueueUrl=url, AttributeNames=names)
        attributes = answer.get("Attributes", {})
        if attributes.get("FifoQueue") != "true":
            raise not_fifo(self.name)
        policy = json.loads(attributes.get("RedrivePolicy") or "{}")
        if not policy:
            log.warning("no dead-letter queue", queue=self.name, kept="in the store alone")
        self._place = Place(
            url=url,
            dead_arn=str(policy.get("deadLetterTargetArn", "")),
            most_attempts=int(policy.get("maxReceiveCount", 0)),
        )
        return self._place


def _patience(wait_s: int) -> Any:
    """A configuration whose calls end: connecting in 2 s, answering in 5 s beyond ``wait_s``.

    A call that waits is not repeated: whoever waits begins anew.
    """
    return importlib.import_module("botocore.config").Config(
        connect_timeout=2,
        read_timeout=5 + wait_s,
        retries={"mode": "standard", "total_max_attempts": 1 if wait_s else 3},
        max_pool_connections=THREADS,
    )


def _where(url: str) -> dict[str, str]:
    """Region or endpoint that the address tells; the environment tells the rest."""
    parts = urlsplit(url)
    if parts.scheme == "sqs":
        return {}
    if found := _OF_AWS.fullmatch(parts.hostname or ""):
        return {"region_name": found["region"]}
    return {"endpoint_url": f"{parts.scheme}://{parts.netloc}"}


def _refused(answer: Mapping[str, Any]) -> list[Refused]:
    return [
        Refused(int(each["Id"]), str(each.get("Code", ""))) for each in answer.get("Failed", ())
    ]
