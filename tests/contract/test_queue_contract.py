"""What every queue promises: nothing lost, nothing doubled, one key in order."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import groupby

import pytest

from bot.clock import Clock, ManualClock, SystemClock
from bot.queue.port import Claim, DeadMessage, Message, Queue
from tests.contract.adapters import open_queue
from tests.contract.conftest import Place
from tests.contract.processes import KEYS, MESSAGES, kill_after_lines, run_all, start

FIRST, SECOND = Message("delivery:1", "acme/shop"), Message("delivery:2", "acme/shop")
OTHER = Message("delivery:3", "acme/bank")


async def claimed(queue: Queue, *, limit: int = 10, visibility_s: float = 30.0) -> list[Claim]:
    return list(await queue.claim(limit=limit, visibility_s=visibility_s))


async def messages(queue: Queue) -> list[Message]:
    return [claim.message for claim in await claimed(queue)]


async def counts(queue: Queue) -> tuple[int, int]:
    stats = await queue.stats()
    return stats.depth, stats.dead


async def test_an_empty_queue_hands_out_nothing(queue: Queue) -> None:
    assert await claimed(queue) == []
    assert await counts(queue) == (0, 0)
    assert (await queue.stats()).oldest_age_s in (0.0, None)


async def test_one_key_is_handed_out_one_at_a_time_in_order(queue: Queue) -> None:
    await queue.send([FIRST, SECOND, OTHER])

    held = await claimed(queue)
    assert [claim.message for claim in held] == [FIRST, OTHER]
    assert await claimed(queue) == []

    assert await queue.ack(held[0])
    assert await messages(queue) == [SECOND]


async def test_no_more_than_asked_for_are_handed_out(queue: Queue) -> None:
    await queue.send([Message(f"run:{number}", f"key-{number}") for number in range(5)])

    assert len(await claimed(queue, limit=2)) == 2
    assert len(await claimed(queue, limit=2)) == 2
    assert len(await claimed(queue, limit=2)) == 1


async def test_an_id_that_waits_is_not_doubled(queue: Queue) -> None:
    await queue.send([FIRST, FIRST])
    await queue.send([FIRST])

    assert (await queue.stats()).depth == 1
    (claim,) = await claimed(queue)
    await queue.ack(claim)
    assert await claimed(queue) == []


async def test_what_is_sent_while_it_is_worked_on_comes_again(queue: Queue) -> None:
    """News that come in the middle of the work are not lost, and come one at a time."""
    await queue.send([replace(FIRST, token="1"), SECOND])
    (claim,) = await claimed(queue)
    await queue.send([replace(FIRST, token="2")])

    assert await claimed(queue) == []
    await queue.ack(claim)
    (second,) = await claimed(queue)
    assert second.message == SECOND
    await queue.ack(second)
    (again,) = await claimed(queue)
    assert (again.message, again.attempt) == (FIRST, 1)
    await queue.ack(again)
    assert await claimed(queue) == []


async def test_what_was_worked_off_can_be_sent_once_more(queue: Queue) -> None:
    await queue.send([replace(FIRST, token="1")])
    (claim,) = await claimed(queue)
    await queue.ack(claim)
    await queue.send([replace(FIRST, token="2")])

    assert await messages(queue) == [FIRST]


async def test_a_claim_that_ran_out_comes_back_before_the_later_ones(
    queue: Queue, clock: ManualClock
) -> None:
    await queue.send([FIRST, SECOND])
    (lost,) = await claimed(queue, visibility_s=30)
    clock.advance(29)
    assert await claimed(queue) == []
    clock.advance(2)

    (again,) = await claimed(queue)
    assert (again.message, again.attempt) == (FIRST, 2)
    assert lost.attempt == 1
    assert await queue.ack(lost) is False
    assert await queue.extend(lost, visibility_s=30) is False
    assert await queue.release(lost, delay_s=0, reason="late") is False
    assert await queue.bury(lost, reason="late") is False
    assert await claimed(queue) == []
    assert await queue.ack(again) is True
    assert await messages(queue) == [SECOND]


async def test_an_extended_claim_does_not_run_out(queue: Queue, clock: ManualClock) -> None:
    await queue.send([FIRST])
    (claim,) = await claimed(queue, visibility_s=30)
    clock.advance(20)
    assert await queue.extend(claim, visibility_s=30) is True
    clock.advance(20)

    assert await claimed(queue) == []
    assert await queue.ack(claim) is True


async def test_a_released_message_waits_and_its_key_waits_with_it(
    queue: Queue, clock: ManualClock
) -> None:
    await queue.send([FIRST, SECOND])
    (claim,) = await claimed(queue)
    assert await queue.release(claim, delay_s=60, reason="GitHub is down") is True
    assert await queue.ack(claim) is False
    clock.advance(59)
    assert await claimed(queue) == []
    clock.advance(2)

    (again,) = await claimed(queue)
    assert (again.message, again.attempt) == (FIRST, 2)


async def test_a_buried_message_keeps_its_reason_and_frees_its_key(
    queue: Queue, clock: ManualClock
) -> None:
    await queue.send([FIRST, SECOND])
    (claim,) = await claimed(queue)
    assert await queue.bury(claim, reason="It broke ten times. 💥") is True

    assert list(await queue.dead()) == [
        DeadMessage(FIRST, 1, "It broke ten times. 💥", clock.now_s())
    ]
    assert await messages(queue) == [SECOND]
    assert await counts(queue) == (1, 1)


async def test_a_redriven_message_starts_anew(queue: Queue) -> None:
    await queue.send([FIRST])
    (claim,) = await claimed(queue)
    await queue.bury(claim, reason="broken")

    assert await queue.redrive(FIRST.id) is True
    assert await queue.redrive(FIRST.id) is False
    assert list(await queue.dead()) == []
    (again,) = await claimed(queue)
    assert (again.message, again.attempt) == (FIRST, 1)
    assert await queue.ack(claim) is False


async def test_dead_letters_are_read_in_pages(queue: Queue) -> None:
    ids = [f"run:{number:02}" for number in range(7)]
    await queue.send([Message(id_, id_) for id_ in ids])
    for claim in await claimed(queue):
        await queue.bury(claim, reason="broken")

    seen: list[str] = []
    while page := await queue.dead(after=seen[-1] if seen else "", limit=3):
        seen += [each.message.id for each in page]

    assert seen == ids


async def test_the_oldest_age_is_told_or_said_to_be_unknown(
    queue: Queue, clock: ManualClock
) -> None:
    await queue.send([FIRST])
    clock.advance(40)
    await queue.send([OTHER])

    assert await counts(queue) == (2, 0)
    assert (await queue.stats()).oldest_age_s in (None, pytest.approx(40))


async def test_waiting_ends_at_once_when_something_is_sent(queue: Queue) -> None:
    waiting = asyncio.create_task(queue.wait(30))
    await asyncio.sleep(0)  # let it begin
    began_s = time.monotonic()
    await queue.send([FIRST])
    await waiting

    assert time.monotonic() - began_s < 20


async def test_waiting_ends_at_once_when_a_key_becomes_free(queue: Queue) -> None:
    await queue.send([FIRST, SECOND])
    (claim,) = await claimed(queue)
    waiting = asyncio.create_task(queue.wait(30))
    await asyncio.sleep(0)
    await queue.ack(claim)
    await asyncio.wait_for(waiting, 20)

    assert await messages(queue) == [SECOND]


async def test_waiting_ends_after_its_time(queue: Queue) -> None:
    began_s = time.monotonic()
    await queue.wait(0.05)

    assert 0.04 < time.monotonic() - began_s < 20


async def test_waiting_ends_when_another_process_sends(queue: Queue, queue_place: Place) -> None:
    waiting = asyncio.create_task(queue.wait(30))
    await kill_after_lines("send_for_ever", queue_place.adapter, queue_place.name, lines=1)
    await asyncio.wait_for(waiting, 20)


async def test_waiting_ends_when_a_delay_is_over(queue: Queue, clock: ManualClock) -> None:
    await queue.send([FIRST])
    (claim,) = await claimed(queue)
    await queue.release(claim, delay_s=60, reason="later")
    waiting = asyncio.create_task(queue.wait(30))
    await asyncio.sleep(0)
    assert not waiting.done()
    clock.advance(61)
    await asyncio.wait_for(waiting, 20)


async def test_four_processes_work_off_each_message_once_and_each_key_in_order(
    queue: Queue, queue_place: Place
) -> None:
    """They claim from one queue at the same time; nobody holds a key that another holds."""
    total = MESSAGES[queue_place.adapter]
    await queue.send([Message(f"run:{n:04}", f"key-{n % KEYS}") for n in range(total)])

    outputs = await run_all("work_off", queue_place.adapter, queue_place.name, times=4)

    held = sorted(tuple(line.split()) for output in outputs for line in output)
    assert [id_ for _, id_, *_ in sorted(held, key=lambda each: each[1])] == [
        f"run:{n:04}" for n in range(total)
    ]
    for _, of_key in groupby(held, key=lambda each: each[0]):  # sorted by key, then by id
        times = [
            int(at_ns) for *_, claimed_ns, let_go_ns in of_key for at_ns in (claimed_ns, let_go_ns)
        ]
        assert times == sorted(times)


async def test_what_was_sent_survives_a_kill(queue: Queue, queue_place: Place) -> None:
    sent = await kill_after_lines("send_for_ever", queue_place.adapter, queue_place.name, lines=60)

    seen: list[str] = []
    while claims := await claimed(queue):
        for claim in claims:
            seen.append(claim.message.id)
            assert await queue.ack(claim)

    assert set(sent) <= set(seen)
    assert len(seen) == len(set(seen)) <= len(sent) + 1


async def test_messages_of_a_killed_worker_come_back(
    queue_place: Place, a_minute_later: Callable[[], Clock]
) -> None:
    queue = open_queue(queue_place.adapter, queue_place.name, SystemClock())
    await queue.send([FIRST, OTHER])
    process = await start("claim_and_hang", queue_place.adapter, queue_place.name)
    assert process.stdout is not None
    taken = {(await process.stdout.readline()).decode().strip() for _ in range(2)}
    process.kill()
    await process.wait()
    assert taken == {FIRST.id, OTHER.id}
    assert await claimed(queue) == []

    later = open_queue(queue_place.adapter, queue_place.name, a_minute_later())
    back = await claimed(later)

    assert [(claim.message, claim.attempt) for claim in back] == [(FIRST, 2), (OTHER, 2)]
    await later.close()
    await queue.close()
