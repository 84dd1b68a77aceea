"""One process, run to its end or to a bound; nothing of it is left afterwards.

It writes to files and not to pipes: a pipe that nobody empties, or that something holds
open, would keep us waiting for it. One pipe through which nothing is said is inherited
by all that it starts, and closes when the last of them is gone.
"""

import asyncio
import contextlib
import os
import select
import signal
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Final

from bot.linting.isolation import Isolation, Order

_COMPLAINT_BYTES: Final = 2_000_000
_TO_GO_S: Final = 5.0  # how long a killed process may take to be gone


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
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaint:
        code = await _run(order, isolation, out, complaint)
        if code < 0 or code > 128:  # by a signal: its own fault, or a bound
            raise CouldNotRun("It crashed, or needed more memory, time or room than it may use.")
        answer = _written(out, order.bounds.output_bytes + 1)
        if len(answer) > order.bounds.output_bytes:
            raise CouldNotRun("It said more than anybody could read.")
        return Ended(code, answer, _written(complaint, _COMPLAINT_BYTES))


async def _run(order: Order, isolation: Isolation, out: IO[bytes], complaint: IO[bytes]) -> int:
    command, environment = isolation.command(order)
    with _pipe() as (gone, held):
        # A task of its own: cancelled while it starts, the process is still ours to end.
        starting = asyncio.create_task(
            asyncio.create_subprocess_exec(
                *command,
                stdin=DEVNULL,
                stdout=out,
                stderr=complaint,
                env=dict(environment),
                cwd=order.start,
                start_new_session=True,
                pass_fds=(held.fileno(),),
            )
        )
        try:
            async with asyncio.timeout(order.bounds.wall_s):
                process = await asyncio.shield(starting)
                return await process.wait()
        except TimeoutError:
            raise CouldNotRun(f"It took longer than {order.bounds.wall_s:g} seconds.") from None
        except OSError:
            raise CouldNotRun("It could not be started.") from None
        finally:
            await asyncio.shield(_end(starting, gone, held))


async def _end(starting: "asyncio.Task[Process]", gone: IO[bytes], held: IO[bytes]) -> None:
    """The group is killed, and so is what bubblewrap started, and all of it is gone."""
    with contextlib.suppress(OSError):
        process = await starting
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    held.close()
    await asyncio.to_thread(select.select, [gone], [], [], _TO_GO_S)


@contextlib.contextmanager
def _pipe() -> Iterator[tuple[IO[bytes], IO[bytes]]]:
    """The end that can be read once nobody holds the other one any more, and that one."""
    reading, writing = os.pipe()
    with os.fdopen(reading, "rb", 0) as gone, os.fdopen(writing, "wb", 0) as held:
        yield gone, held


def _written(file: IO[bytes], most_bytes: int) -> bytes:
    file.seek(0)
    return file.read(most_bytes)
