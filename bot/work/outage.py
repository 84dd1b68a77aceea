"""The store is away for a while: the worker rests instead of wearing its messages out."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from bot.clock import Clock
from bot.store.port import StoreUnavailable
from bot.work.first_of import first_of

log = structlog.get_logger(__name__)

LONGEST_WAIT_S = 30.0


class Outage:
    """Remembers that the store failed, and waits until it works again.

    Each claim counts as an attempt, and attempts run out. So nothing is claimed that
    could not be worked on: what the store's absence interrupted begins anew later.
    """

    def __init__(
        self, check: Callable[[], Awaitable[None]], *, clock: Clock, first_wait_s: float
    ) -> None:
        """``check`` writes to the store; it raises StoreUnavailable."""
        self._check = check
        self._clock = clock
        self._first_wait_s = first_wait_s
        self._lasts = False

    def began(self) -> None:
        """Something could not be read or written."""
        self._lasts = True

    async def over(self, stopping: asyncio.Event) -> None:
        """Return once the store works, or ``stopping`` is set."""
        wait_s = self._first_wait_s
        while self._lasts and not stopping.is_set():
            try:
                await self._check()
                self._lasts = False
            except StoreUnavailable as error:
                log.warning("store is away", reason=str(error), again_in_s=wait_s)
                await first_of(self._clock.sleep(wait_s), stopping.wait())
                wait_s = min(wait_s * 2, LONGEST_WAIT_S)
