"""Scheduled jobs: in turn with other instances, for ever or once, whatever they raise."""

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

from bot.errors import RetryLater
from bot.store.port import StoreUnavailable
from bot.work.lease import LEASE_S, Leases
from bot.work.schedule import PUT_OFF_S, Scheduled, repeat, run_due, schedule
from tests.store.memory import MemoryDocuments
from tests.work.hand_clock import HandClock, settle


@dataclass
class Instance:
    """One process: its lease holder, its clock, and what it did when."""

    documents: MemoryDocuments
    clock: HandClock
    name: str
    done: list[str] = field(default_factory=list)

    @property
    def leases(self) -> Leases:
        return Leases(self.documents, clock=self.clock, holder=self.name)

    def job(
        self, name: str = "sweep", *, takes_s: float = 0.0, at_start: bool = False
    ) -> Scheduled:
        async def do() -> None:
            if takes_s:
                await self.clock.sleep(takes_s)
            self.done.append(name)

        return Scheduled(name, 30.0, do, at_start=at_start)

    def live(self, job: Scheduled) -> "asyncio.Task[None]":
        """It repeats the job from now on."""

        async def life() -> None:
            await repeat(job, leases=self.leases, clock=self.clock)

        return asyncio.create_task(life())


@pytest.fixture
def one() -> Instance:
    return Instance(MemoryDocuments(), HandClock(), "one")


@pytest.fixture
def other(one: Instance) -> Instance:
    return Instance(one.documents, one.clock, "other")


async def test_two_instances_do_it_once_an_interval(one: Instance, other: Instance) -> None:
    lives = [one.live(one.job()), other.live(other.job())]
    await one.clock.pass_by(95)
    assert len(one.done + other.done) == 4
    for life in lives:
        life.cancel()


async def test_an_instance_that_dies_is_succeeded(one: Instance, other: Instance) -> None:
    """In the middle of its turn, and without a word."""
    life = one.live(one.job(takes_s=10))
    await one.clock.pass_by(5)
    one.documents.before_write = _away
    life.cancel()
    await settle()
    one.documents.before_write = lambda: None
    heir = other.live(other.job())
    await one.clock.pass_by(LEASE_S - 10)
    assert other.done == []
    await one.clock.pass_by(6)
    assert (one.done, other.done) == ([], ["sweep"])
    heir.cancel()


async def test_an_instance_that_ends_gives_its_turn_back(one: Instance, other: Instance) -> None:
    """A restart in the middle of a job does not wait for anybody's silence."""
    life = one.live(one.job(takes_s=10))
    await one.clock.pass_by(5)
    life.cancel()
    await settle()
    assert await run_due([other.job()], leases=other.leases, clock=other.clock) == ["sweep"]


async def test_a_long_job_stays_its_holders(one: Instance, other: Instance) -> None:
    long = one.live(one.job(takes_s=5 * LEASE_S))
    await settle()
    waiting = other.live(other.job())
    await one.clock.pass_by(5 * LEASE_S + 1)
    assert (one.done, other.done) == (["sweep"], [])
    long.cancel()
    waiting.cancel()


async def test_who_lost_its_lease_stops(one: Instance, other: Instance) -> None:
    """The store was away for longer than the lease; the other reached it before."""
    life = one.live(one.job(takes_s=10 * LEASE_S))
    await settle()
    one.documents.before_write = _away
    await one.clock.pass_by(LEASE_S + 21)
    one.documents.before_write = lambda: None
    assert await run_due([other.job()], leases=other.leases, clock=other.clock) == ["sweep"]
    await one.clock.pass_by(9 * LEASE_S)
    assert one.done.count("sweep") == 0
    life.cancel()


async def test_a_process_that_begins_does_not_wait_for_the_interval(
    one: Instance, other: Instance
) -> None:
    """Only for whoever has it in hand."""
    await run_due([one.job()], leases=one.leases, clock=one.clock)
    life = other.live(other.job(at_start=True))
    await settle()
    assert other.done == ["sweep"]
    life.cancel()


async def test_a_failure_waits_for_the_next_turn(one: Instance) -> None:
    """And the others' turns come meanwhile."""

    async def fail() -> None:
        one.done.append("tried")
        raise LookupError("our bug")

    jobs = [Scheduled("broken", 30.0, fail), one.job()]
    lives = [asyncio.ensure_future(each) for each in schedule(jobs, **_with(one))]
    await one.clock.pass_by(65)
    assert (one.done.count("tried"), one.done.count("sweep")) == (3, 3)
    for life in lives:
        life.cancel()


async def test_a_store_that_is_away_is_asked_again(one: Instance) -> None:
    one.documents.before_write = _away
    life = one.live(one.job())
    await one.clock.pass_by(45)
    assert one.done == []
    one.documents.before_write = lambda: None
    await one.clock.pass_by(30)
    assert one.done == ["sweep"]
    life.cancel()


async def test_an_invocation_does_what_is_due(one: Instance) -> None:
    """By name, or all; each once an interval; a name that no job has is left out."""
    jobs = [one.job("sweep"), one.job("wake"), one.job("catalog")]
    assert await run_due(jobs, ["wake", "nonsense"], **_with(one)) == ["wake"]
    assert await run_due(jobs, **_with(one)) == ["sweep", "catalog"]
    assert await run_due(jobs, ["*"], **_with(one)) == []
    await one.clock.pass_by(31, step_s=31)
    assert await run_due(jobs, ["*"], **_with(one)) == ["sweep", "wake", "catalog"]


async def test_two_invocations_at_once_share_the_work(one: Instance, other: Instance) -> None:
    names = ["sweep", "wake", "catalog"]
    done = await asyncio.gather(
        run_due([one.job(name) for name in names], **_with(one)),
        run_due([other.job(name) for name in names], **_with(other)),
    )
    assert sorted([*done[0], *done[1]]) == sorted(names)
    assert sorted(one.done + other.done) == sorted(names)


async def test_what_is_not_needed_writes_nothing(one: Instance) -> None:
    """A quiet hour leaves the disk alone."""

    async def no() -> bool:
        return False

    job = one.job()
    quiet = Scheduled(job.name, job.interval_s, job.do, needed=no)
    one.documents.before_write = _away
    assert await run_due([quiet], **_with(one)) == []
    assert one.done == []


def _with(instance: Instance) -> dict[str, Any]:
    return {"leases": instance.leases, "clock": instance.clock}


def _away() -> None:
    raise StoreUnavailable("The store cannot be reached.")


async def test_what_an_absence_put_off_is_tried_again_soon(one: Instance, other: Instance) -> None:
    """However rarely it is due, and whoever asks next: it was not done."""
    away = iter([RetryLater("GitHub is away."), StoreUnavailable("gone")])
    done: list[str] = []

    async def do() -> None:
        for error in away:
            raise error
        done.append("daily")

    daily = Scheduled("daily", 86_400.0, do)
    life = one.live(daily)
    await one.clock.pass_by(1)
    assert await run_due([daily], leases=other.leases, clock=other.clock) == []
    await one.clock.pass_by(PUT_OFF_S + 1)
    assert done == ["daily"]
    await one.clock.pass_by(80_000, step_s=20_000)
    assert done == ["daily"]
    life.cancel()
