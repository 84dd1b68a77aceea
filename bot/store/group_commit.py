"""Many waiting writes share one transaction, and so one fsync; each keeps its own outcome.

The statements run on the event loop: each takes microseconds, and a second Python
thread would fight with the loop for the interpreter at every one of them. What
takes long is the commit, and it runs in the writer thread while the loop gathers
the next batch. A write that is alone is committed on the loop, if the disk is
quick: the hop to the thread would cost it more.
"""

import asyncio
import random
import sqlite3
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from bot.store.sqlite_errors import SqliteUnavailable, is_lock, unavailable
from bot.store.writer_thread import WriterThread

T = TypeVar("T")
Outcome: TypeAlias = "tuple[Any, None] | tuple[None, Exception]"

BATCH = 256  # writes of one transaction; more would hold the file for too long
GATHER_TURNS = 2  # of the event loop between batches: whoever is ready comes along
INLINE_BELOW_S = 0.004  # a commit that usually takes longer does not block the event loop
INLINE_BYTES = 8 * 1024 * 1024  # nor does one that writes more
LOCK_WAIT_S = 5.0  # as long as another process may keep the file
PAUSE_S = 0.002  # between two tries to begin, on average


@dataclass(frozen=True, slots=True)
class _Waiting:
    do: Callable[[sqlite3.Connection], Any]
    size_bytes: int
    done: "asyncio.Future[Any]"


class GroupCommit:
    """The only writer of one connection. Used from one event loop."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        *,
        path: str,
        on_committed: Callable[[int], None],
        inline_below_s: float = INLINE_BELOW_S,
        lock_wait_s: float = LOCK_WAIT_S,
    ) -> None:
        """``on_committed`` hears how many bytes were about to be written.

        ``inline_below_s`` of 0 commits in the thread always.
        """
        self._connection = connection
        self._path = path
        self._on_committed = on_committed
        self._inline_below_s = inline_below_s
        self._lock_wait_s = lock_wait_s
        self._usual_s = 0.0
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None
        self._closed = False
        self._thread = WriterThread("sqlite-writer")

    async def write(self, do: Callable[[sqlite3.Connection], T], *, size_bytes: int) -> T:
        """What ``do`` returned, durable on disk. ``do`` is undone alone if it raises.

        Raises SqliteUnavailable, and then nothing of it was written; otherwise
        whatever ``do`` raised.
        """
        if self._closed:
            raise SqliteUnavailable(f"{self._path} was closed.")
        done: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Waiting(do, size_bytes, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return await done

    async def close(self) -> None:
        """Finish what waits; later writes are refused."""
        self._closed = True
        if self._writing is not None:
            await self._writing
        self._thread.end()

    async def _write_all(self) -> None:
        """Write batch by batch until nothing waits; every batch has one outcome a write."""
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH], self._waiting[BATCH:]
            size_bytes = sum(each.size_bytes for each in batch)
            try:
                outcomes = await self._transaction(batch, size_bytes)
            except Exception as error:  # noqa: BLE001 - each of the batch is told
                self._rollback()
                outcomes = [(None, unavailable(error, self._path))] * len(batch)
            for each, (value, failure) in zip(batch, outcomes, strict=True):
                if each.done.done():  # whoever asked was cancelled; it is written all the same
                    continue
                if failure is None:
                    each.done.set_result(value)
                else:
                    each.done.set_exception(failure)
            self._on_committed(size_bytes)
            for _ in range(GATHER_TURNS):
                await asyncio.sleep(0)
        self._writing = None

    async def _transaction(self, batch: Sequence[_Waiting], size_bytes: int) -> Sequence[Outcome]:
        if not self._try_begin():
            await self._thread.do(self._begin)
        if size_bytes > INLINE_BYTES:
            return await self._thread.do(lambda: self._apply_and_commit(batch))
        outcomes = [self._apply(each) for each in batch]
        if len(batch) == 1 and self._usual_s < self._inline_below_s:
            self._commit()  # nobody else to serve meanwhile, and the hop would cost more
        else:
            await self._thread.do(self._commit)
        return outcomes

    def _apply_and_commit(self, batch: Sequence[_Waiting]) -> Sequence[Outcome]:
        outcomes = [self._apply(each) for each in batch]
        self._commit()
        return outcomes

    def _commit(self) -> None:
        began_s = time.perf_counter()
        self._connection.execute("COMMIT")
        self._usual_s += (time.perf_counter() - began_s - self._usual_s) / 8

    def _begin(self) -> None:
        """Begin as soon as no other process writes. Raises sqlite3.OperationalError in the end."""
        until_s = time.monotonic() + self._lock_wait_s
        while time.monotonic() < until_s:
            if self._try_begin():
                return
            time.sleep(PAUSE_S * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, not a secret
        self._connection.execute("BEGIN IMMEDIATE")

    def _try_begin(self) -> bool:
        try:
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if is_lock(error):
                return False
            raise
        return True

    def _apply(self, each: _Waiting) -> Outcome:
        self._connection.execute("SAVEPOINT one")
        try:
            value = each.do(self._connection)
        except Exception as error:
            if not self._connection.in_transaction:  # SQLite gave up the whole transaction
                raise
            self._connection.execute("ROLLBACK TO one")
            self._connection.execute("RELEASE one")
            known = isinstance(error, sqlite3.OperationalError)
            return None, unavailable(error, self._path) if known else error
        self._connection.execute("RELEASE one")
        return value, None

    def _rollback(self) -> None:
        with suppress(sqlite3.Error):  # whatever is wrong was told by the first error
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
