"""Claims messages and works on them: several keys side by side, one message a key.

A claim is kept alive while its work runs and let go when it ends, so a worker
that dies loses its messages to the others after the visibility time.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import structlog

from bot.clock import Clock
from bot.errors import RetryLater
from bot.queue.port import Claim, Queue, QueueUnavailable
from bot.runs.engine import Engine, MayGoOn, always
from bot.runs.enqueue import enqueue
from bot.runs.record import RunState
from bot.runs.records import RunTakenOver
from bot.store.port import Deliveries, StoreUnavailable
from bot.work.dispatch import Dispatcher
from bot.work.events import MalformedDelivery
from bot.work.first_of import first_of
from bot.work.outage import Outage

log = structlog.get_logger(__name__)

LONGEST_DELAY_S = 600.0
IDLE_WAIT_S = 5.0
LONGEST_PAUSE_S = 30.0  # between two looks at an engine that is away
CANCELLATIONS = 3  # of one task: a database's client swallows one now and then
CANCELLED_S = 1.0  # so long a cancelled task may take
ENDED = frozenset({"ok", "ignored", "dead"})  # and ``redriven`` has not


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerLimits:
    """``attempts`` end in the dead letters; with the doubling delay ten last half an hour.

    What broke on our side is not a matter of time: it is repeated less often.
    """

    concurrency: int = 8
    visibility_s: float = 60.0
    attempts: int = 10
    attempts_at_bugs: int = 4
    first_delay_s: float = 2.0
    stop_s: float = 20.0  # what is under way may take so long to end when the worker stops

    def delay_s(self, attempt: int) -> float:
        """Seconds before the next attempt: doubling, at most ten minutes."""
        return float(min(self.first_delay_s * 2 ** (attempt - 1), LONGEST_DELAY_S))


class Worker:
    """Works off the queue until told to stop."""

    def __init__(
        self,
        queue: Queue,
        deliveries: Deliveries,
        dispatcher: Dispatcher,
        engine: Engine,
        *,
        clock: Clock,
        limits: WorkerLimits,
        retried: Callable[[str], None],
        check_store: Callable[[], Awaitable[None]],
    ) -> None:
        """``retried`` hears what is tried once more: ``delivery`` or ``run``.

        ``check_store`` writes to the store, and raises StoreUnavailable.
        """
        self._queue = queue
        self._deliveries = deliveries
        self._dispatcher = dispatcher
        self._engine = engine
        self._clock = clock
        self._limits = limits
        self._retried = retried
        self._outage = Outage(check_store, clock=clock, first_wait_s=limits.first_delay_s)
        self._busy: dict[asyncio.Task[bool], Claim] = {}
        self._stopping = asyncio.Event()

    async def run(self) -> None:
        """Work until ``stop``; what is under way may finish first. May be run again.

        What takes longer is given back, and another goes on from what it saved. A stop
        that came before the first turn counts as well.
        """
        failures = 0
        try:
            while not self._stopping.is_set():
                try:
                    await self._outage.over(self._stopping)
                    claims = await self._claim()
                    if not claims:
                        await self._rest()
                    failures = 0
                except (QueueUnavailable, StoreUnavailable) as error:
                    failures += 1
                    pause_s = min(self._limits.delay_s(failures), LONGEST_PAUSE_S)
                    log.warning("queue cannot be reached", reason=str(error), again_in_s=pause_s)
                    await first_of(self._clock.sleep(pause_s), self._stopping.wait())
            await self._end()
        finally:
            self._stopping.clear()

    def stop(self) -> None:
        """Claim nothing more."""
        self._stopping.set()

    async def _end(self) -> None:
        if self._busy:
            await asyncio.wait(self._busy, timeout=self._limits.stop_s)
        left = list(self._busy.values())
        for _ in range(CANCELLATIONS):
            if self._busy:
                for task in self._busy:
                    task.cancel()
                await asyncio.wait(self._busy, timeout=CANCELLED_S)
        for claim in left:
            await self._let_go(claim, "its worker was stopped", delay_s=0.0)

    async def _claim(self) -> int:
        free = self._limits.concurrency - len(self._busy)
        if free <= 0:
            await asyncio.wait(self._busy, return_when=asyncio.FIRST_COMPLETED)
            return 1
        claims = await self._queue.claim(limit=free, visibility_s=self._limits.visibility_s)
        for claim in claims:
            task = asyncio.create_task(self.work_on(claim))
            self._busy[task] = claim
            task.add_done_callback(self._busy.pop)
        return len(claims)

    async def _rest(self) -> None:
        """Wait for new work, for a claim of ours to end (it frees its key), or for the end."""
        waits = self._queue.wait(IDLE_WAIT_S), self._stopping.wait()
        await first_of(*waits, beside=self._busy.keys())

    async def work_on(self, claim: Claim, *, may_go_on: MayGoOn = always) -> bool:
        """Work on a claim with its visibility kept up; whatever happens, the worker lives.

        True where the message is gone for good: done, or among the dead letters. False
        where it comes again. A run that may not go on is put down between two steps,
        and a new message takes it up: that is no attempt that failed.
        """
        heartbeat = asyncio.create_task(self._keep(claim))
        try:
            return await self._work(claim, may_go_on)
        except StoreUnavailable as error:
            self._outage.began()
            await self._let_go(claim, str(error), delay_s=self._limits.delay_s(claim.attempt))
        except QueueUnavailable as error:
            log.warning("left to the next claim", message=claim.message.id, reason=str(error))
        except Exception:
            log.exception("worker broke", message=claim.message.id)
        finally:
            heartbeat.cancel()
        return False

    async def _keep(self, claim: Claim) -> None:
        while True:
            await asyncio.sleep(self._limits.visibility_s / 3)
            with suppress(QueueUnavailable, StoreUnavailable):
                await self._queue.extend(claim, visibility_s=self._limits.visibility_s)

    async def _let_go(self, claim: Claim, reason: str, *, delay_s: float) -> None:
        """It is nobody's until then; its visibility ends it where this fails."""
        log.warning("let go", message=claim.message.id, reason=reason)
        with suppress(QueueUnavailable):
            await self._queue.release(claim, delay_s=delay_s, reason=reason)

    async def _work(self, claim: Claim, may_go_on: MayGoOn) -> bool:
        """Whether the message is gone."""
        if claim.attempt > self._limits.attempts:  # its worker died every time
            reason = "It was begun several times and never came to an end."
            return await self._give_up(claim, reason)
        try:
            await self._act(claim, may_go_on)
        except RunTakenOver:
            log.info("another worker goes on", message=claim.message.id)
            return False
        except MalformedDelivery as error:
            reason = f"The payload is not shaped as documented: {error}."
            return await self._give_up(claim, reason)
        except RetryLater as later:
            return await self._again(
                claim, later.reason, least_s=later.wait_s or 0.0, attempts=self._limits.attempts
            )
        except (QueueUnavailable, StoreUnavailable):
            raise
        except Exception as error:
            log.exception("work broke", message=claim.message.id, attempt=claim.attempt)
            return await self._again(
                claim,
                f"Something broke on our side ({type(error).__name__}).",
                least_s=0.0,
                attempts=self._limits.attempts_at_bugs,
            )
        return await self._queue.ack(claim)

    async def _act(self, claim: Claim, may_go_on: MayGoOn) -> None:
        kind, _, id_ = claim.message.id.partition(":")
        if kind == "run":
            run = await self._engine.advance(id_, may_go_on=may_go_on)
            if run.state is RunState.RUNNING:  # put down between two steps
                await enqueue(self._queue, run)
            return
        delivery = await self._deliveries.get(id_)
        if delivery is None:
            log.warning("no such delivery", message=claim.message.id)
            return
        if delivery.outcome in ENDED:  # its message came twice
            return
        await self._dispatcher.dispatch(delivery)

    async def _again(self, claim: Claim, reason: str, *, least_s: float, attempts: int) -> bool:
        if claim.attempt >= attempts:
            return await self._give_up(claim, reason)
        wait_s = max(least_s, self._limits.delay_s(claim.attempt))
        log.info("again later", message=claim.message.id, wait_s=wait_s, reason=reason)
        self._retried(claim.message.id.partition(":")[0])
        await self._queue.release(claim, delay_s=wait_s, reason=reason)
        return False

    async def _give_up(self, claim: Claim, reason: str) -> bool:
        log.error("given up", message=claim.message.id, reason=reason)
        kind, _, id_ = claim.message.id.partition(":")
        if kind == "run":
            with suppress(LookupError):  # there is no such run, and so nobody to tell
                await self._engine.give_up(id_, reason=reason, reference=claim.message.id)
            return await self._queue.bury(claim, reason=reason)
        is_dead = await self._queue.bury(claim, reason=reason)
        if is_dead:  # in this order: an ended delivery is let go
            await self._deliveries.finish(id_, "dead")
        return is_dead
