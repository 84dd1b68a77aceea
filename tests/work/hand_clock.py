"""A clock whose sleepers wake when somebody moves its hands."""

import asyncio


class HandClock:
    """Stands still until ``pass_by``; many may sleep on it. ``ahead_s``: it goes wrong by that."""

    def __init__(self, *, ahead_s: float = 0.0) -> None:
        self._now_s = 1_700_000_000.0 + ahead_s
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def now_s(self) -> float:
        return self._now_s

    async def sleep(self, seconds: float) -> None:
        awake = asyncio.Event()
        self._sleepers.append((self._now_s + seconds, awake))
        await awake.wait()

    async def pass_by(self, seconds: float, *, step_s: float = 1.0) -> None:
        """So much time passes, and whoever wakes meanwhile acts at its time."""
        end_s = self._now_s + seconds
        while self._now_s < end_s:
            await settle()
            self._now_s = min(self._now_s + step_s, end_s)
            due = [awake for at_s, awake in self._sleepers if at_s <= self._now_s]
            self._sleepers = [each for each in self._sleepers if each[0] > self._now_s]
            for awake in due:
                awake.set()
        await settle()


async def settle() -> None:
    """Everybody who can go on has gone on; nobody here waits for anything but the clock."""
    for _ in range(30):
        await asyncio.sleep(0)
