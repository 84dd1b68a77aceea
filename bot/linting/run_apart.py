"""One process, run to its end or to a bound; nothing of it is left afterwards."""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import DEVNULL, PIPE, Process
from dataclasses import dataclass
from typing import Final

from bot.linting.isolation import Isolation, Order

_CHUNK_BYTES: Final = 65_536
_COMPLAINT_BYTES: Final = 2_000_000


class CouldNotRun(Exception):
    """A linter gave no answer; the text is a sentence that holds nothing of a stranger's."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a process ended by itself, and what it said."""

    code: int
    out: bytes
    complaint: bytes  # what it wrote to standard error, cut


async def run_apart(order: Order, isolation: Isolation) -> Ended:
    """What the program answered within its bounds; its whole process group is gone.

    Raises:
        CouldNotRun: it cannot be started, took too long, said too much, or was killed.
    """
    command, environment = isolation.command(order)
    try:
        process = await asyncio.create_subprocess_exec(
            *command,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=PIPE,
            env=dict(environment),
            cwd=order.start,
            start_new_session=True,
        )
    except OSError:
        raise CouldNotRun("It could not be started.") from None
    try:
        ended = await _answer(process, order)
    finally:
        await asyncio.shield(_end(process))
    if ended.code < 0 or ended.code > 128:  # by a signal: its own fault, or a bound
        raise CouldNotRun("It crashed, or needed more memory or time than it may use.")
    return ended


async def _answer(process: Process, order: Order) -> Ended:
    assert process.stdout is not None  # noqa: S101  # it is a pipe
    assert process.stderr is not None  # noqa: S101
    complaint = asyncio.create_task(_some(process.stderr))
    try:
        async with asyncio.timeout(order.bounds.wall_s):
            out = await _whole(process.stdout, order.bounds.output_bytes)
            return Ended(await process.wait(), out, await complaint)
    except TimeoutError:
        raise CouldNotRun(f"It took longer than {order.bounds.wall_s:g} seconds.") from None
    finally:
        complaint.cancel()


async def _whole(stream: asyncio.StreamReader, most_bytes: int) -> bytes:
    found = bytearray()
    while chunk := await stream.read(_CHUNK_BYTES):
        found += chunk
        if len(found) > most_bytes:
            raise CouldNotRun("It said more than anybody could read.")
    return bytes(found)


async def _some(stream: asyncio.StreamReader) -> bytes:
    """The beginning; the rest is read and forgotten, because a full pipe would stop it."""
    found = bytearray()
    while chunk := await stream.read(_CHUNK_BYTES):
        found += chunk[: _COMPLAINT_BYTES - len(found)]
    return bytes(found)


async def _end(process: Process) -> None:
    """The group is killed, and the pipes are read empty so that they close."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
    for stream in (process.stdout, process.stderr):
        while stream is not None and await stream.read(_CHUNK_BYTES):
            pass
