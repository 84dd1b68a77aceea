"""The web side on a real store and queue, behind a real port, as production wires it."""

import hashlib
import hmac
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp import ClientSession, web
from prometheus_client import CollectorRegistry

from bot.clock import SystemClock
from bot.queue.port import Queue
from bot.queue.queue_sqlite import SqliteQueue
from bot.receive import BodyLimits, Metrics, Receiving, receive_app, web_runner
from bot.store.port import Store
from bot.store.sqlite_file import SqliteFile
from bot.store.store_sqlite import SqliteStore
from bot.work.events import is_read
from bot.work.ordering import ordering

SECRET = "a secret of sixteen or more"


@dataclass(frozen=True)
class Answer:
    """What the sender saw."""

    status: int
    text: str


@dataclass(frozen=True)
class WebSide:
    """A server that listens, what lies behind it, and a sender."""

    port: int
    store: Store
    queue: Queue
    session: ClientSession

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def post(
        self,
        body: bytes,
        *,
        guid: str | None = None,
        event: str = "issues",
        headers: Mapping[str, str | None] | None = None,
    ) -> Answer:
        """Send a signed delivery; ``headers`` replace some, None leaves one out."""
        signed = signed_headers(body, guid=guid, event=event) | dict(headers or {})
        kept = {name: value for name, value in signed.items() if value is not None}
        async with self.session.post(f"{self.url}/webhook", data=body, headers=kept) as answer:
            return Answer(answer.status, await answer.text())

    async def get(self, path: str) -> Answer:
        async with self.session.get(self.url + path) as answer:
            return Answer(answer.status, await answer.text())


def sign(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.digest(secret.encode(), body, hashlib.sha256).hex()


def signed_headers(
    body: bytes, *, guid: str | None = None, event: str = "issues"
) -> dict[str, str | None]:
    """The headers of a delivery as GitHub sends it."""
    return {
        "Content-Type": "application/json",
        "X-GitHub-Delivery": guid or str(uuid.uuid4()),
        "X-GitHub-Event": event,
        "X-Hub-Signature-256": sign(body),
    }


@asynccontextmanager
async def listening(app: web.Application) -> AsyncIterator[int]:
    """The port of an application that is served as ``app.py`` serves it."""
    runner = web_runner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0, backlog=1024).start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@asynccontextmanager
async def web_side(
    path: Path,
    *,
    served: frozenset[str] = frozenset({"octo-org"}),
    limits: BodyLimits | None = None,
    lock_wait_s: float = 5.0,
    queue: Queue | None = None,
) -> AsyncIterator[WebSide]:
    """The web side on the file at ``path``; ``queue`` replaces the one in that file."""
    file = SqliteFile(path, lock_wait_s=lock_wait_s)
    store, own_queue = SqliteStore(file), SqliteQueue(file, clock=SystemClock())
    parts = Receiving(
        secret=SECRET,
        served=served,
        store=store,
        queue=queue or own_queue,
        key_of=ordering("octo-org/catalog"),
        is_needed=lambda head: is_read(head.event, head.action),
        clock=SystemClock(),
        metrics=Metrics(CollectorRegistry()),
        limits=limits or BodyLimits(),
    )
    async with listening(receive_app(parts)) as port, ClientSession() as session:
        yield WebSide(port, store, queue or own_queue, session)
    await own_queue.close()
    await store.close()
