"""A text that no parser gets through ends a process of ours, and not the bot."""

import asyncio
import os
import signal
import time

import pytest

from bot.reading import apart as apart_module
from bot.reading.apart import Apart, TooHeavy
from bot.reading.tasks import Look

GOOD = Look("a.yml", b"a: 1\na: 2\n")
BOMB = Look("a.yml", b"a: &a [x]\n" + b"".join(
    b"b%d: &b%d [%s]\n" % (i, i, b",".join([b"*%s" % (b"a" if i == 0 else b"b%d" % (i - 1))] * 9))
    for i in range(40)
))  # fmt: skip


async def test_it_answers_again_and_again() -> None:
    async with Apart() as apart:
        for _ in range(3):
            assert [each.rule for each in await apart.ask(GOOD)] == ["duplicate-key"]
        answers = await asyncio.gather(*(apart.ask(GOOD) for _ in range(5)))
        assert len(answers) == 5


async def test_a_bomb_of_aliases_is_read_as_it_stands() -> None:
    """Nothing is expanded, so nine to the fortieth values are forty lines."""
    async with Apart() as apart:
        began_s = time.monotonic()
        assert await apart.ask(BOMB) == []
        assert time.monotonic() - began_s < 10


async def test_what_takes_too_long_is_ended_and_the_next_question_is_answered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apart_module, "_EACH_S", 5.0)
    slow = Look("a.yml", b"- - - - x\n" * 400_000)
    async with Apart() as apart:
        with pytest.raises(TooHeavy):
            await apart.ask(slow)
        assert len(await apart.ask(GOOD)) == 1


async def test_a_process_that_is_killed_is_replaced_and_many_are_enough() -> None:
    async with Apart() as apart:
        for _ in range(3):
            await apart.ask(GOOD)
            assert apart.process_id is not None
            asking = asyncio.create_task(apart.ask(Look("a.yml", b"- x\n" * 60_000)))
            await asyncio.sleep(0)
            os.kill(apart.process_id, signal.SIGKILL)
            with pytest.raises(TooHeavy):
                await asking
        assert apart.is_worn_out
        with pytest.raises(TooHeavy):
            await apart.ask(GOOD)


async def test_the_event_loop_goes_on_meanwhile() -> None:
    """Half a megabyte of YAML takes seconds; other work is not held up."""
    async with Apart() as apart:
        await apart.ask(GOOD)
        asking = asyncio.create_task(apart.ask(Look("a.yml", b"a:\n" + b"- b: [1, 2]\n" * 10_000)))
        longest_s, last_s = 0.0, time.monotonic()
        while not asking.done():
            await asyncio.sleep(0.005)
            longest_s, last_s = max(longest_s, time.monotonic() - last_s), time.monotonic()
        assert await asking == []
    assert longest_s < 1


async def test_a_cancelled_question_leaves_the_next_one_right() -> None:
    async with Apart() as apart:
        await apart.ask(GOOD)
        asking = asyncio.create_task(apart.ask(Look("a.yml", b"- x\n" * 60_000)))
        await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert [each.rule for each in await apart.ask(GOOD)] == ["duplicate-key"]


async def test_nothing_is_left_when_it_is_closed() -> None:
    async with Apart() as apart:
        await apart.ask(GOOD)
        assert apart.process_id is not None
    assert apart.process_id is None
