"""Rendering on another machine: this side asks and judges, ``far_end`` does the work.

What travels is a template and a request as a host reads them (``incoming``), and
back come the host's word on how the render ended and what the render sent. Both
are a stranger's message here, and are read by what reads a process's answer.
"""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeAlias, TypeVar

import msgspec

from .incoming import encode_template
from .inside.fault import Fault
from .inside.limits import Limits
from .inside.wire import Truncated
from .isolation import Process
from .read_result import fault_of, read_end, read_faults, read_result
from .template import Rendered, Template

Answer = TypeVar("Answer")

# Carries one message to a ``FarEnd`` and brings its answer. Raises RendererUnavailable
# where nobody answers, RenderError for a message or an answer too large to be carried.
Exchange: TypeAlias = Callable[[bytes], Awaitable[bytes]]


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """The isolation of another machine. It offers no sandbox, so hooks stay refused."""

    exchange: Exchange
    name: str = "elsewhere"
    note: str = ""

    def start(self, control: socket.socket, scratch: Path, errors: IO[bytes]) -> Process:
        """See Isolation: nothing is ever started here."""
        del control, scratch, errors
        raise OSError("templates are rendered elsewhere")


class RemoteHost:
    """One template as the other side renders it."""

    def __init__(self, exchange: Exchange, encoded: bytes, limits: Limits) -> None:
        self._exchange, self._encoded, self._limits = exchange, encoded, limits

    async def render(self, request: bytes, template: Template) -> Rendered:
        """See RenderHost."""
        return await self._ask(request, lambda reader: read_result(reader, template, self._limits))

    async def survey(self, request: bytes) -> list[Fault]:
        """See RenderHost."""
        return await self._ask(request, read_faults)

    async def _ask(
        self, request: bytes, read: Callable[[asyncio.StreamReader], Awaitable[Answer]]
    ) -> Answer:
        reader = asyncio.StreamReader()
        reader.feed_data(await self._exchange(self._encoded + request))
        reader.feed_eof()
        end = "crashed"
        try:
            end = await read_end(reader)
            return await read(reader)
        except (Truncated, msgspec.MsgspecError):
            raise fault_of(end) from None


class RemoteHosts:
    """What ``HostPool`` is on this machine: at most ``limits.parallel`` renders under way."""

    def __init__(self, exchange: Exchange, limits: Limits) -> None:
        self._exchange, self._limits = exchange, limits
        self._slots = asyncio.Semaphore(limits.parallel)

    @contextlib.asynccontextmanager
    async def shared(self, identity: str, template: Template) -> AsyncIterator[RemoteHost]:
        """The template, ready to be sent."""
        del identity
        encoded = await asyncio.to_thread(encode_template, template, self._limits)
        async with self._slots:
            yield RemoteHost(self._exchange, encoded, self._limits)

    def alone(self, template: Template) -> contextlib.AbstractAsyncContextManager[RemoteHost]:
        """The same: no stranger's program is let run there."""
        return self.shared("", template)

    async def close(self) -> None:
        """Nothing is open."""
