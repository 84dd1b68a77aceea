"""Finds what was saved and is not being worked on, and queues it again.

Between saving a delivery and queueing it, or between two steps of anything, a
process can die or an engine can be away. The queue drops what it already holds,
so sweeping too much is harmless.
"""

from bot.clock import Clock
from bot.queue.port import Message, Queue
from bot.runs.enqueue import message_of
from bot.runs.record import RunState
from bot.runs.records import RunRecords
from bot.store.port import Deliveries

GRACE_S = 60.0  # a delivery younger than this is on its way by itself
KEPT_S = 14 * 24 * 3600.0  # GitHub redelivers for 3 days; the rest is for looking back
BATCH = 500


class Sweep:
    """Re-enqueues deliveries and runs; deletes deliveries nobody needs any more."""

    def __init__(
        self, deliveries: Deliveries, runs: RunRecords, queue: Queue, *, clock: Clock
    ) -> None:
        self._deliveries = deliveries
        self._runs = runs
        self._queue = queue
        self._clock = clock

    async def once(self) -> int:
        """Queue what is left over; returns how many messages that were."""
        now_s = self._clock.now_s()
        left = await self._deliveries.unfinished(received_before_s=now_s - GRACE_S, limit=BATCH)
        messages = [Message(f"delivery:{ref.guid}", ref.key) for ref in left]
        for state in (RunState.RUNNING, RunState.UNDOING):
            messages += map(message_of, await self._runs.in_state(state, limit=BATCH))
        messages += map(message_of, await self._runs.due(now_s=now_s))
        if messages:
            await self._queue.send(messages)
        await self._deliveries.purge(received_before_s=now_s - KEPT_S)
        return len(messages)
