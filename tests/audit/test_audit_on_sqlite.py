"""The audit log on the embedded store, written by real processes at once."""

import asyncio
import sys
from pathlib import Path

from bot.audit import AuditLog
from bot.clock import SystemClock
from bot.store.sqlite_file import SqliteFile
from bot.store.store_sqlite import SqliteStore


async def append_in_a_process(path: Path, first: int, last: int) -> None:
    program = [sys.executable, "-m", "tests.audit.append_from_a_process"]
    process = await asyncio.create_subprocess_exec(*program, str(path), str(first), str(last))
    assert await process.wait() == 0


async def test_processes_at_once_leave_one_unbroken_chain(tmp_path: Path) -> None:
    """Three workers, half of whose actions another one does as well: each is in the log once."""
    path = tmp_path / "road.db"
    async with asyncio.TaskGroup() as tasks:
        for first in (0, 20, 40):
            tasks.create_task(append_in_a_process(path, first, first + 40))

    store = SqliteStore(SqliteFile(path))
    log = AuditLog(store.documents, clock=SystemClock())
    verdict = await log.verify()
    entries = await log.for_subject("acme/catalog#7", limit=200)
    await store.close()

    assert verdict.ok, verdict.problem
    assert verdict.count == 80
    assert {entry.key for entry in entries} == {f"key-{number}" for number in range(80)}
