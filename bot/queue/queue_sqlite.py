"""The queue on one SQLite file: the embedded default.

A message keeps its place while it is claimed, delayed or expired. Only the first
message of its key is ever handed out, which is all that ordering needs.
"""

import asyncio
import sqlite3
from collections.abc import Sequence
from contextlib import suppress

from bot.clock import Clock
from bot.queue.port import Claim, DeadMessage, Message, QueueStats
from bot.store.sqlite_file import SqliteFile

POLL_S = 0.1  # how soon another process's message, or one whose delay ended, is noticed

_FREE = "FROM messages WHERE head AND visible_at_s <= ?"


class SqliteQueue:
    """The queue port on an open file."""

    def __init__(self, file: SqliteFile, *, clock: Clock) -> None:
        self._file = file
        self._clock = clock
        self._joined = True
        self._changed = asyncio.Event()
        file.join()

    async def send(self, messages: Sequence[Message]) -> None:
        """Queue them durably. An id that waits already is not doubled."""
        now_s = self._clock.now_s()
        if not messages:
            return
        await self._file.write(lambda connection: _send(connection, messages, now_s))
        self._wake()

    async def claim(self, *, limit: int, visibility_s: float) -> Sequence[Claim]:
        """Up to ``limit`` messages of different keys, or none; returns at once."""
        now_s = self._clock.now_s()
        if not self._claimable(now_s):
            return []
        return await self._file.write(
            lambda connection: _claim(connection, limit, now_s, now_s + visibility_s)
        )

    async def wait(self, timeout_s: float) -> None:
        """Return when something may be claimable, at the latest after ``timeout_s``.

        A message sent in this process ends the wait at once, one of another
        process within ``POLL_S``.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                while True:
                    changed = self._changed  # taken before the look, so nothing slips between
                    if self._claimable(self._clock.now_s()):
                        return
                    with suppress(TimeoutError):  # wait_for of Python 3.11 can lose a cancel
                        async with asyncio.timeout(POLL_S):
                            await changed.wait()

    async def extend(self, claim: Claim, *, visibility_s: float) -> bool:
        """Keep the claim for longer; False where it has run out and is another's."""
        until_s = self._clock.now_s() + visibility_s
        return await self._file.write(
            lambda connection: _update(connection, claim, "visible_at_s = ?", until_s)
        )

    async def ack(self, claim: Claim) -> bool:
        """Remove the message for good; False where the claim is another's by now."""
        now_s = self._clock.now_s()
        done = await self._file.write(lambda connection: _remove(connection, claim, now_s))
        self._wake()
        return done

    async def release(self, claim: Claim, *, delay_s: float, reason: str) -> bool:  # noqa: ARG002 - the port's name; the worker logs the reason
        """Give it back for another attempt after ``delay_s``; its key waits with it."""
        until_s = self._clock.now_s() + delay_s
        done = await self._file.write(
            lambda connection: _update(
                connection, claim, "visible_at_s = ?, claimed = 0, again = 0", until_s
            )
        )
        self._wake()
        return done

    async def bury(self, claim: Claim, *, reason: str) -> bool:
        """Move it to the dead letters, where it stays until somebody redrives it."""
        now_s = self._clock.now_s()
        done = await self._file.write(lambda connection: _bury(connection, claim, reason, now_s))
        self._wake()
        return done

    async def dead(self, *, after: str = "", limit: int = 100) -> Sequence[DeadMessage]:
        """The dead letters in order of id, after that id."""
        rows = await self._file.rows(
            "SELECT id, key, attempts, reason, died_at_s FROM dead_messages"
            " WHERE id > ? ORDER BY id LIMIT ?",
            (after, limit),
        )
        return [
            DeadMessage(Message(id_, key), attempts, reason, died_at_s)
            for id_, key, attempts, reason, died_at_s in rows
        ]

    async def redrive(self, message_id: str) -> bool:
        """Queue a dead letter again as a first attempt; False where there is none."""
        now_s = self._clock.now_s()
        done = await self._file.write(lambda connection: _redrive(connection, message_id, now_s))
        self._wake()
        return done

    async def stats(self) -> QueueStats:
        """For metrics and readiness."""
        ((depth, oldest_s, dead),) = await self._file.rows(
            "SELECT count(*), min(sent_at_s), (SELECT count(*) FROM dead_messages) FROM messages"
        )
        age_s = max(self._clock.now_s() - oldest_s, 0.0) if depth else 0.0
        return QueueStats(depth, age_s, dead)

    async def close(self) -> None:
        """Let go; the file is closed when its last adapter leaves."""
        if self._joined:
            self._joined = False
            await self._file.leave()

    def _claimable(self, now_s: float) -> bool:
        return bool(self._file.rows_now(f"SELECT 1 {_FREE} LIMIT 1", (now_s,)))

    def _wake(self) -> None:
        """End every wait of this process."""
        self._changed.set()
        self._changed = asyncio.Event()


def _send(connection: sqlite3.Connection, messages: Sequence[Message], now_s: float) -> None:
    ((sent,),) = connection.execute(
        "UPDATE sent SET messages = messages + ? RETURNING messages", (len(messages),)
    ).fetchall()
    numbers = range(sent - len(messages), sent)
    connection.executemany(
        "INSERT INTO messages (key, number, id, head, sent_at_s) VALUES"
        " (?1, ?2, ?3, NOT EXISTS (SELECT 1 FROM messages WHERE key = ?1), ?4)"
        " ON CONFLICT (id) DO UPDATE SET again = claimed",
        [
            (message.key, number, message.id, now_s)
            for number, message in zip(numbers, messages, strict=True)
        ],
    )


def _claim(
    connection: sqlite3.Connection, limit: int, now_s: float, until_s: float
) -> Sequence[Claim]:
    rows = connection.execute(
        f"SELECT key, number, id, attempts + 1 {_FREE} ORDER BY number LIMIT ?",
        (now_s, limit),
    ).fetchall()
    connection.executemany(
        "UPDATE messages SET claimed = 1, again = 0, attempts = attempts + 1, visible_at_s = ?"
        " WHERE key = ? AND number = ?",
        [(until_s, key, number) for key, number, _, _ in rows],
    )
    return [
        Claim(Message(id_, key), attempt, f"{number}.{attempt}")
        for key, number, id_, attempt in rows
    ]


# A claim that was handed on, or given back, has another attempt or is not claimed.
_HELD = "key = ? AND number = ? AND attempts = ? AND claimed"


def _held(claim: Claim) -> tuple[str, int, int]:
    number, _, attempt = claim.receipt.partition(".")
    return claim.message.key, int(number), int(attempt)


def _update(connection: sqlite3.Connection, claim: Claim, change: str, until_s: float) -> bool:
    sql = f"UPDATE messages SET {change} WHERE {_HELD}"  # noqa: S608 - our own text
    return connection.execute(sql, (until_s, *_held(claim))).rowcount == 1


def _remove(connection: sqlite3.Connection, claim: Claim, now_s: float) -> bool:
    """Take the message out and let the next of its key come forward.

    If it was sent once more meanwhile, it is queued anew, behind the others.
    """
    sql = f"DELETE FROM messages WHERE {_HELD} RETURNING again"  # noqa: S608 - our own text
    removed = connection.execute(sql, _held(claim)).fetchall()
    if not removed:
        return False
    if removed == [(1,)]:
        _send(connection, [claim.message], now_s)
    connection.execute(
        "UPDATE messages SET head = 1 WHERE key = ?1"
        " AND number = (SELECT min(number) FROM messages WHERE key = ?1)",
        (claim.message.key,),
    )
    return True


def _bury(connection: sqlite3.Connection, claim: Claim, reason: str, now_s: float) -> bool:
    if not _remove(connection, claim, now_s):
        return False
    connection.execute(
        "INSERT OR REPLACE INTO dead_messages VALUES (?, ?, ?, ?, ?)",
        (claim.message.id, claim.message.key, claim.attempt, reason, now_s),
    )
    return True


def _redrive(connection: sqlite3.Connection, message_id: str, now_s: float) -> bool:
    found = connection.execute(
        "DELETE FROM dead_messages WHERE id = ? RETURNING key", (message_id,)
    ).fetchall()
    _send(connection, [Message(message_id, key) for (key,) in found], now_s)
    return bool(found)
