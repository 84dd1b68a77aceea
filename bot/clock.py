"""Time, injected: production sleeps, tests turn the hands."""

import asyncio
import datetime as dt
import time
from typing import Protocol


class Clock(Protocol):
    """The one way to ask for the time and to wait."""

    def now_s(self) -> float:
        """Unix time in seconds."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds`` on this clock."""
        ...


def day_of(now_s: float) -> str:
    """The day in UTC, as ISO 8601 writes it."""
    return dt.datetime.fromtimestamp(now_s, tz=dt.UTC).date().isoformat()


def seconds_of(iso: str, *, otherwise: float = 0.0) -> float:
    """Unix time of what ISO 8601 says; ``otherwise`` where it says none."""
    try:
        return dt.datetime.fromisoformat(iso).timestamp()
    except ValueError:
        return otherwise


class SystemClock:
    """The machine's own clock."""

    def now_s(self) -> float:
        """Unix time in seconds."""
        return time.time()

    async def sleep(self, seconds: float) -> None:
        """Return after ``seconds``, letting other tasks run meanwhile."""
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock for tests: it stands still until somebody moves it, and never waits."""

    def __init__(self, now_s: float = 1_700_000_000.0) -> None:
        self._now_s = now_s
        self.slept_s: list[float] = []

    def now_s(self) -> float:
        """Unix time in seconds, as last set."""
        return self._now_s

    def advance(self, seconds: float) -> None:
        """Move the hands forward by ``seconds``."""
        self._now_s += seconds

    async def sleep(self, seconds: float) -> None:
        """Move the hands forward and return at the next turn of the event loop."""
        self.slept_s.append(seconds)
        self.advance(seconds)
        await asyncio.sleep(0)
