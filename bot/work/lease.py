"""Whose turn a scheduled job is: one instance at a time, once an interval, wherever it ran last.

A record a job says who holds it, until when, and when it was last done. Every change goes
by the record's version, so of several that reach for it exactly one gets it. A holder says
every ``BEAT_S`` that it lives; one that is silent for ``LEASE_S`` has lost the job.

Times are those of whoever wrote them. A lease in use lasts ``SKEW_S`` more at the least, so
clocks that differ by less never make two hold one job. Where they differ by more, the holder
that lost its job learns that at its next beat and stops.
"""

import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import dataclass, replace

import msgspec

from bot.clock import Clock
from bot.store.collections import LEASES
from bot.store.port import Documents, Json

LEASE_S = 60.0
BEAT_S = LEASE_S / 3
SKEW_S = LEASE_S - BEAT_S


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The record of a job; ``until_s`` is 0 while nobody has it in hand."""

    holder: str = ""
    until_s: float = 0.0
    done_at_s: float = 0.0


@dataclass(slots=True, kw_only=True)
class Lease:
    """A job that is ours until ``held.until_s``; ``version`` follows the record's."""

    job: str
    held: Held
    version: int


@dataclass(frozen=True, slots=True)
class Later:
    """It is another's, or not due: asking again is worth it after so long."""

    wait_s: float


def new_holder() -> str:
    """A name for this instance: tells people where it runs, and nobody else has it."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


class Leases:
    """Leases on the ``Documents`` port, for one instance."""

    def __init__(self, documents: Documents, *, clock: Clock, holder: str) -> None:
        self._documents, self._clock, self._holder = documents, clock, holder

    async def take(self, job: str, interval_s: float, *, anyway: bool = False) -> Lease | Later:
        """The lease, where nobody has it and the interval has passed since it was done anywhere.

        ``anyway`` does not wait for the interval. Raises StoreUnavailable.
        """
        now_s = self._clock.now_s()
        known = await self._documents.get(LEASES.name, job)
        held = _held(known.data) if known else Held()
        wait_s = max(_held_s(held, now_s), 0.0 if anyway else _due_s(held, interval_s, now_s))
        if wait_s > 0:
            return Later(wait_s)
        ours = replace(held, holder=self._holder, until_s=now_s + LEASE_S)
        if known is None:
            taken = await self._documents.insert(LEASES.name, job, _data(ours))
        else:
            taken = await self._documents.replace(
                LEASES.name, job, _data(ours), version=known.version
            )
        if not taken:  # another was faster; it may be through in no time
            return Later(min(interval_s, BEAT_S))
        return Lease(job=job, held=ours, version=known.version + 1 if known else 1)

    async def keep(self, lease: Lease) -> bool:
        """Hold it for longer; False where it is another's by now. Raises StoreUnavailable."""
        return await self._put(lease, replace(lease.held, until_s=self._clock.now_s() + LEASE_S))

    async def done(self, lease: Lease) -> bool:
        """Let go of it: it was done now, and is due again after its interval."""
        return await self._let_go(lease, Held(done_at_s=self._clock.now_s()))

    async def give_back(self, lease: Lease) -> bool:
        """Let go of it undone: whoever asks next may have it."""
        return await self._let_go(lease, Held(done_at_s=lease.held.done_at_s))

    def is_over(self, lease: Lease) -> bool:
        """Whether others may have taken it, as far as our own clock tells."""
        return self._clock.now_s() >= lease.held.until_s

    async def _let_go(self, lease: Lease, held: Held) -> bool:
        """A beat that was cut off may have been written: then it is still ours."""
        if await self._put(lease, held):
            return True
        known = await self._documents.get(LEASES.name, lease.job)
        if known is None or _held(known.data).holder != self._holder:
            return False
        lease.version = known.version
        return await self._put(lease, held)

    async def _put(self, lease: Lease, held: Held) -> bool:
        put = await self._documents.replace(
            LEASES.name, lease.job, _data(held), version=lease.version
        )
        if put:
            lease.held, lease.version = held, lease.version + 1
        return put


def _held_s(held: Held, now_s: float) -> float:
    """How long it is another's. No lease is that long: then a clock was wrong."""
    left_s = held.until_s - now_s
    return left_s if left_s <= LEASE_S + SKEW_S else 0.0


def _due_s(held: Held, interval_s: float, now_s: float) -> float:
    """How long until it is due. What was done in the future was told by a wrong clock."""
    if held.done_at_s - now_s > SKEW_S:
        return 0.0
    return held.done_at_s + interval_s - now_s


def _held(data: Mapping[str, Json]) -> Held:
    return msgspec.convert(data, Held)


def _data(held: Held) -> dict[str, Json]:
    data: dict[str, Json] = msgspec.to_builtins(held)
    return data
