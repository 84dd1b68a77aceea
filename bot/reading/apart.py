"""Asks the reading process: parsers of strangers' files run there, within bounds.

A thread would not do: Python's parsers and regular expressions hold the interpreter,
and no time limit reaches into them. A process can be ended.
"""

import asyncio
import sys
import time
from asyncio.subprocess import PIPE, Process
from types import TracebackType
from typing import Final, Self

import msgspec

from bot.reading.tasks import LENGTH, Failed, Seen, Task

_EACH_S: Final = 60.0  # on the clock; the process allows itself ten seconds of processor time
_ALL_S: Final = 120.0
_MOST_ENDED: Final = 3
_MOST_BYTES: Final = 10_000_000
_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(list[Seen] | Failed)


class TooHeavy(Exception):
    """The question took too long, or too much memory; others can still be asked."""


class ReadingBroke(Exception):
    """A mistake of ours in the process; the text is where it happened."""


class Apart:
    """A process that reads files for us. Use with ``async with``; it starts when first asked."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._ended = 0
        self._spent_s = 0.0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """No process is left."""
        await self._end()

    @property
    def is_worn_out(self) -> bool:
        """Whether so much was asked, or so many processes were ended, that no more is."""
        return self._ended >= _MOST_ENDED or self._spent_s > _ALL_S

    @property
    def process_id(self) -> int | None:
        """Of the process that reads, where there is one."""
        return self._process.pid if self._process is not None else None

    async def ask(self, task: Task) -> list[Seen]:
        """What the process says. Raises TooHeavy, at once for every question when worn out."""
        async with self._turn:
            if self.is_worn_out:
                raise TooHeavy
            began_s = time.monotonic()
            try:
                process = await self._started()
                async with asyncio.timeout(_EACH_S):
                    found = await _ask(process, task)
            except (TimeoutError, asyncio.IncompleteReadError, ConnectionError) as error:
                self._ended += 1
                await self._end()
                raise TooHeavy from error
            except BaseException:  # cancelled: an answer may be half read
                await self._end()
                raise
            finally:
                self._spent_s += time.monotonic() - began_s
        if not isinstance(found, Failed):
            return found
        if found.trace:
            raise ReadingBroke(found.trace)
        raise TooHeavy

    async def _started(self) -> Process:
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-I", "-m", "bot.reading.process"),
                stdin=PIPE,
                stdout=PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={"LANG": "C.UTF-8"},
            )
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            if process.returncode is None:
                process.kill()
            await asyncio.shield(process.communicate())


async def _ask(process: Process, task: Task) -> list[Seen] | Failed:
    if process.stdin is None or process.stdout is None:
        raise ConnectionError
    question = _ENCODER.encode(task)
    process.stdin.write(LENGTH.pack(len(question)) + question)
    await process.stdin.drain()
    (size,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    if size > _MOST_BYTES:
        raise ConnectionError
    found: list[Seen] | Failed = _DECODER.decode(await process.stdout.readexactly(size))
    return found
