"""The pace of making content, before GitHub has to say no."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import ManualClock
from bot.errors import RetryLater
from bot.github.governor import PUBLISHED, Governor, Pace, paces_for


async def test_eighty_go_at_once_and_the_next_waits_for_the_minute() -> None:
    """GitHub's published pace: 80 a minute."""
    clock = ManualClock(0.0)
    governor = Governor(clock, PUBLISHED, longest_wait_s=60)
    for _ in range(80):
        await governor.turn("acme")
    assert clock.slept_s == []
    await governor.turn("acme")
    assert clock.slept_s == [60.0]


async def test_a_long_wait_goes_back_to_the_queue() -> None:
    """500 an hour are used up after seven minutes; no worker sleeps for the rest of the hour."""
    clock = ManualClock(0.0)
    governor = Governor(clock, PUBLISHED, longest_wait_s=60)
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
    governor = Governor(clock, (Pace(1, 60.0),), longest_wait_s=0)
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
        governor = Governor(clock, (Pace(count, window_s),), longest_wait_s=1e9)
        went_s = []
        for pause_s in pauses_s:
            clock.advance(pause_s)
            await governor.turn("acme")
            went_s.append(clock.now_s())
        return went_s

    went_s = asyncio.run(go())
    for first, later in zip(went_s, went_s[count:], strict=False):
        assert later - first >= window_s - 1e-6
