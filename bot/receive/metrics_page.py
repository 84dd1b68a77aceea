"""``/metrics``: counters as they stand, and the queue asked at this very moment."""

import asyncio
from dataclasses import dataclass

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST

from bot.queue.port import Queue, QueueUnavailable
from bot.receive.metrics import Metrics

QUEUE_LIMIT_S = 2.0


@dataclass(frozen=True, slots=True)
class MetricsPage:
    """Answers scrapes, also while the queue is away."""

    metrics: Metrics
    queue: Queue

    async def page(self, _request: web.Request) -> web.Response:
        """Every figure as Prometheus text."""
        try:
            async with asyncio.timeout(QUEUE_LIMIT_S):
                self.metrics.queue(await self.queue.stats())
        except (QueueUnavailable, TimeoutError):
            self.metrics.queue(None)
        return web.Response(body=self.metrics.text(), headers={"Content-Type": CONTENT_TYPE_LATEST})
