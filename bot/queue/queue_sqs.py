"""The queue on SQS: a FIFO queue whose groups are the keys, and its dead-letter queue.

One message a call is received: a batch may hold several of one group, and giving
the later ones back would count as attempts at them. What a call received belongs
to this process, whoever asked and left meanwhile: it is kept for the next claim.
"""

import asyncio
import math
from collections.abc import Sequence
from contextlib import suppress

import structlog

from bot.clock import Clock
from bot.queue.port import Claim, DeadMessage, Message, QueueStats, QueueUnavailable
from bot.queue.sqs_calls import BATCH, LONGEST_POLL_S, SqsCalls
from bot.queue.sqs_dead_letters import SqsDeadLetters
from bot.queue.sqs_deletes import Deletes
from bot.queue.sqs_held import Held, Received
from bot.queue.sqs_message import Raw, claim_of, entry_of
from bot.store.port import Documents

log = structlog.get_logger(__name__)

FIRST_VISIBILITY_S = 60.0  # of a wait before anybody has claimed
STRANGERS = 10  # messages nobody wrote that one look lets go


class SqsQueue:
    """The queue port on one FIFO queue."""

    def __init__(self, url: str, documents: Documents, *, clock: Clock) -> None:
        """Nothing is asked of SQS yet; ``documents`` keep the dead letters' reasons."""
        self._calls = SqsCalls(url)
        self._deletes = Deletes(self._calls)
        self._letters = SqsDeadLetters(self._calls, documents, clock=clock)
        self._held = Held(clock)
        self._clock = clock
        self._visibility_s = FIRST_VISIBILITY_S
        self._looks: set[asyncio.Task[bool]] = set()
        self._poll: asyncio.Task[bool] | None = None
        self._changed = asyncio.Event()

    async def send(self, messages: Sequence[Message]) -> None:
        """Queue them durably. An id that waits already is not doubled.

        SQS knows what it took in for five minutes, by id and token. A batch holds
        one message of a key, so that none can overtake another that was refused.
        Raises QueueUnavailable.
        """
        left = list(messages)
        while left:
            batch, left = _next_batch(left)
            refused = await self._calls.send([entry_of(each) for each in batch])
            if refused:
                codes = ", ".join(sorted({each.code for each in refused}))
                raise QueueUnavailable(
                    f"SQS did not take {len(refused)} of {len(batch)} messages ({codes}); "
                    "the sweep sends them again."
                )
        self._wake()

    async def claim(self, *, limit: int, visibility_s: float) -> Sequence[Claim]:
        """Up to ``limit`` messages of different keys, or none; returns at once.

        One call first, and as many more side by side as there were messages, as
        long as each brings one: a lone message costs two calls.
        """
        self._visibility_s = visibility_s
        wanted = 1
        while wanted and (free := limit - len(self._held.kept)) > 0:
            looks = [self._look() for _ in range(min(wanted, free))]
            all_found = all(await asyncio.gather(*map(asyncio.shield, looks)))
            wanted = len(self._held.kept) if all_found else 0
        return await self._hand_out(limit, visibility_s)

    async def wait(self, timeout_s: float) -> None:
        """Return when something may be claimable, at the latest after ``timeout_s``.

        A long poll, which goes on when the caller leaves: what it brings is kept.
        """
        loop = asyncio.get_running_loop()
        until_s = loop.time() + timeout_s
        changed = self._changed
        while not self._held.kept and (left_s := until_s - loop.time()) > 0:
            if self._poll is None:
                self._poll = self._look(min(int(left_s), LONGEST_POLL_S))
            poll = self._poll
            await asyncio.wait({poll}, timeout=left_s)
            if not poll.done():
                return
            self._poll = None
            poll.result()
            if not self._held.kept and int(left_s) == 0:  # too short for a poll of SQS
                await _rest(changed, until_s - loop.time())
                return

    async def extend(self, claim: Claim, *, visibility_s: float) -> bool:
        """Keep the claim for longer; False where it has run out and is another's."""
        if not self._held.has(claim.receipt):
            return False
        now_s = self._clock.now_s()
        seconds = self._held.at_most(claim.receipt, math.ceil(visibility_s))
        if visibility_s and not seconds:
            return False
        done = await self._calls.keep(claim.receipt, visibility_s=seconds)
        self._held.until(claim.receipt, now_s + seconds if done else 0.0)
        return done

    async def ack(self, claim: Claim) -> bool:
        """Remove the message for good; False where the claim is another's by now."""
        if not self._held.has(claim.receipt):
            return False
        done = await self._deletes.delete(claim.receipt)
        self._end(claim)
        return done

    async def release(self, claim: Claim, *, delay_s: float, reason: str) -> bool:  # noqa: ARG002 - the port's name; the worker logs the reason
        """Give it back for another attempt after ``delay_s``; its key waits with it.

        SQS hides a message for 12 hours at most, counted from when it was received.
        """
        if not self._held.has(claim.receipt):
            return False
        seconds = self._held.at_most(claim.receipt, math.ceil(delay_s))
        done = await self._calls.keep(claim.receipt, visibility_s=seconds)
        self._end(claim)
        return done

    async def bury(self, claim: Claim, *, reason: str) -> bool:
        """Move it to the dead letters, where it stays until somebody redrives it."""
        if not self._held.has(claim.receipt):
            return False
        record = await self._letters.write(claim, reason=reason)
        done = await self._deletes.delete(claim.receipt)
        self._end(claim)
        if not done:  # another works on it: it is not dead
            await self._letters.forget(record)
        return done

    async def dead(self, *, after: str = "", limit: int = 100) -> Sequence[DeadMessage]:
        """The dead letters in order of id, after that id.

        The first page takes in what SQS itself gave up since the last look.
        """
        if not after:
            await self._letters.take_in()
        return await self._letters.page(after=after, limit=limit)

    async def redrive(self, message_id: str) -> bool:
        """Queue a dead letter again as a first attempt; False where there is none."""
        done = await self._letters.redrive(message_id)
        self._wake()
        return done

    async def stats(self) -> QueueStats:
        """For metrics and readiness. SQS does not tell the age of a message that waits."""
        depth, dead = await asyncio.gather(self._calls.count(), self._letters.count())
        return QueueStats(depth, None, dead)

    async def close(self) -> None:
        """Give back what was received and not handed out, when the calls under way have ended."""
        while self._looks:
            await asyncio.wait(self._looks)
        for receipt in self._held.take_all():
            with suppress(QueueUnavailable):  # it comes back by itself, later
                await self._calls.keep(receipt, visibility_s=0)
        await self._deletes.settle()
        self._calls.close()

    def _look(self, wait_s: int = 0) -> asyncio.Task[bool]:
        """Receive one message for whoever claims next; True where there was one."""
        task = asyncio.create_task(self._receive(wait_s))
        self._looks.add(task)
        task.add_done_callback(self._looks.discard)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        return task

    async def _receive(self, wait_s: int) -> bool:
        await self._calls.place()  # finding it takes a while, which is not the claim's
        for _ in range(STRANGERS):
            visibility_s = math.ceil(self._visibility_s)
            asked_s = self._clock.now_s()
            received = await self._calls.receive(visibility_s=visibility_s, wait_s=wait_s)
            if not received:
                return False
            (raw,) = received
            claim = claim_of(raw)
            if claim is not None:
                # a short look may have taken it when it was asked; a long one, when it answers
                since_s = self._clock.now_s() if wait_s else asked_s
                self._held.keep(Received.of(raw, claim, since_s, since_s + visibility_s))
                return True
            await self._let_go(raw)
        return False

    async def _let_go(self, raw: Raw) -> None:
        """A message that the bot did not write would come back for ever: it is deleted."""
        log.error(
            "dropped a message nobody here wrote",
            message_id=raw.get("MessageId"),
            characters=len(raw.get("Body", "")),
        )
        await self._deletes.delete(raw["ReceiptHandle"])

    async def _hand_out(self, limit: int, visibility_s: float) -> Sequence[Claim]:
        """The oldest of what is kept, each visible to nobody else for ``visibility_s``."""
        claims: list[Claim] = []
        while self._held.kept and len(claims) < limit:
            each = self._held.take()
            if self._held.is_fresh(each, math.ceil(visibility_s)) or await self.extend(
                each.claim, visibility_s=visibility_s
            ):
                claims.append(each.claim)
        return claims

    def _end(self, claim: Claim) -> None:
        self._held.until(claim.receipt, 0.0)
        self._wake()

    def _wake(self) -> None:
        """End the short waits of this process; a long poll hears it from SQS."""
        self._changed.set()
        self._changed = asyncio.Event()


def _next_batch(messages: Sequence[Message]) -> tuple[list[Message], list[Message]]:
    """The first of each key, ``BATCH`` at most, and the rest in their order."""
    batch: list[Message] = []
    rest: list[Message] = []
    keys: set[str] = set()
    for message in messages:
        fits = len(batch) < BATCH and message.key not in keys
        (batch if fits else rest).append(message)
        keys.add(message.key)
    return batch, rest


async def _rest(changed: asyncio.Event, seconds: float) -> None:
    with_limit = asyncio.ensure_future(changed.wait())
    await asyncio.wait({with_limit}, timeout=max(seconds, 0))
    with_limit.cancel()
