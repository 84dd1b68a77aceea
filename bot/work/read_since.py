"""How far something that GitHub lists in order of its updates was read."""

import datetime as dt
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, TypeVar

from bot.clock import Clock, seconds_of
from bot.store.collections import READ_BACK
from bot.store.keep import put
from bot.store.port import Documents

FRESH_S = 60.0  # what is younger is on its way as an event


class Updated(Protocol):
    """Anything that says when it was updated last."""

    @property
    def updated_at(self) -> str:
        """ISO 8601."""
        ...


T = TypeVar("T", bound=Updated)


class ReadSince:
    """Remembers in the store, under ``name``, up to which update everything was looked at."""

    def __init__(self, documents: Documents, name: str, *, clock: Clock) -> None:
        self._documents, self._name, self._clock = documents, name, clock

    async def known(self) -> str:
        """The time of the newest update that was looked at (ISO 8601); empty before the first."""
        found = await self._documents.get(READ_BACK.name, self._name)
        return str(found.data["since"]) if found else ""

    async def begin(self) -> str:
        """From now on; nothing that was before is looked at."""
        since = iso(self._clock.now_s())
        await put(self._documents, READ_BACK.name, self._name, {"since": since})
        return since

    async def look(self, found: Sequence[T], at: Callable[[T], Awaitable[bool]]) -> int:
        """Look at each, oldest update first, and remember how far; how many were missed.

        What is fresh is left for later, and all that was updated after it.
        """
        missed, newest = 0, ""
        for each in found:
            if is_fresh(each.updated_at, now_s=self._clock.now_s()):
                break
            missed += await at(each)
            newest = each.updated_at
        if newest:
            await put(self._documents, READ_BACK.name, self._name, {"since": newest})
        return missed


def is_fresh(updated_at: str, *, now_s: float) -> bool:
    """Whether an event of that update may still be on its way."""
    return seconds_of(updated_at) > now_s - FRESH_S


def iso(at_s: float) -> str:
    """Unix seconds as GitHub writes time."""
    return dt.datetime.fromtimestamp(at_s, tz=dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
