"""Keeps the making of content under the pace that GitHub publishes, before it says no.

GitHub counts all that an App does in an organisation, whichever process did it. So turns are
booked in a record that every process sees: several at a time, for a short while, and those that
were not taken are given back at the next booking.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.clock import Clock
from bot.errors import RetryLater
from bot.github.paces import Pace
from bot.store.collections import PACES
from bot.store.keep import change_value
from bot.store.port import Documents, StoreUnavailable

MOST_IN_BLOCK = 8  # a process that dies with a block wastes so many turns at most
SKEW_S = 60.0  # by which the clocks of processes may differ


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """``count`` turns that one process takes at some time between ``from_s`` and ``until_s``."""

    id: str
    from_s: float
    until_s: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """The record of an organisation, in the order in which blocks were booked."""

    blocks: Sequence[Block] = ()


@dataclass(slots=True)
class _Own:
    """The block that we take turns of: how many were taken, and when the last one was."""

    block: Block
    taken: int = 0
    last_s: float = 0.0

    def has_turn(self, now_s: float) -> bool:
        return self.taken < self.block.count and now_s <= self.block.until_s


class Governor:
    """Hands out turns to make content, one history an organisation, shared by all processes.

    A history of turns rather than a filling bucket: a bucket lets two bursts through
    within one minute, and GitHub counts any minute.

    Args:
        documents: where the processes see each other's turns.
        name: what is paced; each name has a history of its own.
        longest_wait_s: a turn that is further off is not waited for.
    """

    def __init__(
        self,
        documents: Documents,
        clock: Clock,
        paces: tuple[Pace, ...],
        *,
        name: str = "content",
        longest_wait_s: float,
    ) -> None:
        self._documents, self._clock, self._name = documents, clock, name
        self._paces, self._longest_wait_s = paces, longest_wait_s
        # Long enough for a handful of requests, short beside the window that it takes from.
        self._hold_s = min((pace.window_s for pace in paces), default=0.0) / 12
        self._longest_s = max((pace.window_s for pace in paces), default=0.0)
        self._most = min((MOST_IN_BLOCK, *(pace.count for pace in paces)))
        self._own: dict[str, _Own] = {}
        self._booking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def turn(self, organization: str) -> None:
        """Return when content may be made. Raises RetryLater where that is far off.

        The turn is booked before the wait, so that many waiters line up and do
        not all wake for the same place.
        """
        if not self._paces:
            return
        organization = organization.lower()
        async with self._booking[organization]:
            own = self._own.get(organization)
            if own is None or not own.has_turn(self._clock.now_s()):
                own = self._own[organization] = await self._book(organization, own)
            own.taken += 1
            now_s = self._clock.now_s()
            own.last_s = max(now_s, own.block.from_s)
        if own.last_s > now_s:
            await self._clock.sleep(own.last_s - now_s)

    async def _book(self, organization: str, own: _Own | None) -> _Own:
        """The next block. Raises RetryLater: it is far off, or the store away."""

        def decide(known: Booked) -> Booked:
            others = self._others(known.blocks, own)
            return Booked(blocks=[*others, self._next(others, own)])

        id_ = f"{self._name}:{organization}"
        try:
            booked = await change_value(self._documents, PACES.name, id_, decide, default=Booked())
        except StoreUnavailable:
            raise RetryLater("The pace of new content is not known now.") from None
        return _Own(booked.blocks[-1])

    def _others(self, blocks: Sequence[Block], own: _Own | None) -> Sequence[Block]:
        """What still counts. Of our last block only what was taken, up to its last turn."""
        now_s = self._clock.now_s()
        if own is not None:
            settled = replace(own.block, until_s=own.last_s, count=own.taken)
            blocks = [settled if each.id == settled.id else each for each in blocks]
        # Nobody books further ahead than this: such a block was told by a wrong clock.
        latest_s = now_s + self._longest_wait_s + SKEW_S
        return [
            each
            for each in blocks
            if each.until_s > now_s - self._longest_s and each.from_s <= latest_s
        ]

    def _next(self, others: Sequence[Block], own: _Own | None) -> Block:
        """As many turns as are free now, at most twice as many as were just used up; else one.

        Blocks follow each other in time. Then whoever looks at any window finds that each
        block which reaches into it was counted when the window's last one was booked.
        """
        now_s = max([self._clock.now_s(), *(each.from_s for each in others)])
        used_up = own is not None and own.taken == own.block.count
        count = min(2 * own.block.count, self._most) if own and used_up else 1
        while count > 1 and self._free_at_s(others, count) > now_s:
            count //= 2
        from_s = max(now_s, self._free_at_s(others, count))
        wait_s = from_s - self._clock.now_s()
        if wait_s > self._longest_wait_s:
            raise RetryLater("GitHub's pace for new content is used up.", wait_s=wait_s)
        return Block(
            id=secrets.token_hex(4), from_s=from_s, until_s=from_s + self._hold_s, count=count
        )

    def _free_at_s(self, others: Sequence[Block], count: int) -> float:
        """When so many more fit into every window; 0 where they do at any time."""
        return max(_free_at_s(others, pace, count) for pace in self._paces)


def _free_at_s(others: Sequence[Block], pace: Pace, count: int) -> float:
    taken = count
    for block in sorted(others, key=lambda each: each.until_s, reverse=True):
        taken += block.count
        if taken > pace.count:
            return block.until_s + pace.window_s
    return 0.0
