"""A batch of messages: groups side by side, a group in order, and all of it in time."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.aws_lambda.batch import Batch
from bot.aws_lambda.records import Record, read_records
from bot.clock import ManualClock
from bot.errors import RetryLater
from bot.queue.port import Message, Queue, QueueUnavailable
from bot.queue.queue_sqlite import SqliteQueue
from bot.queue.queue_sqs import SqsQueue
from bot.runs import Cause, Engine, Outcome, Run, RunKind, RunRecords, RunState, Step
from bot.runs.enqueue import enqueue
from bot.store.sqlite_file import SqliteFile
from bot.store.store_sqlite import SqliteStore
from bot.work.dispatch import Dispatcher
from bot.work.worker import Worker, WorkerLimits
from tests.aws_lambda.events import sqs_event
from tests.queue.sqs import ClockOfBoth, SqsServer

STEPS = ("one", "two", "three")
Act = Callable[[str, str], Awaitable[None]]  # the run's id, the step's name


class Nothing:
    """Shows and counts nothing."""

    def progress(self, run: Run) -> None:
        pass

    async def settle(self, run: Run) -> None:
        pass

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_: None


@dataclass
class Hands:
    """The time that is left of an invocation, as the test sets it."""

    left: float = 900.0
    total_s: float = 900.0
    cut: asyncio.Timeout | None = None

    def left_s(self) -> float:
        return self.left

    def before_end(self, reserve_s: float) -> asyncio.Timeout:
        self.cut = asyncio.timeout(None if self.left > reserve_s else 0)
        return self.cut

    def end(self) -> None:
        """The time is up for what is under way."""
        assert self.cut is not None
        self.cut.reschedule(0)


@dataclass
class Bench:
    """A worker on a real store and queue, whose runs do what the test says."""

    store: SqliteStore
    queue: Queue
    clock: ManualClock
    act: Act | None = None
    done: list[tuple[str, str]] | None = None

    async def start(self, id_: str, key: str) -> Run:
        run = Run(
            id=id_,
            kind="build",
            subject=key,
            token="t",
            intent={},
            cause=Cause(delivery="d", actor="dana", actor_id=7, url=""),
            created_at_s=1.0,
            steps=self._engine().planned_steps("build"),
        )
        await RunRecords(self.store.documents).add(run)
        await enqueue(self.queue, run)
        return run

    async def claims(self) -> Sequence[Record]:
        """What is claimable now, as records of an event."""
        claims = await self.queue.claim(limit=10, visibility_s=900)
        return [Record(claim.message.id, claim.message.key, claim) for claim in claims]

    async def work(self, records: Sequence[Record], *, time: Hands | None = None) -> list[str]:
        """The ids that come again."""
        batch = Batch(
            worker=self._worker(),
            queue=self.queue,
            deadline=time or Hands(),
            lease_s=60,
        )
        return [record.id for record in await batch.work(records)]

    async def state(self, id_: str) -> RunState:
        run = await RunRecords(self.store.documents).get(id_)
        assert run is not None
        return run.state

    def _engine(self) -> Engine:
        nothing = Nothing()
        engine = Engine(
            RunRecords(self.store.documents), reporter=nothing, durations=nothing, clock=self.clock
        )
        steps = tuple(Step(name=name, title=name, ensure=self._ensure(name)) for name in STEPS)
        engine.add(RunKind(name="build", title="Build", steps=steps), None)
        return engine

    def _ensure(self, name: str) -> Callable[[Run, None], Awaitable[Outcome]]:
        async def ensure(run: Run, _services: None) -> Outcome:
            if self.act is not None:
                await self.act(run.id, name)
            if self.done is not None:
                self.done.append((run.id, name))
            return Outcome()

        return ensure

    def _worker(self) -> Worker:
        nothing = Nothing()
        return Worker(
            self.queue,
            self.store.deliveries,
            Dispatcher([], self.store.deliveries, nothing),
            self._engine(),
            clock=self.clock,
            limits=WorkerLimits(attempts=3),
            retried=lambda _: None,
            check_store=self.store.check,
        )


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    clock = ManualClock()
    file = SqliteFile(tmp_path / "bot.db")
    store, queue = SqliteStore(file), SqliteQueue(file, clock=clock)
    yield Bench(store, queue, clock, done=[])
    await queue.close()
    await store.close()


@dataclass
class OnSqs(Bench):
    """The same on SQS, where the test plays the event source mapping."""

    server: SqsServer | None = None
    url: str = ""

    async def claims(self) -> Sequence[Record]:
        assert self.server is not None
        received = self.server.client.receive_message(
            QueueUrl=self.url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=900,
            AttributeNames=["All"],
        )
        return read_records(sqs_event(*received.get("Messages", [])))

    async def handed_over(self, *, time: Hands | None = None) -> list[str]:
        """One invocation: the ids of the messages it was given, those that failed with a ``!``.

        Lambda deletes what did not fail.
        """
        assert self.server is not None
        records = await self.claims()
        failed = await self.work(records, time=time)
        for record in records:
            if record.id not in failed and record.claim is not None:
                receipt = record.claim.receipt
                self.server.client.delete_message(QueueUrl=self.url, ReceiptHandle=receipt)
        ids = [(record.id, record.claim.message.id) for record in records if record.claim]
        return [f"{id_}!" if message in failed else id_ for message, id_ in ids]


@pytest.fixture
async def on_sqs(sqs: SqsServer, tmp_path: Path) -> AsyncIterator[OnSqs]:
    clock, url = ClockOfBoth(sqs), sqs.queue()
    store = SqliteStore(SqliteFile(tmp_path / "bot.db"))
    queue = SqsQueue(url, store.documents, clock=clock)
    yield OnSqs(store, queue, clock, done=[], server=sqs, url=url)
    await queue.close()
    await store.close()


def unclaimed(id_: str, group: str) -> Record:
    """A later message of a group: SQS hands out several of one group in a batch."""
    return Record(id_, group, None)


async def test_what_is_done_is_gone(bench: Bench) -> None:
    await bench.start("a", "k1")
    await bench.start("b", "k2")
    assert await bench.work(await bench.claims()) == []
    assert await bench.state("a") is await bench.state("b") is RunState.SUCCEEDED
    assert (await bench.queue.stats()).depth == 0


async def test_groups_go_side_by_side(bench: Bench) -> None:
    """Each waits for the other in the middle; one after the other would never end."""
    met = asyncio.Barrier(2)

    async def meet(_run: str, step: str) -> None:
        if step == "two":
            await met.wait()

    bench.act = meet
    await bench.start("a", "k1")
    await bench.start("b", "k2")
    assert await bench.work(await bench.claims()) == []


async def test_after_a_failure_the_rest_of_its_group_is_not_begun(bench: Bench) -> None:
    """They come again with it; other groups are none of their business."""

    async def fail(run: str, _step: str) -> None:
        if run == "a":
            raise RetryLater("GitHub is away.")

    bench.act = fail
    await bench.start("a", "k1")
    await bench.start("c", "k2")
    records = await bench.claims()
    await bench.start("b", "k1")
    (first, other) = records
    later = Record("run:b", "k1", first.claim)  # a claim of its own, were this SQS
    assert await bench.work([first, later, other]) == ["run:a", "run:b"]
    assert await bench.state("b") is RunState.RUNNING
    assert {run for run, _ in bench.done or ()} == {"c"}


async def test_a_message_that_nobody_wrote_is_dropped(bench: Bench) -> None:
    await bench.start("a", "k1")
    (mine,) = await bench.claims()
    assert await bench.work([unclaimed("x", ""), mine]) == []
    assert await bench.state("a") is RunState.SUCCEEDED


async def test_a_message_whose_delivery_or_run_is_gone(bench: Bench) -> None:
    """A delivery that was purged is done with; a run that is not there ends among the dead."""
    await bench.queue.send([Message("delivery:gone", "k1"), Message("run:gone", "k2")])
    for _ in range(3):
        assert await bench.work(await bench.claims()) == ["run:gone"]
        bench.clock.advance(900)
    assert await bench.work(await bench.claims()) == []
    (dead,) = await bench.queue.dead()
    assert dead.message.id == "run:gone"


async def test_a_run_that_outlasts_the_invocation_goes_on_in_the_next(bench: Bench) -> None:
    """It is put down between two steps, its message is new, and no attempt was lost."""

    time = Hands()

    async def slow(_run: str, _step: str) -> None:
        time.left = 119.0  # a step may take two minutes

    bench.act = slow
    await bench.start("a", "k1")
    invocations = 0
    while (await bench.queue.stats()).depth:
        records = await bench.claims()
        assert [record.claim.attempt for record in records if record.claim] == [1]
        time.left = 900.0
        assert await bench.work(records, time=time) == []
        invocations += 1
    assert invocations == len(STEPS)
    assert await bench.state("a") is RunState.SUCCEEDED
    assert bench.done == [("a", step) for step in STEPS]


async def test_a_step_that_outlasts_the_invocation_is_given_back(bench: Bench) -> None:
    """It is cut off before Lambda would do it, and comes again at once."""
    time = Hands()

    async def hang(_run: str, _step: str) -> None:
        time.end()
        await asyncio.Event().wait()

    bench.act = hang
    await bench.start("a", "k1")
    assert await bench.work(await bench.claims(), time=time) == ["run:a"]
    bench.act = None
    (again,) = await bench.claims()
    assert await bench.work([again]) == []
    assert await bench.state("a") is RunState.SUCCEEDED


async def test_nothing_is_begun_when_the_time_is_up(bench: Bench) -> None:
    await bench.start("a", "k1")
    assert await bench.work(await bench.claims(), time=Hands(1.0)) == ["run:a"]
    assert bench.done == []


async def test_a_claim_that_is_anothers_by_now_is_left_alone(bench: Bench) -> None:
    await bench.start("a", "k1")
    mine = await bench.claims()
    bench.clock.advance(901)
    theirs = await bench.claims()
    assert await bench.work(mine) == ["run:a"]
    assert bench.done == []
    assert await bench.work(theirs) == []


async def test_a_queue_that_is_away_leaves_it_to_the_next_claim(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object, **__: object) -> bool:
        raise QueueUnavailable("SQS does not answer.")

    await bench.start("a", "k1")
    records = await bench.claims()
    for call in ("extend", "ack", "release"):
        monkeypatch.setattr(bench.queue, call, away)
    assert await bench.work(records) == ["run:a"]


# The same as SQS has it.


async def test_on_sqs_a_run_goes_on_by_a_message_of_its_own(on_sqs: OnSqs) -> None:
    """SQS drops what it was sent a short while ago; each pause is another state."""
    time = Hands()

    async def slow(_run: str, _step: str) -> None:
        time.left = 119.0

    on_sqs.act = slow
    await on_sqs.start("a", "k1")
    for _ in STEPS:
        time.left = 900.0
        assert await on_sqs.handed_over(time=time) == ["run:a"]
    assert await on_sqs.handed_over() == []
    assert await on_sqs.state("a") is RunState.SUCCEEDED


async def test_on_sqs_a_group_keeps_its_order_through_a_failure(on_sqs: OnSqs) -> None:
    """SQS hands out several of one group; after the delay all come again, the first first."""

    tries: list[str] = []

    async def fail(run: str, _step: str) -> None:
        tries.append(run)
        if run == "a" and tries.count("a") == 1:
            raise RetryLater("GitHub is away.", wait_s=30)

    on_sqs.act = fail
    for id_, key in (("a", "k1"), ("b", "k1"), ("c", "k2")):
        await on_sqs.start(id_, key)
    assert await on_sqs.handed_over() == ["run:a!", "run:b!", "run:c"]
    assert await on_sqs.handed_over() == []
    on_sqs.clock.advance(31)
    assert await on_sqs.handed_over() == ["run:a", "run:b"]
    assert [run for run, step in on_sqs.done or () if step == "one"] == ["c", "a", "b"]


async def test_on_sqs_what_fails_too_often_is_among_the_dead(on_sqs: OnSqs) -> None:
    async def fail(_run: str, _step: str) -> None:
        raise RetryLater("GitHub is away.")

    on_sqs.act = fail
    await on_sqs.start("a", "k1")
    for expected in (["run:a!"], ["run:a!"], ["run:a"], []):
        assert await on_sqs.handed_over() == expected
        on_sqs.clock.advance(900)
    (dead,) = await on_sqs.queue.dead()
    assert (dead.message.id, dead.reason) == ("run:a", "GitHub is away.")


async def test_on_sqs_a_container_that_is_killed_gives_its_message_back_soon(
    on_sqs: OnSqs,
) -> None:
    """Not when the queue would, after the quarter of an hour that an invocation may last."""
    begun = asyncio.Event()

    async def hang(_run: str, _step: str) -> None:
        begun.set()
        await asyncio.Event().wait()

    on_sqs.act = hang
    await on_sqs.start("a", "k1")
    killed = asyncio.create_task(on_sqs.handed_over())
    await begun.wait()
    killed.cancel()
    on_sqs.act = None
    on_sqs.clock.advance(61)
    assert await on_sqs.handed_over() == ["run:a"]
    assert await on_sqs.state("a") is RunState.SUCCEEDED
