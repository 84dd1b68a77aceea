"""Writes share transactions, but never each other's failures."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.queue.port import QueueUnavailable
from bot.store.group_commit import INLINE_BYTES, GroupCommit
from bot.store.port import StoreUnavailable
from bot.store.sqlite_errors import SqliteUnavailable

ALWAYS_INLINE_S, NEVER_INLINE_S = 60.0, 0.0


@dataclass
class Bench:
    """A group commit on a table of names, and every statement that reached SQLite."""

    writes: GroupCommit
    path: Path
    statements: list[str] = field(default_factory=list)

    async def add(self, name: str, *, size_bytes: int = 10) -> int | None:
        return await self.writes.write(insert(name), size_bytes=size_bytes)

    def kept(self) -> list[str]:
        with sqlite3.connect(self.path) as reader:
            return [name for (name,) in reader.execute("SELECT name FROM names ORDER BY name")]


def insert(name: str) -> Callable[[sqlite3.Connection], int | None]:
    return lambda connection: connection.execute("INSERT INTO names VALUES (?)", (name,)).lastrowid


@pytest.fixture(params=[ALWAYS_INLINE_S, NEVER_INLINE_S], ids=["inline", "in the thread"])
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    path = tmp_path / "names.db"
    connection = sqlite3.connect(path, isolation_level=None, timeout=0, check_same_thread=False)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE names (name TEXT UNIQUE NOT NULL)")
    writes = GroupCommit(
        connection,
        path=str(path),
        on_committed=lambda _size_bytes: None,
        inline_below_s=request.param,
        lock_wait_s=0.3,
    )
    bench = Bench(writes, path)
    connection.set_trace_callback(bench.statements.append)
    yield bench
    await writes.close()
    connection.close()


async def test_writes_that_wait_together_share_commits(bench: Bench) -> None:
    names = [f"name-{number:03}" for number in range(200)]

    await asyncio.gather(*(bench.add(name) for name in names))

    assert bench.kept() == names
    assert bench.statements.count("COMMIT") <= 5


async def test_one_write_alone_is_committed_when_it_returns(bench: Bench) -> None:
    await bench.add("ada")

    assert bench.kept() == ["ada"]
    assert bench.statements.count("COMMIT") == 1


async def test_a_write_that_fails_is_undone_alone_and_told_alone(bench: Bench) -> None:
    def half(connection: sqlite3.Connection) -> None:
        insert("half")(connection)
        raise ValueError("no")

    outcomes = await asyncio.gather(
        bench.add("ada"),
        bench.writes.write(half, size_bytes=10),
        bench.add("ada"),
        bench.add("bob"),
        return_exceptions=True,
    )

    assert [type(outcome) for outcome in outcomes] == [int, ValueError, sqlite3.IntegrityError, int]
    assert bench.kept() == ["ada", "bob"]


async def test_a_large_write_goes_with_small_ones(bench: Bench) -> None:
    await asyncio.gather(bench.add("small"), bench.add("large", size_bytes=INLINE_BYTES + 1))

    assert bench.kept() == ["large", "small"]


async def test_a_file_that_stays_locked_fails_every_waiting_write_with_a_sentence(
    bench: Bench,
) -> None:
    """Another program has it; afterwards everything works again."""
    other = sqlite3.connect(bench.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    outcomes = await asyncio.gather(bench.add("a"), bench.add("b"), return_exceptions=True)

    for outcome in outcomes:
        assert isinstance(outcome, StoreUnavailable)
        assert isinstance(outcome, QueueUnavailable)
        assert "keeps" in str(outcome)
        assert "locked" in str(outcome)
    other.execute("ROLLBACK")
    other.close()
    await bench.add("c")
    assert bench.kept() == ["c"]


async def test_a_short_lock_is_waited_for(bench: Bench) -> None:
    other = sqlite3.connect(bench.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asyncio.get_running_loop().call_later(0.05, other.execute, "ROLLBACK")

    await bench.add("patient")

    assert bench.kept() == ["patient"]
    other.close()


async def test_a_full_disk_fails_the_writes_and_keeps_what_was_acknowledged(bench: Bench) -> None:
    """SQLite's own page limit stands for the disk: it fails in the same way."""
    await bench.add("before")
    await bench.writes.write(
        lambda connection: connection.execute("PRAGMA max_page_count = 4").fetchall(),
        size_bytes=10,
    )

    with pytest.raises(SqliteUnavailable, match="full"):
        await bench.add("x" * 100_000)
    await bench.add("after")

    assert bench.kept() == ["after", "before"]


async def test_a_caller_who_went_away_does_not_stop_the_others(bench: Bench) -> None:
    tasks = [asyncio.create_task(bench.add(name)) for name in ("a", "b", "c")]
    await asyncio.sleep(0)
    tasks[1].cancel()

    await asyncio.gather(*tasks, return_exceptions=True)

    assert bench.kept()[0] == "a"
    assert bench.kept()[-1] == "c"


async def test_closing_finishes_what_waits_and_refuses_the_rest(bench: Bench) -> None:
    waiting = [asyncio.create_task(bench.add(name)) for name in ("a", "b")]
    await asyncio.sleep(0)
    await bench.writes.close()
    await asyncio.gather(*waiting)

    with pytest.raises(SqliteUnavailable, match="closed"):
        await bench.add("late")
    assert bench.kept() == ["a", "b"]
