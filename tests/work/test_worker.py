"""What a worker does with work that ends well, badly, late, or never."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import pytest

from bot.clock import ManualClock
from bot.errors import RetryLater, UserError
from bot.queue.port import Claim, Message, QueueUnavailable
from bot.queue.queue_sqlite import SqliteQueue
from bot.runs import Engine, RunRecords
from bot.store.port import Delivery, StoreUnavailable
from bot.store.sqlite_file import SqliteFile
from bot.store.store_sqlite import SqliteStore
from bot.work.dispatch import Dispatcher, Row
from bot.work.events import CommentMade
from bot.work.sweep import GRACE_S, KEPT_S, Sweep
from bot.work.worker import Worker, WorkerLimits

COMMENT = {
    "action": "created",
    "issue": {"number": 7, "title": "t", "user": {"id": 1, "login": "dana"}, "html_url": "u"},
    "comment": {"id": 5, "html_url": "c", "user": {"id": 1, "login": "dana"}, "body": "hello"},
    "repository": {"full_name": "acme/catalog"},
    "sender": {"id": 1, "login": "dana", "type": "User"},
}


class Nothing:
    """Shows and counts nothing."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: None


@dataclass
class Bench:
    """A worker on a real store and queue, with handlers that the test gives."""

    store: SqliteStore
    queue: SqliteQueue
    clock: ManualClock
    handlers: dict[str, Callable[[CommentMade], Awaitable[None]]] = field(default_factory=dict)
    retried: list[str] = field(default_factory=list)
    outages: int = 0
    limits: WorkerLimits = field(default_factory=lambda: WorkerLimits(attempts=3, visibility_s=1e6))

    async def deliver(
        self, payload: object = COMMENT, *, key: str = "k", event: str = "issue_comment"
    ) -> str:
        guid = str(uuid4())
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        await self.store.deliveries.add(
            Delivery(guid=guid, event=event, body=body, key=key, received_at_s=self.clock.now_s())
        )
        await self.queue.send([Message(f"delivery:{guid}", key)])
        return guid

    def worker(self) -> Worker:
        nothing = Nothing()
        table = [Row(CommentMade, name, handle) for name, handle in self.handlers.items()]
        runs = RunRecords(self.store.documents)
        return Worker(
            self.queue,
            self.store.deliveries,
            Dispatcher(table, self.store.deliveries, nothing),
            Engine(runs, reporter=nothing, durations=nothing, clock=self.clock),  # type: ignore[arg-type]  # takes any call
            clock=self.clock,
            limits=self.limits,
            retried=self.retried.append,
            check_store=self.check_store,
        )

    async def check_store(self) -> None:
        """As the store's own check, unless a test says that it fails some times."""
        if self.outages:
            self.outages -= 1
            raise StoreUnavailable("It is away.")
        await self.store.check()

    async def work(self) -> None:
        """Work until nothing is left to claim, moving the clock over every delay."""
        worker = self.worker()
        task = asyncio.create_task(worker.run())
        async with asyncio.timeout(60):
            while (await self.queue.stats()).depth:
                await asyncio.sleep(0)
                self.clock.advance(5)
        worker.stop()
        await task


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    clock = ManualClock()
    file = SqliteFile(tmp_path / "bot.db")
    store, queue = SqliteStore(file), SqliteQueue(file, clock=clock)
    yield Bench(store, queue, clock)
    await queue.close()
    await store.close()


async def test_a_delivery_is_done_after_its_handlers(bench: Bench) -> None:
    seen: list[str] = []

    async def note(event: CommentMade) -> None:
        seen.append(event.body)

    bench.handlers = {"note": note}
    await bench.deliver()
    await bench.work()
    assert seen == ["hello"]
    now_s = bench.clock.now_s() + 1000
    assert not await bench.store.deliveries.unfinished(received_before_s=now_s, limit=10)


async def test_a_store_that_is_away_wears_no_message_out(bench: Bench) -> None:
    """Longer than all attempts would last: it is worked on once the store is back."""
    seen: list[int] = []

    async def away_at_first(_event: CommentMade) -> None:
        seen.append(bench.outages)
        if len(seen) == 1:
            bench.outages = 50
            raise StoreUnavailable("It is away.")

    bench.handlers = {"away_at_first": away_at_first}
    guid = await bench.deliver()
    await bench.work()
    assert seen == [0, 0]
    kept = await bench.store.deliveries.get(guid)
    assert kept is not None
    assert kept.outcome == "ok"
    assert await bench.queue.dead() == []


async def test_a_worker_that_waits_for_the_store_can_be_stopped(bench: Bench) -> None:
    away = asyncio.Event()

    async def is_away(_event: CommentMade) -> None:
        bench.outages = 1_000_000
        away.set()
        raise StoreUnavailable("It is away.")

    bench.handlers = {"is_away": is_away}
    await bench.deliver()
    worker = bench.worker()
    task = asyncio.create_task(worker.run())
    await away.wait()
    worker.stop()
    async with asyncio.timeout(60):
        await task
    assert (await bench.queue.stats()).depth == 1


async def test_one_handlers_failure_stops_no_other_and_only_it_is_repeated(bench: Bench) -> None:
    seen: list[str] = []

    async def broken(event: CommentMade) -> None:
        seen.append("broken")
        if seen.count("broken") == 1:
            raise ValueError

    async def fine(event: CommentMade) -> None:
        seen.append("fine")

    bench.handlers = {"broken": broken, "fine": fine}
    await bench.deliver()
    await bench.work()
    assert seen == ["broken", "fine", "broken"]


async def test_what_a_person_must_mend_is_not_repeated(bench: Bench) -> None:
    seen: list[str] = []

    async def refuse(event: CommentMade) -> None:
        seen.append("refused")
        raise UserError("No.", fix="Do otherwise.")

    bench.handlers = {"refuse": refuse}
    await bench.deliver()
    await bench.work()
    assert seen == ["refused"]


async def test_work_that_never_succeeds_ends_in_the_dead_letters_with_its_reason(
    bench: Bench,
) -> None:
    tries: list[float] = []

    async def away(event: CommentMade) -> None:
        tries.append(bench.clock.now_s())
        raise RetryLater("GitHub does not answer.")

    bench.handlers = {"away": away}
    guid = await bench.deliver()
    await bench.work()
    assert len(tries) == 3
    assert bench.retried == ["delivery", "delivery"]
    (dead,) = await bench.queue.dead()
    assert dead.message.id == f"delivery:{guid}"
    assert dead.reason == "GitHub does not answer."


def test_the_delay_grows_to_ten_minutes() -> None:
    delays = [WorkerLimits().delay_s(attempt) for attempt in (1, 2, 3, 9, 10, 50)]
    assert delays == [2, 4, 8, 512, 600, 600]


async def test_a_wait_that_github_asked_for_is_kept(bench: Bench) -> None:
    tries: list[float] = []

    async def limited(event: CommentMade) -> None:
        tries.append(bench.clock.now_s())
        if len(tries) == 1:
            raise RetryLater("Rate limit.", wait_s=900)

    bench.handlers = {"limited": limited}
    await bench.deliver()
    await bench.work()
    assert tries[1] - tries[0] >= 900


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut"),
        pytest.param(b"[1]", id="a-list"),
        pytest.param(b'{"action": ["created"]}', id="wrong-types"),
        pytest.param(b'{"a":' * 100_000, id="deep"),
        pytest.param(
            json.dumps(COMMENT | {"repository": {"full_name": "no-slash"}}).encode(), id="no-owner"
        ),
    ],
)
async def test_a_payload_of_another_shape_goes_to_the_dead_letters(
    bench: Bench, payload: bytes
) -> None:
    await bench.deliver(payload)
    await bench.work()
    (dead,) = await bench.queue.dead()
    assert "not shaped as documented" in dead.reason


async def test_events_nobody_handles_are_done_with(bench: Bench) -> None:
    await bench.deliver({"zen": "Keep it simple"}, event="ping")
    await bench.work()
    assert not await bench.queue.dead()


async def test_a_message_without_its_delivery_is_let_go(bench: Bench) -> None:
    await bench.queue.send([Message("delivery:gone", "k")])
    await bench.work()
    assert not await bench.queue.dead()


async def test_a_message_that_comes_twice_is_worked_on_once(bench: Bench) -> None:
    """Some queues hand a message out again after its work has ended."""
    seen: list[CommentMade] = []

    async def handle(comment: CommentMade) -> None:
        seen.append(comment)

    bench.handlers["only"] = handle
    guid = await bench.deliver()
    await bench.work()
    await bench.queue.send([Message(f"delivery:{guid}", "k")])
    await bench.work()

    assert len(seen) == 1


async def test_one_key_in_order_and_never_side_by_side(bench: Bench) -> None:
    running: set[str] = set()
    order: list[int] = []

    async def handle(event: CommentMade) -> None:
        key = str(event.number % 2)
        assert key not in running
        running.add(key)
        for _ in range(20):
            await asyncio.sleep(0)
        running.discard(key)
        order.append(event.number)

    bench.handlers = {"handle": handle}
    for number in range(20):
        issue = {**COMMENT["issue"], "number": number}  # type: ignore[dict-item]  # a mapping
        await bench.deliver(COMMENT | {"issue": issue}, key=str(number % 2))
    await bench.work()
    assert [n for n in order if n % 2] == sorted(n for n in order if n % 2)
    assert [n for n in order if not n % 2] == sorted(n for n in order if not n % 2)


async def test_what_was_saved_and_never_queued_is_swept_up(bench: Bench) -> None:
    """The process died between the two."""
    seen: list[str] = []

    async def note(event: CommentMade) -> None:
        seen.append(event.guid)

    bench.handlers = {"note": note}
    guid = str(uuid4())
    await bench.store.deliveries.add(
        Delivery(
            guid=guid,
            event="issue_comment",
            body=json.dumps(COMMENT).encode(),
            key="k",
            received_at_s=bench.clock.now_s(),
        )
    )
    sweep = Sweep(
        bench.store.deliveries, RunRecords(bench.store.documents), bench.queue, clock=bench.clock
    )
    assert await sweep.once() == 0
    bench.clock.advance(GRACE_S + 1)
    assert await sweep.once() == 1
    assert await sweep.once() == 1
    await bench.work()
    assert seen == [guid]
    bench.clock.advance(KEPT_S + 1)
    await sweep.once()
    assert await bench.store.deliveries.get(guid) is None


async def test_a_worker_that_died_every_time_is_not_followed_for_ever(bench: Bench) -> None:
    await bench.deliver()
    for _ in range(3):
        assert await bench.queue.claim(limit=1, visibility_s=10)
        bench.clock.advance(11)
    await bench.work()
    (dead,) = await bench.queue.dead()
    assert "never came to an end" in dead.reason


class QueueAway(SqliteQueue):
    """A queue that cannot be reached until its time has come."""

    looks: list[float]
    back_at_s: float

    async def claim(self, *, limit: int, visibility_s: float) -> Sequence[Claim]:
        self.looks.append(self._clock.now_s())
        if self.looks[-1] < self.back_at_s:
            raise QueueUnavailable("no route to it")
        return await super().claim(limit=limit, visibility_s=visibility_s)


async def test_a_queue_that_is_away_is_asked_less_often_and_found_when_it_is_back(
    bench: Bench, tmp_path: Path
) -> None:
    bench.queue = away = QueueAway(SqliteFile(tmp_path / "queue.db"), clock=bench.clock)
    away.looks, away.back_at_s = [], bench.clock.now_s() + 300
    await bench.deliver()
    running = asyncio.create_task((worker := bench.worker()).run())
    async with asyncio.timeout(60):
        while (await away.stats()).depth:
            await away.wait(0.05)
    worker.stop()
    await running
    await away.close()

    pauses = [after - before for before, after in pairwise(away.looks)]
    assert pauses[:6] == [2, 4, 8, 16, 30, 30]
    assert len(pauses) < 20


async def test_a_stop_that_comes_before_the_first_turn_counts(bench: Bench) -> None:
    """Opened and closed at once, as by somebody who changed their mind."""
    worker = bench.worker()
    worker.stop()
    async with asyncio.timeout(60):
        await worker.run()
    guid = await bench.deliver()
    running = asyncio.create_task(worker.run())  # and it may be run again
    async with asyncio.timeout(60):
        while (await bench.queue.stats()).depth:
            await bench.queue.wait(0.05)
        worker.stop()
        await running
    assert await bench.store.deliveries.get(guid) is not None


async def test_what_does_not_end_after_a_stop_is_given_back(bench: Bench) -> None:
    """Another worker gets it at once, not after the visibility; what ends in time is done."""
    begun, may_end, cut_off = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work(event: CommentMade) -> None:
        if event.body == "quick":
            await may_end.wait()
            return
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            cut_off.set()

    bench.handlers = {"work": work}
    bench.limits = replace(bench.limits, stop_s=0.2)
    hanging = await bench.deliver(key="hanging")
    quick = await bench.deliver(json.dumps(COMMENT).replace("hello", "quick").encode(), key="quick")
    worker = bench.worker()
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(60):
        await begun.wait()
        worker.stop()
        may_end.set()
        await running
        await cut_off.wait()
    (claim,) = await bench.queue.claim(limit=8, visibility_s=60)
    assert claim.message.id == f"delivery:{hanging}"
    ended = await bench.store.deliveries.get(quick)
    assert ended is not None
    assert ended.outcome == "ok"
