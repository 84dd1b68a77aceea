"""Any order of calls leaves the queue as a plain list in memory would be left.

SQS is another list: it knows for five minutes what it took in, waiting or not, and
calls a claim lost as soon as it ran out.
"""

import asyncio
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from bot.clock import ManualClock
from bot.queue.port import Claim, Message
from tests.contract.adapters import open_queue
from tests.queue.sqs import ClockOfBoth, SqsServer

NUMBERS = st.integers(0, 7)
SENT = st.lists(st.tuples(NUMBERS, st.sampled_from(["1", "2"])), max_size=4)
SECONDS = st.sampled_from([0, 1, 5, 30])
VISIBLE_S = st.sampled_from([1, 5, 30])
FORGOTTEN_S = 300  # SQS knows that long what it took in


def message(number: int, token: str = "") -> Message:
    return Message(f"run:{number}", f"key-{number % 3}", token)


@dataclass
class Entry:
    """What the model knows of one queued message."""

    message: Message
    sent_at_s: float
    visible_at_s: float = 0.0
    attempts: int = 0
    receipt: str = ""
    again: bool = False


class QueueMachine(RuleBasedStateMachine):
    """Does the same to the queue and to the model, and compares every answer."""

    adapter = "sqlite"
    claims = Bundle("claims")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.clock = self.new_clock()
        self.runner = asyncio.Runner()
        self.runner.get_loop()
        self.queue = open_queue(self.adapter, self.new_place(), self.clock)
        self.waiting: list[Entry] = []  # in the order they were sent
        self.dead: dict[str, tuple[int, str]] = {}

    def new_clock(self) -> ManualClock:
        return ManualClock()

    def new_place(self) -> str:
        return str(Path(self.folder.name) / "queue.db")

    def teardown(self) -> None:
        self.runner.run(self.queue.close())
        self.runner.close()
        self.folder.cleanup()

    @rule(sent=SENT)
    def send(self, sent: list[tuple[int, str]]) -> None:
        messages = [message(*each) for each in sent]
        self.runner.run(self.queue.send(messages))
        for each in messages:
            self._queue(each)

    @rule(target=claims, limit=st.integers(1, 4), visibility_s=VISIBLE_S)
    def claim(self, limit: int, visibility_s: int) -> object:
        claims = self.runner.run(self.queue.claim(limit=limit, visibility_s=visibility_s))
        expected = self._claimable()[:limit]
        assert [claim.message for claim in claims] == [entry.message for entry in expected]
        for entry, claim in zip(expected, claims, strict=True):
            entry.attempts += 1
            entry.visible_at_s = self.clock.now_s() + visibility_s
            entry.receipt, entry.again = claim.receipt, False
            assert claim.attempt == entry.attempts
        return multiple(*claims)

    @rule(claim=claims)
    def ack(self, claim: Claim) -> None:
        entry = self._held(claim)
        assert self.runner.run(self.queue.ack(claim)) is (entry is not None)
        if entry is not None:
            self._remove(entry)

    @rule(claim=claims, visibility_s=SECONDS)
    def extend(self, claim: Claim, visibility_s: int) -> None:
        entry = self._held(claim)
        done = self.runner.run(self.queue.extend(claim, visibility_s=visibility_s))
        assert done is (entry is not None)
        if entry is not None:
            entry.visible_at_s = self.clock.now_s() + visibility_s

    @rule(claim=consumes(claims), delay_s=SECONDS)
    def release(self, claim: Claim, delay_s: int) -> None:
        entry = self._held(claim)
        done = self.runner.run(self.queue.release(claim, delay_s=delay_s, reason="later"))
        assert done is (entry is not None)
        if entry is not None:
            entry.visible_at_s, entry.receipt = self.clock.now_s() + delay_s, ""
            entry.again = False

    @rule(claim=claims, reason=st.text(max_size=5))
    def bury(self, claim: Claim, reason: str) -> None:
        entry = self._held(claim)
        assert self.runner.run(self.queue.bury(claim, reason=reason)) is (entry is not None)
        if entry is not None:
            self._remove(entry)
            self.dead[claim.message.id] = (entry.attempts, reason)

    @rule(number=NUMBERS)
    def redrive(self, number: int) -> None:
        was_dead = self.dead.pop(message(number).id, None) is not None
        assert self.runner.run(self.queue.redrive(message(number).id)) is was_dead
        if was_dead:
            self._queue_again(message(number))

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @invariant()
    def nothing_is_lost(self) -> None:
        stats = self.runner.run(self.queue.stats())
        oldest_s = min((entry.sent_at_s for entry in self.waiting), default=self.clock.now_s())
        assert (stats.depth, stats.dead) == (len(self.waiting), len(self.dead))
        if stats.oldest_age_s is not None:
            assert stats.oldest_age_s == pytest.approx(self.clock.now_s() - oldest_s)

    @rule()
    def read_the_dead(self) -> None:
        dead = self.runner.run(self.queue.dead())
        assert {each.message.id: (each.attempts, each.reason) for each in dead} == self.dead

    def _queue(self, new: Message) -> None:
        for entry in self.waiting:
            if entry.message.id == new.id:
                entry.again = entry.again or bool(entry.receipt)
                return
        self.waiting.append(Entry(new, self.clock.now_s()))

    def _queue_again(self, new: Message) -> None:
        self._queue(new)

    def _remove(self, entry: Entry) -> None:
        self.waiting.remove(entry)
        if entry.again:
            self._queue(entry.message)

    def _claimable(self) -> list[Entry]:
        first: dict[str, Entry] = {}
        for entry in self.waiting:
            first.setdefault(entry.message.key, entry)
        return [entry for entry in first.values() if entry.visible_at_s <= self.clock.now_s()]

    def _held(self, claim: Claim) -> Entry | None:
        for entry in self.waiting:
            if entry.message.id == claim.message.id and entry.receipt == claim.receipt:
                return entry
        return None


class SqsMachine(QueueMachine):
    """What SQS does otherwise, as the port allows."""

    adapter = "sqs"
    server: SqsServer

    def __init__(self) -> None:
        super().__init__()
        self.taken_in: dict[tuple[str, str], float] = {}

    def new_clock(self) -> ManualClock:
        return ClockOfBoth(self.server)

    def new_place(self) -> str:
        return self.server.queue()

    @rule()
    def five_minutes_pass(self) -> None:
        self.clock.advance(FORGOTTEN_S)

    def _queue(self, new: Message) -> None:
        known, now_s = (new.id, new.token), self.clock.now_s()
        if now_s - self.taken_in.get(known, 0.0) >= FORGOTTEN_S:
            self.taken_in[known] = now_s
            self._queue_again(new)

    def _queue_again(self, new: Message) -> None:
        self.waiting.append(Entry(new, self.clock.now_s()))

    def _held(self, claim: Claim) -> Entry | None:
        for entry in self.waiting:
            if entry.receipt == claim.receipt and self.clock.now_s() < entry.visible_at_s:
                return entry
        return None


def run(machine: type[QueueMachine], *, examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_the_queue_behaves_like_its_model() -> None:
    """No message twice at a time, keys in order, late claims powerless, nothing lost."""
    run(QueueMachine, examples=60, steps=40)


def test_sqs_behaves_like_its_model(sqs: SqsServer) -> None:
    """The same over HTTP, so with fewer examples."""
    run(type("Machine", (SqsMachine,), {"server": sqs}), examples=8, steps=25)
