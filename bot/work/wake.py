"""Queues waiting runs whose time has come, of every kind.

What an event tells wakes its run at once; this is for those that nobody told of.
"""

from bot.clock import Clock
from bot.queue.port import Queue
from bot.runs.enqueue import message_of
from bot.runs.records import RunRecords

AGAIN_S = 10.0  # how long a run may take from its time on to its record
FAR_S = 60.0  # who looked last before then reads all that wait


class Wake:
    """Looks often, so it reads only what came due since it looked last."""

    def __init__(self, runs: RunRecords, queue: Queue, *, clock: Clock) -> None:
        self._runs, self._queue, self._clock = runs, queue, clock
        self._looked_at_s = 0.0

    async def needed(self) -> bool:
        """Whether anything waits."""
        return await self._runs.are_waiting()

    async def once(self) -> int:
        """Queue what is due; returns how many runs that were."""
        now_s, since_s = self._clock.now_s(), self._looked_at_s
        if 0 <= now_s - since_s <= FAR_S:
            due = await self._runs.due_since(since_s - AGAIN_S, now_s=now_s)
        else:
            due = await self._runs.due(now_s=now_s)
        if due:
            await self._queue.send([message_of(run) for run in due])
        self._looked_at_s = now_s
        return len(due)
