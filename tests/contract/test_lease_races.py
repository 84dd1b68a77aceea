"""Leases on every store: of several that reach for a job, one gets it."""

import asyncio

import pytest

from bot.clock import ManualClock
from bot.store.port import Store
from bot.work.lease import BEAT_S, LEASE_S, SKEW_S, Later, Lease, Leases
from tests.contract.conftest import Place
from tests.contract.processes import LEASED, run_all

HOUR_S = 3600.0


def leases(store: Store, holder: str, clock: ManualClock | None = None) -> Leases:
    return Leases(store.documents, clock=clock or ManualClock(), holder=holder)


async def test_four_processes_do_each_job_once(store_place: Place) -> None:
    """Each job was done by exactly one of them."""
    lines = await run_all("lease_each", store_place.adapter, store_place.name, times=4)
    assert sorted(job for done in lines for job in done) == sorted(
        f"job-{number}" for number in range(LEASED)
    )


async def test_four_at_once_and_one_has_it(store: Store) -> None:
    """Also when the record is there already, and again after an interval."""
    clock = ManualClock()
    instances = [leases(store, f"instance-{number}", clock) for number in range(4)]
    for _ in range(5):
        taken = await asyncio.gather(*(each.take("sweep", 30) for each in instances))
        held = [
            (one, lease)
            for one, lease in zip(instances, taken, strict=True)
            if isinstance(lease, Lease)
        ]
        assert len(held) == 1
        (holder, lease), *_ = held
        assert await holder.done(lease)
        clock.advance(30)


async def test_it_is_done_once_an_interval_wherever_it_was_done(store: Store) -> None:
    clock = ManualClock()
    one, other = leases(store, "one", clock), leases(store, "other", clock)
    lease = await one.take("sweep", 30)
    assert isinstance(lease, Lease)
    clock.advance(10)
    await one.done(lease)
    assert await other.take("sweep", 30) == Later(30)
    clock.advance(29)
    assert await one.take("sweep", 30) == Later(1)
    assert isinstance(await one.take("sweep", 30, anyway=True), Lease)


async def test_a_silent_holder_loses_it(store: Store) -> None:
    """Killed, it says nothing more; had it only slept, it would hear that it lost."""
    clock = ManualClock()
    dead, other = leases(store, "dead", clock), leases(store, "other", clock)
    lease = await dead.take("sweep", 30)
    assert isinstance(lease, Lease)
    clock.advance(LEASE_S - 1)
    assert await other.take("sweep", 30) == Later(1)
    clock.advance(1)
    assert isinstance(await other.take("sweep", 30), Lease)
    assert not await dead.keep(lease)
    assert not await dead.done(lease)
    assert not await dead.give_back(lease)


@pytest.mark.parametrize("ahead_s", [-SKEW_S, -5.0, 5.0, SKEW_S - 1])
async def test_clocks_that_differ_do_not_share_a_job(store: Store, ahead_s: float) -> None:
    """For as long as its holder works, whoever's clock goes wrong never gets it."""
    right, wrong = ManualClock(), ManualClock()
    wrong.advance(ahead_s)
    holder, other = leases(store, "holder", right), leases(store, "other", wrong)
    lease = await holder.take("sweep", 1)
    assert isinstance(lease, Lease)
    for second in range(200):
        assert isinstance(await other.take("sweep", 1), Later), second
        for clock in (right, wrong):
            clock.advance(1)
        if (second + 1) % BEAT_S == 0:
            assert await holder.keep(lease)


async def test_a_clock_that_was_far_ahead_blocks_nobody(store: Store) -> None:
    """Neither with a lease of next week, nor with work done next week."""
    right, wrong = ManualClock(), ManualClock()
    wrong.advance(7 * 24 * HOUR_S)
    odd, sound = leases(store, "odd", wrong), leases(store, "sound", right)
    assert isinstance(await odd.take("held", 30), Lease)
    assert isinstance(await sound.take("held", 30), Lease)
    lease = await odd.take("done", 30)
    assert isinstance(lease, Lease)
    await odd.done(lease)
    assert isinstance(await sound.take("done", 30), Lease)


async def test_a_beat_that_was_cut_off_does_not_keep_the_job(store: Store) -> None:
    """It was written, and its answer never read; the job is let go all the same."""
    ours, other = leases(store, "ours"), leases(store, "other")
    lease = await ours.take("sweep", 30)
    assert isinstance(lease, Lease)
    before = Lease(job=lease.job, held=lease.held, version=lease.version)
    assert await ours.keep(lease)
    assert await ours.give_back(before)
    assert isinstance(await other.take("sweep", 30), Lease)
