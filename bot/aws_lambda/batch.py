"""Works on the messages of one invocation: groups side by side, a group in order, in time.

What is not done when the time is up comes again soon, because it is given back
and not left to its visibility.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.aws_lambda.records import Record, by_group
from bot.queue.port import Claim, Queue, QueueUnavailable
from bot.work.worker import Worker

log = structlog.get_logger(__name__)

CLOSING_S = 5.0  # to give back what is not done, and to show how far it came
STEP_S = 120.0  # a step that is begun has so long; GitHub's answers are waited for for less
STEP_SHARE = 0.25  # but never more of a short invocation than this


class Ends(Protocol):
    """When the invocation ends; see ``Deadline``."""

    @property
    def total_s(self) -> float:
        """How long it was given."""
        ...

    def left_s(self) -> float:
        """Seconds until the end."""
        ...

    def before_end(self, reserve_s: float) -> asyncio.Timeout:
        """Cuts off what is within when ``reserve_s`` are left, with TimeoutError."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The messages of one invocation. ``lease_s`` is how long a silent one stays hidden."""

    worker: Worker
    queue: Queue
    deadline: Ends
    lease_s: float

    async def work(self, records: Sequence[Record]) -> Sequence[Record]:
        """Work on all; returns those that come again, in the order they came."""
        left = await asyncio.gather(*map(self._group, by_group(records)))
        again = {record.id for group in left for record in group}
        return [record for record in records if record.id in again]

    async def _group(self, records: Sequence[Record]) -> Sequence[Record]:
        """What is left of a group: from the first that failed on, unworked."""
        for done, record in enumerate(records):
            if not (self._may_go_on() and await self._one(record)):
                await self._give_back(records[done + 1 :])
                return records[done:]
        return ()

    async def _one(self, record: Record) -> bool:
        """Whether the message is gone for good."""
        claim = record.claim
        if claim is None:
            log.error("dropped a message that the bot did not write", message=record.id)
            return True  # it would come back for ever
        try:
            async with self.deadline.before_end(CLOSING_S):
                return await self._hold(claim)
        except TimeoutError:
            log.warning("the invocation ends", message=claim.message.id)
        except QueueUnavailable as error:
            log.warning("left to the next claim", message=claim.message.id, reason=str(error))
        except Exception:
            log.exception("the invocation broke", message=claim.message.id)
            return False
        await self._give_back([record])
        return False

    async def _hold(self, claim: Claim) -> bool:
        """The queue hides it for as long as an invocation may last: make that a short lease.

        Then the work of a container that is killed comes back within a minute.
        """
        if not await self.queue.extend(claim, visibility_s=self.lease_s):
            return False  # it is another's by now
        return await self.worker.work_on(claim, may_go_on=self._may_go_on)

    def _may_go_on(self) -> bool:
        """Whether one more step fits into the invocation."""
        reserve_s = min(STEP_S, self.deadline.total_s * STEP_SHARE)
        return self.deadline.left_s() > max(reserve_s, CLOSING_S)

    async def _give_back(self, records: Sequence[Record]) -> None:
        for record in records:
            if record.claim is not None:
                with suppress(QueueUnavailable, TimeoutError):
                    async with asyncio.timeout(CLOSING_S / 2):
                        await self.queue.release(record.claim, delay_s=0, reason="not begun")
