"""Whose a claim is, by this process's own clock: SQS is not asked about what ran out."""

import pytest

from bot.clock import ManualClock
from bot.queue.port import Claim, Message
from bot.queue.sqs_calls import LONGEST_CLAIM_S
from bot.queue.sqs_held import REMEMBERED, Held, Received


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def held(clock: ManualClock) -> Held:
    return Held(clock)


def received(clock: ManualClock, receipt: str, *, place: int = 0, for_s: int = 30) -> Received:
    now_s = clock.now_s()
    claim = Claim(Message("run:1", "k"), 1, receipt)
    return Received(claim=claim, place=place, since_s=now_s, until_s=now_s + for_s)


def test_a_claim_is_held_until_it_runs_out(held: Held, clock: ManualClock) -> None:
    held.keep(received(clock, "r"))
    clock.advance(29)
    assert held.has("r")
    held.until("r", clock.now_s() + 30)
    clock.advance(29)
    assert held.has("r")
    clock.advance(1)
    assert not held.has("r")


def test_what_was_ended_is_not_held_and_what_is_unknown_is_left_to_sqs(
    held: Held, clock: ManualClock
) -> None:
    """A function that SQS invokes brings claims that this process never received."""
    held.keep(received(clock, "r"))
    held.until("r", 0.0)
    assert not held.has("r")
    assert held.has("of a Lambda event")
    held.until("of a Lambda event", 0.0)
    assert not held.has("of a Lambda event")


def test_what_was_sent_first_is_taken_first(held: Held, clock: ManualClock) -> None:
    for place in (2, 1, 3):
        held.keep(received(clock, str(place), place=place))
    assert [held.take().place for _ in range(3)] == [1, 2, 3]


def test_no_claim_is_longer_than_sqs_allows(held: Held, clock: ManualClock) -> None:
    held.keep(received(clock, "r", for_s=3_600))
    clock.advance(3_599)
    assert held.at_most("r", 60) == 60
    assert held.at_most("r", 10**6) == LONGEST_CLAIM_S - 3_600
    assert held.at_most("unknown", 10**6) == LONGEST_CLAIM_S - 1
    clock.advance(10**6)
    assert held.at_most("r", 60) == 0


def test_ended_claims_do_not_fill_the_memory(held: Held, clock: ManualClock) -> None:
    held.keep(received(clock, "alive", for_s=10**6))
    for number in range(REMEMBERED + 10):
        held.keep(received(clock, str(number)))
        held.take()
        held.until(str(number), 0.0)
    assert len(held._terms) <= REMEMBERED + 1
    assert held.has("alive")
