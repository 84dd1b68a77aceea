"""Finds what was saved and is not being worked on, and queues it again.

Between saving a delivery and queueing it, or between two steps of anything, a
process can die or an engine can be away. The queue drops what it already holds,
so sweeping too much is harmless.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from bot.clock import Clock
from bot.errors import RetryLater
from bot.queue.port import Message, Queue, QueueUnavailable
from bot.runs.enqueue import message_of
from bot.runs.record import RunState
from bot.runs.records import RunRecords
from bot.store.port import Deliveries, StoreUnavailable

log = structlog.get_logger(__name__)

GRACE_S = 60.0  # a delivery younger than this is on its way by itself
KEPT_S = 14 * 24 * 3600.0  # GitHub redelivers for 3 days; the rest is for looking back
BATCH = 500
PUT_OFF_S = 15.0


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


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Something that is done again and again, ``interval_s`` after it ended."""

    name: str
    interval_s: float
    do: Callable[[], Awaitable[object]]


async def repeat(job: Scheduled, *, clock: Clock) -> None:
    """Do the job for ever; a failure is logged and the next turn comes.

    What an engine's absence put off is tried again soon, however rarely it is due.
    """
    while True:
        wait_s = job.interval_s
        try:
            await job.do()
        except (StoreUnavailable, QueueUnavailable, RetryLater) as error:
            wait_s = min(wait_s, PUT_OFF_S)
            log.warning("scheduled job put off", job=job.name, reason=str(error))
        except Exception:
            log.exception("scheduled job broke", job=job.name)
        await clock.sleep(wait_s)


def schedule(jobs: Sequence[Scheduled], *, clock: Clock) -> list[Awaitable[None]]:
    """One endless coroutine a job, for the composition root to start and cancel."""
    return [repeat(job, clock=clock) for job in jobs]
