"""What is done again and again: by whichever instance holds the job's lease, once an interval.

A process that lives on repeats its jobs; one that is called now and then runs what is due.
Both go through the same leases, so they may work side by side.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

import structlog

from bot.clock import Clock
from bot.errors import RetryLater
from bot.queue.port import QueueUnavailable
from bot.store.port import StoreUnavailable
from bot.work.lease import BEAT_S, Later, Lease, Leases

log = structlog.get_logger(__name__)

EVERY = "*"
PUT_OFF_S = (
    15.0  # what an engine's absence put off is tried again so soon, however rarely it is due
)
AWAY = (StoreUnavailable, QueueUnavailable, RetryLater)


async def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Scheduled:
    """Something that is done again and again, ``interval_s`` after it ended.

    ``at_start``: a process that begins does it although another did so lately, for it may
    have died in the middle of something. ``needed`` is asked before the lease is taken: a
    look that costs no write.
    """

    name: str
    interval_s: float
    do: Callable[[], Awaitable[object]]
    at_start: bool = False
    needed: Callable[[], Awaitable[bool]] = _always


def schedule(jobs: Sequence[Scheduled], *, leases: Leases, clock: Clock) -> list[Awaitable[None]]:
    """One endless coroutine a job, for the composition root to start and cancel."""
    return [repeat(job, leases=leases, clock=clock) for job in jobs]


async def repeat(job: Scheduled, *, leases: Leases, clock: Clock) -> None:
    """Do the job for ever, in turn with the other instances; a failure waits for the next turn."""
    at_start = job.at_start
    while True:
        wait_s = await turn(job, leases=leases, clock=clock, anyway=at_start)
        at_start = at_start and wait_s is not None  # another had it in hand: not begun yet
        await clock.sleep(job.interval_s if wait_s is None else min(wait_s, job.interval_s))


async def run_due(
    jobs: Sequence[Scheduled], names: Sequence[str] = (EVERY,), *, leases: Leases, clock: Clock
) -> Sequence[str]:
    """Do those of the named jobs (``*``: all) whose interval has passed, once; returns which.

    For an invocation that has no loop. They go side by side; a failure of one is logged
    and stops no other.
    """
    for unknown in set(names) - {EVERY, *(job.name for job in jobs)}:
        log.error("no such scheduled job", job=unknown)
    asked = [job for job in jobs if EVERY in names or job.name in names]
    waits = await asyncio.gather(*(turn(job, leases=leases, clock=clock) for job in asked))
    return [job.name for job, wait_s in zip(asked, waits, strict=True) if wait_s is None]


async def turn(
    job: Scheduled, *, leases: Leases, clock: Clock, anyway: bool = False
) -> float | None:
    """Do the job if its lease is to be had; returns None then, else how long to wait.

    What the job raises is logged: its next turn comes, soon where an engine was away.
    """
    try:
        if not await job.needed():
            return job.interval_s
        lease = await leases.take(job.name, job.interval_s, anyway=anyway)
        if isinstance(lease, Later):
            return lease.wait_s
        await _do(job, lease, leases, clock)
    except AWAY as error:
        log.warning("scheduled job put off", job=job.name, reason=str(error))
        return min(job.interval_s, PUT_OFF_S)
    except Exception:
        log.exception("scheduled job broke", job=job.name)
    return None


async def _do(job: Scheduled, lease: Lease, leases: Leases, clock: Clock) -> None:
    """Do it under its lease, which is kept up meanwhile and let go at the end."""
    work = asyncio.ensure_future(job.do())
    beat = asyncio.ensure_future(_keep(lease, leases, clock))
    try:
        await asyncio.wait({work, beat}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            log.warning("scheduled job taken over", job=job.name)
    finally:
        ended = work.done() and not work.cancelled() and not isinstance(work.exception(), AWAY)
        for task in (work, beat):
            task.cancel()
        await asyncio.gather(work, beat, return_exceptions=True)
        with suppress(StoreUnavailable):  # it runs out by itself
            await (leases.done(lease) if ended else leases.give_back(lease))
    if work.done() and not work.cancelled():
        await work


async def _keep(lease: Lease, leases: Leases, clock: Clock) -> None:
    """Returns when the lease is lost: taken by another, or not kept up for too long."""
    while not leases.is_over(lease):
        await clock.sleep(BEAT_S)
        with suppress(StoreUnavailable):
            if not await leases.keep(lease):
                return
