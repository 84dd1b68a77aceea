"""Many ask for the same thing at once; it is made once and all get it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Made = TypeVar("Made")


class SingleFlight(Generic[Made]):
    """Runs one making a key at a time."""

    def __init__(self) -> None:
        self._flights: dict[object, asyncio.Task[Made]] = {}

    async def __call__(self, key: object, make: Callable[[], Awaitable[Made]]) -> Made:
        """The result of ``make``, ours or that of a flight under way; its error likewise.

        A caller that is cancelled leaves the flight to the others.
        """
        flight = self._flights.get(key)
        if flight is None:
            flight = asyncio.ensure_future(_run(make))
            self._flights[key] = flight
            flight.add_done_callback(lambda done: self._landed(key, done))
        return await asyncio.shield(flight)

    def _landed(self, key: object, flight: asyncio.Task[Made]) -> None:
        del self._flights[key]
        if not flight.cancelled():
            flight.exception()  # seen, also where every caller was cancelled meanwhile


async def _run(make: Callable[[], Awaitable[Made]]) -> Made:
    return await make()
