"""What an operator meets when the file cannot be used, and what stays on the disk."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.queue.port import Message
from bot.queue.queue_sqlite import SqliteQueue
from bot.store.port import Collection, Delivery
from bot.store.sqlite_errors import SqliteUnavailable
from bot.store.sqlite_file import SqliteFile
from bot.store.sqlite_schema import VERSION
from bot.store.store_sqlite import SqliteStore


def delivery(guid: str, size_bytes: int = 100) -> Delivery:
    body = os.urandom(size_bytes)
    return Delivery(guid=guid, event="issues", body=body, key="acme/shop", received_at_s=1.0)


def modes_in(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


def logged_bytes(path: Path) -> int:
    return path.with_name(f"{path.name}-wal").stat().st_size


async def test_store_and_queue_live_in_one_file_until_both_let_go(tmp_path: Path) -> None:
    file = SqliteFile(tmp_path / "bot.db")
    store, queue = SqliteStore(file), SqliteQueue(file, clock=SystemClock())
    await store.deliveries.add(delivery("a"))
    await store.close()
    await store.close()  # counts once

    await queue.send([Message("delivery:a", "acme/shop")])
    assert (await queue.stats()).depth == 1
    await queue.close()
    with pytest.raises(SqliteUnavailable, match="closed"):
        await queue.send([Message("delivery:b", "acme/shop")])


async def test_files_are_for_the_owners_eyes_only(tmp_path: Path) -> None:
    store = SqliteStore(SqliteFile(tmp_path / "bot.db"))
    await store.check()

    assert modes_in(tmp_path) == {"bot.db": 0o600, "bot.db-shm": 0o600, "bot.db-wal": 0o600}
    await store.close()


async def test_everything_is_there_after_closing_and_opening_again(tmp_path: Path) -> None:
    sent = delivery("a")
    store = SqliteStore(SqliteFile(tmp_path / "bot.db"))
    await store.deliveries.add(sent)
    await store.documents.insert("runs", "r", {"state": "running"})
    await store.close()

    store = SqliteStore(SqliteFile(tmp_path / "bot.db"))

    assert await store.deliveries.get("a") == sent
    assert await store.documents.count("runs", {"state": "running"}) == 1
    await store.close()


async def test_a_new_collection_and_a_new_index_are_added_to_an_old_file(tmp_path: Path) -> None:
    store = SqliteStore(SqliteFile(tmp_path / "bot.db", collections=[Collection("runs")]))
    await store.documents.insert("runs", "r", {"state": "running"})
    await store.close()

    newer = [Collection("runs", indexed=("state",)), Collection("plans")]
    store = SqliteStore(SqliteFile(tmp_path / "bot.db", collections=newer))

    assert await store.documents.count("runs", {"state": "running"}) == 1
    assert await store.documents.insert("plans", "p", {}) is True
    await store.close()


def test_a_file_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    SqliteFile(path)
    with sqlite3.connect(path) as other:
        other.execute(f"PRAGMA user_version = {VERSION + 1}")

    with pytest.raises(SqliteUnavailable, match="newer Paved Road"):
        SqliteFile(path)
    with sqlite3.connect(path) as other:
        assert other.execute("PRAGMA user_version").fetchone() == (VERSION + 1,)


def test_the_file_of_another_program_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "bot.db") as other:
        other.execute("CREATE TABLE songs (title)")

    with pytest.raises(SqliteUnavailable, match="another program"):
        SqliteFile(tmp_path / "bot.db")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"no database at all, but long enough to see that" * 50, "not a database"),
        pytest.param(None, "folder exists|No such file"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(
    tmp_path: Path, content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "bot.db" if content else tmp_path / "missing" / "bot.db"
    if content:
        path.write_bytes(content)

    with pytest.raises(SqliteUnavailable, match=sentence) as told:
        SqliteFile(path)
    assert str(path) in str(told.value)


def test_a_file_that_may_not_be_written_says_so(tmp_path: Path) -> None:
    """Root may write anything, so the process that tries gives that power up first."""
    path = tmp_path / "bot.db"
    SqliteFile(path)
    path.chmod(0o400)
    command = [sys.executable, "-m", "tests.store.open_file", str(path)]
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("setpriv is missing: install Debian's util-linux")
        command = [setpriv, "--bounding-set=-dac_override,-dac_read_search", *command]

    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert told == f"{path} cannot be opened: Permission denied.\n"


async def test_the_log_is_moved_into_the_database_while_writes_go_on(tmp_path: Path) -> None:
    """40 batches of 4 MB: without checkpoints the log would hold all 160 MB."""
    path = tmp_path / "bot.db"
    store = SqliteStore(SqliteFile(path))
    for number in range(40):
        await store.deliveries.add(delivery(str(number), 4 * 1024 * 1024))
        await store.check()

    assert path.stat().st_size > 30 * 1024 * 1024
    await store.close()
    assert path.stat().st_size > 160 * 1024 * 1024
    assert not path.with_name("bot.db-wal").exists()


async def test_a_finished_delivery_does_not_rewrite_its_body(tmp_path: Path) -> None:
    path = tmp_path / "bot.db"
    store = SqliteStore(SqliteFile(path))
    await store.deliveries.add(delivery("a", 4 * 1024 * 1024))
    before = logged_bytes(path)
    await store.deliveries.finish("a", "ok")

    assert logged_bytes(path) - before < 100_000
    await store.close()


async def test_an_outcome_is_a_word(tmp_path: Path) -> None:
    store = SqliteStore(SqliteFile(tmp_path / "bot.db"))
    with pytest.raises(ValueError, match="word"):
        await store.deliveries.finish("a", "")
    await store.close()
