"""A process that appends to the log in a SQLite file: ``python -m … FILE FIRST LAST``."""

import asyncio
import sys
from pathlib import Path

from bot.audit import AuditCause, AuditLog
from bot.clock import SystemClock
from bot.store.sqlite_file import SqliteFile
from bot.store.store_sqlite import SqliteStore


async def append_all(path: Path, first: int, last: int) -> None:
    """One entry for each number, in order."""
    store = SqliteStore(SqliteFile(path))
    log = AuditLog(store.documents, clock=SystemClock())
    for number in range(first, last):
        await log.append(
            key=f"key-{number}",
            action="test.appended",
            subject="acme/catalog#7",
            actor="mona",
            actor_id=1,
            cause=AuditCause(delivery="guid", url=""),
            details={"share": 0.1, "name": "Straße"},
        )
    await store.close()


if __name__ == "__main__":
    asyncio.run(append_all(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
