"""A delivery that GitHub never sent, made from what its API says and worked off like any other.

So whatever was missed goes the way of its event: ordered with the others of its thread,
handled once, repeated until it is finished.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

import msgspec
import structlog

from bot.clock import Clock
from bot.queue.port import Message, Queue
from bot.store.port import Deliveries, Delivery

log = structlog.get_logger(__name__)

OURS = UUID("2d6d0e0e-5b4c-4f0e-9c55-0f6f1b7a3c10")  # GUIDs of ours meet none of GitHub's


class MakeDelivery:
    """Stores and queues one, unless it was made before."""

    def __init__(self, deliveries: Deliveries, queue: Queue, *, clock: Clock) -> None:
        self._deliveries, self._queue, self._clock = deliveries, queue, clock

    async def __call__(
        self, event: str, payload: Mapping[str, Any], *, key: str, about: str
    ) -> bool:
        """True for whoever made it. ``about`` names what it tells: the same is told once."""
        guid = str(uuid5(OURS, about))
        delivery = Delivery(
            guid=guid,
            event=event,
            body=msgspec.json.encode(payload),
            key=key,
            received_at_s=self._clock.now_s(),
        )
        if not await self._deliveries.add(delivery):
            return False
        log.info("missed event found", of=event, about=about, guid=guid)
        await self._queue.send([Message(f"delivery:{guid}", key)])  # or the sweep does it
        return True
