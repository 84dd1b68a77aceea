"""``/metrics``: counters as they stand, and the queue asked at this very moment."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.queue.port import Queue, QueueUnavailable
from bot.receive.metrics import Metrics
from bot.store.port import StoreUnavailable

QUEUE_LIMIT_S = 2.0
STORE_LIMIT_S = 2.0

AtScrape = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class MetricsPage:
    """Answers scrapes, also while the queue or the store is away.

    ``asked`` look something up in the store and set their figures.
    """

    metrics: Metrics
    queue: Queue
    asked: Sequence[AtScrape] = ()

    async def page(self, _request: web.Request) -> web.Response:
        """Every figure as Prometheus text."""
        try:
            async with asyncio.timeout(QUEUE_LIMIT_S):
                self.metrics.queue(await self.queue.stats())
        except (QueueUnavailable, TimeoutError):
            self.metrics.queue(None)
        with suppress(StoreUnavailable, TimeoutError):  # /readyz tells it; figures stay
            async with asyncio.timeout(STORE_LIMIT_S):
                for ask in self.asked:
                    await ask()
        return web.Response(body=self.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})
