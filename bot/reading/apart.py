"""Asks the reading process: parsers of strangers' files run there, within bounds.

A thread would not do: Python's parsers and regular expressions hold the interpreter,
and no time limit reaches into them. A process can be ended.
"""

import asyncio
import sys
from asyncio.subprocess import PIPE, Process
from types import TracebackType
from typing import Final, Self

import msgspec

from bot.reading.process import LENGTH
from bot.reading.tasks import Seen, Task

_EACH_S: Final = 15.0
_MOST_ENDED: Final = 3
_MOST_BYTES: Final = 10_000_000
_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(list[Seen])


class TooHeavy(Exception):
    """The question took too long, or too much memory; others can still be asked."""


class Apart:
    """A process that reads files for us. Use with ``async with``; it starts when first asked."""

    def __init__(self) -> None:
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._ended = 0

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
        """Whether so many processes had to be ended that no more is asked."""
        return self._ended >= _MOST_ENDED

    @property
    def process_id(self) -> int | None:
        """Of the process that reads, where there is one."""
        return self._process.pid if self._process is not None else None

    async def ask(self, task: Task) -> list[Seen]:
        """What the process says. Raises TooHeavy, at once for every question when worn out."""
        async with self._turn:
            if self.is_worn_out:
                raise TooHeavy
            try:
                process = await self._started()
                async with asyncio.timeout(_EACH_S):
                    return await _ask(process, task)
            except (TimeoutError, asyncio.IncompleteReadError, ConnectionError) as error:
                self._ended += 1
                await self._end()
                raise TooHeavy from error
            except BaseException:  # cancelled: an answer may be half read
                await self._end()
                raise

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


async def _ask(process: Process, task: Task) -> list[Seen]:
    if process.stdin is None or process.stdout is None:
        raise ConnectionError
    question = _ENCODER.encode(task)
    process.stdin.write(LENGTH.pack(len(question)) + question)
    await process.stdin.drain()
    (size,) = LENGTH.unpack(await process.stdout.readexactly(LENGTH.size))
    if size > _MOST_BYTES:
        raise ConnectionError
    return _DECODER.decode(await process.stdout.readexactly(size))
