"""The web side alone, as a process of its own that tests may kill and benchmarks may load.

``python -m tests.receive.server_process FILE`` prints its port and serves until
it is ended. The environment names the secret.
"""

import asyncio
import os
import sys
from pathlib import Path

import uvloop
from prometheus_client import CollectorRegistry

from bot.clock import SystemClock
from bot.queue.queue_sqlite import SqliteQueue
from bot.receive import Metrics, Receiving, listen, receive_app
from bot.store.sqlite_file import SqliteFile
from bot.store.store_sqlite import SqliteStore
from bot.work.ordering import ordering


async def serve(path: Path, secret: str) -> None:
    """Serve until the process ends."""
    file = SqliteFile(path)
    parts = Receiving(
        secret=secret,
        served=frozenset({"octo-org"}),
        store=SqliteStore(file),
        queue=SqliteQueue(file, clock=SystemClock()),
        key_of=ordering("octo-org/catalog"),
        clock=SystemClock(),
        metrics=Metrics(CollectorRegistry()),
    )
    listening = await listen(receive_app(parts), host="127.0.0.1", port=0)
    print(listening.port, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(Path(sys.argv[1]), os.environ["WEBHOOK_SECRET"]))
