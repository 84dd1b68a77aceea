"""What SQS alone brings: strangers' messages, partial failures, its own giving up, its absence."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable

import pytest

from bot.clock import ManualClock, SystemClock
from bot.queue.port import Message, QueueUnavailable
from bot.queue.queue_sqs import SqsQueue
from tests.queue.sqs import ClockOfBoth, SqsServer, dead_of
from tests.store.memory import MemoryDocuments

FIRST, SECOND = Message("delivery:1", "acme/shop"), Message("delivery:2", "acme/shop")
OTHER = Message("run:3", "acme/bank")

Open = Callable[..., SqsQueue]


class Killed(BaseException):
    """The process ended here."""


class Documents(MemoryDocuments):
    """A store whose process may die before its next writes."""

    def __init__(self) -> None:
        super().__init__(self._before)
        self.writes_left = 1_000

    def _before(self) -> None:
        self.writes_left -= 1
        if self.writes_left < 0:
            raise Killed


@pytest.fixture
def clock(sqs: SqsServer) -> ManualClock:
    return ClockOfBoth(sqs)


@pytest.fixture
def documents() -> Documents:
    return Documents()


@pytest.fixture
def url(sqs: SqsServer) -> str:
    return sqs.queue()


@pytest.fixture
async def opened(documents: Documents, clock: ManualClock, url: str) -> AsyncIterator[Open]:
    """Opens a queue as another process would; they share the store."""
    queues: list[SqsQueue] = []

    def open_(address: str = url, *, by: ManualClock = clock) -> SqsQueue:
        queues.append(SqsQueue(address, documents, clock=by))
        return queues[-1]

    yield open_
    for queue in queues:
        await queue.close()


@pytest.fixture
def queue(opened: Open) -> SqsQueue:
    return opened()


async def ids(queue: SqsQueue) -> list[str]:
    return [each.message.id for each in await queue.claim(limit=10, visibility_s=30)]


async def test_messages_nobody_wrote_do_not_stop_the_queue(
    queue: SqsQueue, sqs: SqsServer, url: str
) -> None:
    bodies = ["hello", "{}", "[1]", '{"id": 1}', "x" * 200_000, '{"a":' * 20_000]
    for number, body in enumerate(bodies):
        sqs.client.send_message(
            QueueUrl=url,
            MessageBody=body,
            MessageGroupId=FIRST.key,
            MessageDeduplicationId=str(number),
        )
    await queue.send([FIRST])

    assert await ids(queue) == [FIRST.id]
    assert (await queue.stats()).depth == 1


async def test_one_that_sqs_did_not_take_is_overtaken_by_none_of_its_key(
    queue: SqsQueue, sqs: SqsServer
) -> None:
    sqs.tell("refuse-send")
    with pytest.raises(QueueUnavailable, match="did not take 1 of 2 messages"):
        await queue.send([FIRST, SECOND, OTHER])
    assert await ids(queue) == [OTHER.id]

    await queue.send([FIRST, SECOND, OTHER])
    assert await ids(queue) == [FIRST.id]


async def test_a_delete_that_failed_alone_is_asked_for_once_more(
    queue: SqsQueue, sqs: SqsServer
) -> None:
    await queue.send([FIRST, OTHER])
    claims = await queue.claim(limit=2, visibility_s=30)
    sqs.tell("refuse-delete")

    assert await asyncio.gather(*map(queue.ack, claims)) == [True, True]
    assert (await queue.stats()).depth == 0


async def test_a_delete_that_fails_for_good_leaves_the_message(
    queue: SqsQueue, sqs: SqsServer, clock: ManualClock
) -> None:
    await queue.send([FIRST])
    (claim,) = await queue.claim(limit=1, visibility_s=30)
    sqs.tell("refuse-delete")
    sqs.tell("refuse-delete")
    with pytest.raises(QueueUnavailable, match="did not delete"):
        await queue.ack(claim)

    clock.advance(31)
    assert await ids(queue) == [FIRST.id]


async def test_what_a_wait_received_after_its_caller_left_is_kept(queue: SqsQueue) -> None:
    waiting = asyncio.create_task(queue.wait(30))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait({waiting})
    await queue.send([FIRST])
    await queue.wait(30)  # the poll that was left alone

    (claim,) = await queue.claim(limit=1, visibility_s=30)
    assert (claim.message, claim.attempt) == (FIRST, 1)


async def test_what_was_received_and_not_claimed_is_given_back_at_the_end(
    queue: SqsQueue, opened: Open
) -> None:
    await queue.send([FIRST])
    await queue.wait(30)
    await queue.close()

    assert await ids(opened()) == [FIRST.id]


async def test_what_ran_out_while_it_was_kept_is_anothers(
    queue: SqsQueue, opened: Open, clock: ManualClock
) -> None:
    await queue.send([FIRST])
    await queue.wait(30)
    clock.advance(61)
    assert await ids(opened()) == [FIRST.id]
    assert await ids(queue) == []


async def test_a_claim_is_worth_what_its_caller_asked_for(
    queue: SqsQueue, opened: Open, clock: ManualClock
) -> None:
    """Though the wait that received it did not know."""
    await queue.send([FIRST])
    await queue.wait(30)
    (claim,) = await queue.claim(limit=1, visibility_s=3_600)
    clock.advance(3_000)

    assert await ids(opened()) == []
    assert await queue.ack(claim) is True


async def test_two_workers_whose_clocks_differ_hold_nothing_together(
    queue: SqsQueue, opened: Open
) -> None:
    ahead = opened(by=ManualClock(2_000_000_000.0))
    await queue.send([FIRST, SECOND])
    (claim,) = await queue.claim(limit=10, visibility_s=30)

    assert await ids(ahead) == []
    assert await queue.extend(claim, visibility_s=30)
    assert await queue.ack(claim)
    assert await ids(ahead) == [SECOND.id]


async def test_a_longer_delay_than_sqs_knows_is_its_longest(
    queue: SqsQueue, clock: ManualClock
) -> None:
    await queue.send([FIRST])
    (claim,) = await queue.claim(limit=1, visibility_s=3_600)
    clock.advance(3_000)
    assert await queue.release(claim, delay_s=1e6, reason="the limit of GitHub is used up")
    clock.advance(40_000)
    assert await ids(queue) == []
    clock.advance(200)
    assert await ids(queue) == [FIRST.id]


async def test_what_sqs_gave_up_is_a_dead_letter_like_others(
    sqs: SqsServer, opened: Open, clock: ManualClock
) -> None:
    """Its worker was killed every time, so nobody could bury it."""
    url = sqs.queue(attempts=2)
    queue = opened(url)
    await queue.send([FIRST])
    for _ in range(2):
        assert await ids(queue) == [FIRST.id]
        clock.advance(31)
    assert await ids(queue) == []
    assert (await queue.stats()).dead == 1

    (dead,) = await queue.dead()
    assert (dead.message, dead.attempts) == (FIRST, 2)
    assert dead.reason == "Its worker died every time; SQS gave it up after 2 attempts."
    assert list(await queue.dead()) == [dead]
    assert await queue.redrive(FIRST.id) is True
    (claim,) = await queue.claim(limit=1, visibility_s=30)
    assert (claim.message, claim.attempt) == (FIRST, 1)
    assert (await queue.stats()).dead == 0
    assert not sqs.client.receive_message(QueueUrl=dead_of(url)).get("Messages")


@pytest.mark.parametrize("writes", [0, 1])
async def test_a_kill_while_it_is_buried_loses_nothing(
    queue: SqsQueue, opened: Open, documents: Documents, clock: ManualClock, writes: int
) -> None:
    await queue.send([FIRST])
    (claim,) = await queue.claim(limit=1, visibility_s=30)
    documents.writes_left = writes
    if writes == 0:
        with pytest.raises(Killed):
            await queue.bury(claim, reason="broken")
    else:  # after the record and the letter, before the message is deleted
        await queue._letters.write(claim, reason="broken")
    documents.writes_left = 1_000
    clock.advance(31)

    other = opened()
    (again,) = await other.claim(limit=1, visibility_s=30)
    assert await other.bury(again, reason="broken again")

    (dead,) = await other.dead()
    assert (dead.message, dead.reason) == (FIRST, "broken again")
    assert await other.redrive(FIRST.id)
    assert (await other.stats()).dead == 0
    assert await ids(other) == [FIRST.id]


async def test_a_kill_while_it_is_redriven_neither_loses_nor_doubles_it(
    queue: SqsQueue, opened: Open, documents: Documents
) -> None:
    await queue.send([FIRST])
    (claim,) = await queue.claim(limit=1, visibility_s=30)
    await queue.bury(claim, reason="broken")
    documents.writes_left = 0
    with pytest.raises(Killed):  # it was sent, and its record is there still
        await queue.redrive(FIRST.id)
    documents.writes_left = 1_000

    other = opened()
    assert [each.message for each in await other.dead()] == [FIRST]
    assert await other.redrive(FIRST.id)
    assert await other.redrive(FIRST.id) is False

    assert (await other.stats()).depth == 1
    assert await ids(other) == [FIRST.id]


async def test_a_message_that_another_took_meanwhile_is_not_buried(
    queue: SqsQueue, opened: Open, clock: ManualClock
) -> None:
    """Its worker believes in its claim (its clock stood still), SQS does not."""
    slow = opened(by=ManualClock())
    await queue.send([FIRST])
    (claim,) = await slow.claim(limit=1, visibility_s=30)
    clock.advance(31)
    (other,) = await queue.claim(limit=1, visibility_s=30)

    assert await slow.bury(claim, reason="late") is False
    assert await slow.extend(claim, visibility_s=30) is False
    assert list(await slow.dead()) == []
    assert await queue.ack(other) is True


async def test_without_a_dead_letter_queue_the_store_keeps_them(
    sqs: SqsServer, opened: Open
) -> None:
    made = sqs.client.create_queue(QueueName="alone.fifo", Attributes={"FifoQueue": "true"})
    queue = opened(made["QueueUrl"])
    await queue.send([FIRST])
    (claim,) = await queue.claim(limit=1, visibility_s=30)
    assert await queue.bury(claim, reason="broken")

    assert [each.reason for each in await queue.dead()] == ["broken"]
    assert (await queue.stats()).dead == 1
    assert await queue.redrive(FIRST.id)
    assert await ids(queue) == [FIRST.id]


async def test_many_dead_letters_are_redriven_one_by_one(queue: SqsQueue) -> None:
    sent = [Message(f"run:{number:02}", f"key-{number}") for number in range(12)]
    await queue.send(sent)
    for _ in range(2):
        for claim in await queue.claim(limit=10, visibility_s=30):
            await queue.bury(claim, reason="broken")

    assert await queue.redrive("run:07")

    assert [each.message for each in await queue.dead()] == sent[:7] + sent[8:]
    assert (await queue.stats()).dead == 11


async def test_a_queue_is_found_by_its_name(
    sqs: SqsServer, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", sqs.url)
    name = sqs.queue().rpartition("/")[2]
    queue = opened(f"sqs://{name}")
    await queue.send([FIRST])
    assert await ids(queue) == [FIRST.id]


async def test_a_queue_that_is_made_later_is_found_then(
    sqs: SqsServer, opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", sqs.url)
    queue = opened("sqs://late.fifo")
    with pytest.raises(QueueUnavailable, match="There is no SQS queue late"):
        await queue.send([FIRST])
    sqs.queue("late")

    await queue.send([FIRST])
    assert await ids(queue) == [FIRST.id]


async def test_a_queue_that_is_not_fifo_is_refused(sqs: SqsServer, opened: Open) -> None:
    queue = opened(sqs.client.create_queue(QueueName="plain")["QueueUrl"])
    for call in (queue.send([FIRST]), queue.claim(limit=1, visibility_s=30), queue.stats()):
        with pytest.raises(QueueUnavailable, match=r"plain is not a FIFO queue.*\.fifo"):
            await call


@pytest.mark.parametrize(
    ("without", "says"),
    [
        pytest.param(("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "no AWS cred", id="no-key"),
        pytest.param(("AWS_REGION", "AWS_DEFAULT_REGION"), "No AWS region", id="no-region"),
    ],
)
async def test_what_the_environment_lacks_is_said_at_the_first_call(
    sqs: SqsServer,
    opened: Open,
    monkeypatch: pytest.MonkeyPatch,
    without: tuple[str, ...],
    says: str,
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", sqs.url)
    name = sqs.queue().rpartition("/")[2]
    for variable in without:
        monkeypatch.delenv(variable)
    queue = opened(f"sqs://{name}")
    with pytest.raises(QueueUnavailable, match=says):
        await queue.claim(limit=1, visibility_s=30)


async def test_a_server_that_never_answers_holds_nothing_else_up(sqs: SqsServer) -> None:
    """The event loop goes on, and whoever asks may leave."""
    with socket.create_server(("127.0.0.1", 0)) as mute:
        address = f"http://127.0.0.1:{mute.getsockname()[1]}/123456789012/mute.fifo"
        queue = SqsQueue(address, MemoryDocuments(), clock=SystemClock())
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.1):
                await queue.stats()
    await queue.close()
