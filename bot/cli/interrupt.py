"""How a command that runs until it is told to stop hears of it."""

import asyncio
import signal


def told_to_stop() -> asyncio.Event:
    """An event that SIGINT and SIGTERM set. Call it inside the running loop."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop
