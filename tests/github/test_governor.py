"""The pace of making content, before GitHub has to say no."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ManualClock
from bot.errors import RetryLater
from bot.github.governor import Governor
from bot.github.paces import PUBLISHED, Pace, paces_for
from bot.store.port import Document, StoreUnavailable
from tests.store.memory import MemoryDocuments


async def test_eighty_go_at_once_and_the_next_waits_for_the_minute() -> None:
    """GitHub's published pace: 80 a minute."""
    clock = ManualClock(0.0)
    governor = Governor(MemoryDocuments(), clock, PUBLISHED, longest_wait_s=60)
    for _ in range(80):
        await governor.turn("acme")
    assert clock.slept_s == []
    await governor.turn("acme")
    assert clock.slept_s == [60.0]


async def test_a_long_wait_goes_back_to_the_queue() -> None:
    """500 an hour are used up after seven minutes; no worker sleeps for the rest of the hour."""
    clock = ManualClock(0.0)
    governor = Governor(MemoryDocuments(), clock, PUBLISHED, longest_wait_s=60)
    for _ in range(500):
        await governor.turn("acme")
    with pytest.raises(RetryLater) as later:
        await governor.turn("acme")
    assert later.value.wait_s == pytest.approx(3600 - clock.now_s())
    clock.advance(later.value.wait_s or 0)
    await governor.turn("acme")


async def test_one_organization_does_not_slow_another() -> None:
    """GitHub counts each installation by itself."""
    clock = ManualClock(0.0)
    governor = Governor(MemoryDocuments(), clock, (Pace(1, 60.0),), longest_wait_s=0)
    await governor.turn("acme")
    await governor.turn("globex")
    with pytest.raises(RetryLater):
        await governor.turn("ACME")


@pytest.mark.parametrize(
    ("host", "configured", "paces"),
    [
        pytest.param("api.github.com", PUBLISHED, PUBLISHED, id="github.com"),
        pytest.param("api.acme.ghe.com", PUBLISHED, PUBLISHED, id="data-residency"),
        pytest.param("ghes.acme.test", PUBLISHED, (), id="enterprise-server"),
        pytest.param("127.0.0.1", PUBLISHED, (), id="the-local-github"),
        pytest.param("127.0.0.1", (Pace(3, 1.0),), (Pace(3, 1.0),), id="as-configured"),
        pytest.param("api.github.com", (Pace(3, 1.0),), (Pace(3, 1.0),), id="slower-if-configured"),
        pytest.param("api.github.com.evil.test", PUBLISHED, (), id="not-by-resemblance"),
    ],
)
def test_only_githubs_own_hosts_have_the_published_pace(
    host: str, configured: tuple[Pace, ...], paces: tuple[Pace, ...]
) -> None:
    """An Enterprise Server has no such limit unless somebody sets one."""
    assert paces_for(host, configured) == paces


@given(
    pauses_s=st.lists(st.floats(0, 10), max_size=60),
    count=st.integers(1, 5),
    window_s=st.floats(1, 20),
)
def test_no_window_ever_holds_more_than_its_count(
    pauses_s: list[float], count: int, window_s: float
) -> None:
    """However requests come in, in any stretch of time there are at most as many as allowed."""

    async def go() -> list[float]:
        clock = ManualClock(0.0)
        governor = Governor(MemoryDocuments(), clock, (Pace(count, window_s),), longest_wait_s=1e9)
        went_s = []
        for pause_s in pauses_s:
            clock.advance(pause_s)
            await governor.turn("acme")
            went_s.append(clock.now_s())
        return went_s

    went_s = asyncio.run(go())
    for first, later in zip(went_s, went_s[count:], strict=False):
        assert later - first >= window_s - 1e-6


@given(
    steps=st.lists(st.tuples(st.integers(0, 3), st.floats(0, 4)), max_size=80),
    count=st.integers(1, 12),
    window_s=st.floats(1, 20),
)
def test_processes_share_one_pace(
    steps: list[tuple[int, float]], count: int, window_s: float
) -> None:
    """However four processes take turns, together they make no more than is allowed."""

    async def go() -> list[float]:
        clock, documents = ManualClock(0.0), MemoryDocuments()
        pace = Pace(count, window_s)
        processes = [Governor(documents, clock, (pace,), longest_wait_s=1e9) for _ in range(4)]
        went_s = []
        for process, pause_s in steps:
            clock.advance(pause_s)
            await processes[process].turn("acme")
            went_s.append(clock.now_s())
        return went_s

    went_s = asyncio.run(go())
    for first, later in zip(went_s, went_s[count:], strict=False):
        assert later - first >= window_s - 1e-6


async def test_processes_that_book_at_the_same_moment_get_different_turns() -> None:
    """One sees the other's booking and looks again."""
    clock, documents = ManualClock(0.0), Slow()
    processes = [Governor(documents, clock, PUBLISHED, longest_wait_s=0) for _ in range(5)]

    reasons: list[str] = []

    async def take(process: Governor) -> int:
        taken = 0
        while True:
            try:
                await process.turn("acme")
            except RetryLater as later:
                reasons.append(later.reason)
                return taken
            taken += 1

    taken = await asyncio.gather(*(take(process) for process in processes))
    assert set(reasons) == {"GitHub's pace for new content is used up."}
    assert sum(taken) <= 80
    assert sum(taken) >= 80 - 5 * 8  # the rest of a block is its process's for a moment


async def test_what_a_process_did_not_take_it_gives_back_at_its_next_booking() -> None:
    """Until then it counts: the process may be about to take it."""
    clock, documents = ManualClock(0.0), MemoryDocuments()
    one, other = [Governor(documents, clock, (Pace(10, 60.0),), longest_wait_s=0) for _ in range(2)]
    for _ in range(2):  # a block of one, and the first turn of a block of two
        await one.turn("acme")
    for _ in range(7):
        await other.turn("acme")
    clock.advance(6)  # both blocks are over
    with pytest.raises(RetryLater):
        await other.turn("acme")
    await one.turn("acme")
    with pytest.raises(RetryLater):
        await one.turn("acme")


async def test_turns_cost_a_write_for_several() -> None:
    """Eighty comments in a row are a dozen bookings."""
    written = []
    documents = MemoryDocuments(before_write=lambda: written.append(1))
    governor = Governor(documents, ManualClock(0.0), PUBLISHED, longest_wait_s=0)
    for _ in range(80):
        await governor.turn("acme")
    assert len(written) <= 16


async def test_a_block_from_a_wrong_clock_stops_nobody() -> None:
    """Somebody's clock was a day ahead."""
    documents, clock, pace = MemoryDocuments(), ManualClock(0.0), (Pace(1, 60.0),)
    await Governor(documents, ManualClock(86_400.0), pace, longest_wait_s=0).turn("acme")
    await Governor(documents, clock, pace, longest_wait_s=0).turn("acme")


async def test_without_the_store_content_waits() -> None:
    """What cannot be counted is not made: the queue repeats it."""

    def away() -> None:
        raise StoreUnavailable("It is away.")

    documents = MemoryDocuments(before_write=away)
    with pytest.raises(RetryLater, match="not known"):
        await Governor(documents, ManualClock(0.0), PUBLISHED, longest_wait_s=30).turn("acme")


class Slow(MemoryDocuments):
    """Others come in between a look and a write."""

    async def get(self, collection: str, id: str) -> Document | None:  # noqa: A002
        found = await super().get(collection, id)
        await asyncio.sleep(0)
        return found
