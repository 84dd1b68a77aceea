"""The web side alone, as a process of its own that tests may kill and benchmarks may load.

``python -m tests.receive.server_process FILE`` prints its port and serves until
it is ended.
"""

import asyncio
import sys
from pathlib import Path

from bot.app import run_fast
from tests.receive.web_side import web_side


async def serve(path: Path) -> None:
    """Serve until the process ends."""
    async with web_side(path) as side:
        print(side.port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    run_fast(serve(Path(sys.argv[1])))
