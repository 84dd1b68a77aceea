"""Serving and working: the bot's life between its opening and its end."""

import asyncio
import gc
import importlib.util
import socket
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web

from bot.app.bot import Bot
from bot.errors import PortTaken
from bot.receive import web_runner
from bot.work.schedule import schedule

BACKLOG = 1024


@asynccontextmanager
async def serving(bot: Bot, listening: socket.socket, *, worker: bool) -> AsyncIterator[None]:
    """Take webhooks on the socket, and work them off if ``worker``."""
    runner = web_runner(bot.web)
    await runner.setup()
    try:
        await web.SockSite(runner, listening, backlog=BACKLOG).start()
        if worker:
            async with working(bot):
                yield
        else:
            yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def working(bot: Bot) -> AsyncIterator[None]:
    """Work off the queue and keep the schedule; what is under way ends, or is given back, first."""
    work = asyncio.create_task(bot.worker.run())
    jobs = [
        asyncio.ensure_future(job) for job in schedule(bot.jobs, leases=bot.leases, clock=bot.clock)
    ]
    try:
        yield
    finally:
        bot.worker.stop()
        for job in jobs:
            job.cancel()
        for task in (work, *jobs):
            with suppress(asyncio.CancelledError):
                await task


def listening_socket(host: str, port: int) -> socket.socket:
    """A bound socket, so that the address is known before anything serves on it.

    Raises PortTaken.
    """
    try:
        listening = socket.create_server((host, port), backlog=BACKLOG)
    except OSError as error:
        raise PortTaken(
            f"{host}:{port} cannot be listened on ({error.strerror}). Set HOST and PORT, or stop "
            "what listens there."
        ) from None
    listening.setblocking(False)
    return listening


def run_fast(main: Coroutine[Any, Any, None]) -> None:
    """Run on uvloop where it is installed (it is, except on Windows).

    What is loaded by now lives as long as the process: the garbage collector
    leaves it out, and looks at the rest less often, which shortens the slowest
    answers.
    """
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
    loop = importlib.util.find_spec("uvloop")
    run = importlib.import_module("uvloop").run if loop else asyncio.run
    run(main)
