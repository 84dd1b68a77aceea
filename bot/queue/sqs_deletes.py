"""Deletes many messages with one call: what is asked for within a few milliseconds."""

import asyncio

from bot.queue.port import QueueUnavailable
from bot.queue.sqs_calls import BATCH, SqsCalls
from bot.queue.sqs_errors import is_stale

GATHER_S = 0.005


class Deletes:
    """Receipts on their way, each with the answer its caller waits for."""

    def __init__(self, calls: SqsCalls) -> None:
        self._calls = calls
        self._asked: dict[str, asyncio.Future[bool]] = {}
        self._sending: set[asyncio.Task[None]] = set()

    async def delete(self, receipt: str) -> bool:
        """Delete it; False where the claim has run out. Raises QueueUnavailable."""
        done = self._asked.get(receipt)
        if done is None:
            done = self._asked[receipt] = asyncio.get_running_loop().create_future()
            if len(self._asked) == 1:
                self._start(GATHER_S)
            elif len(self._asked) == BATCH:
                self._start(0)
        return await asyncio.shield(done)

    async def settle(self) -> None:
        """Return when nothing is on its way any more."""
        while self._sending:
            await asyncio.wait(self._sending)

    def _start(self, delay_s: float) -> None:
        task = asyncio.create_task(self._send(delay_s))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def _send(self, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        batch, self._asked = self._asked, {}
        receipts = list(batch)
        try:
            refused = await self._calls.delete(receipts) if receipts else []
        except QueueUnavailable as error:
            for done in batch.values():
                _fail(done, error)
            return
        codes = {receipts[each.number]: each.code for each in refused}
        for receipt, done in batch.items():
            await self._answer(receipt, done, codes.get(receipt))

    async def _answer(self, receipt: str, done: asyncio.Future[bool], code: str | None) -> None:
        """What SQS could not do within a batch is asked for once more by itself."""
        if code is not None and not is_stale(code):
            try:
                refused = await self._calls.delete([receipt])
            except QueueUnavailable as error:
                _fail(done, error)
                return
            code = refused[0].code if refused else None
            if code is not None and not is_stale(code):
                _fail(done, QueueUnavailable(f"SQS did not delete a message ({code})."))
                return
        done.set_result(code is None)


def _fail(done: asyncio.Future[bool], error: QueueUnavailable) -> None:
    done.set_exception(error)
    done.exception()  # seen: its caller may have left
