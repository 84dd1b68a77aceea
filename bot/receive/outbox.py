"""Queues what was accepted, many at a time, without holding the answer up.

A delivery is safe once it is in the store, and the sweep queues whatever was not
queued. So GitHub need not wait for a second write, and one trip to the queue
serves everything that was accepted during the trip before.
"""

import asyncio
from collections.abc import AsyncIterator

import structlog
from aiohttp import web

from bot.queue.port import Message, Queue, QueueUnavailable

log = structlog.get_logger(__name__)

OUTBOX: web.AppKey["Outbox"] = web.AppKey("outbox")

BATCH = 500
PAUSE_S = 0.02  # between two trips: a lone delivery goes at once, a flood goes together


class Outbox:
    """Messages on their way into the queue, in the order they were put."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue
        self._messages: list[Message] = []
        self._sending: asyncio.Task[None] | None = None
        self._sent = asyncio.Event()
        self._sent.set()

    def put(self, message: Message) -> None:
        """Queue it soon; a queue that cannot be reached leaves it to the sweep."""
        self._messages.append(message)
        self._sent.clear()
        if self._sending is None:
            self._sending = asyncio.create_task(self._send())

    async def flush(self, *, within_s: float) -> None:
        """Return when all is sent, or left to the sweep; at the latest after that time."""
        try:
            async with asyncio.timeout(within_s):
                await self._sent.wait()
        except TimeoutError:
            log.warning("left to the sweep", reason=f"not sent within {within_s:g} seconds")

    async def life(self, _app: web.Application) -> AsyncIterator[None]:
        """Send what is left when the application ends."""
        yield
        if self._sending is not None:
            await self._sending

    async def _send(self) -> None:
        while self._messages:
            batch, self._messages = self._messages[:BATCH], self._messages[BATCH:]
            try:
                await self._queue.send(batch)
            except QueueUnavailable as error:
                log.warning("left to the sweep", messages=len(batch), reason=str(error))
            if not self._messages:
                self._sent.set()
            await asyncio.sleep(PAUSE_S)
        self._sending = None
