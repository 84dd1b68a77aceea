"""The bot's end of one render process: start it, give it a template, ask it to render."""

import asyncio
import contextlib
import shutil
import socket
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TypeAlias, TypeVar

from .errors import RendererUnavailable
from .inside.fault import Fault
from .inside.limits import Limits
from .inside.wire import HEADER_BYTES, LOAD, PREFIX, READY, RENDER, Truncated
from .isolation import Isolation, Process
from .read_result import fault_of, read_end, read_faults, read_loaded, read_result
from .template import Rendered, Template

Answer = TypeVar("Answer")

# Reads the child's answer and the host's word on how it ended.
Follow: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamReader], Awaitable[Answer]]

_START_S = 30.0
_GRACE_S = 3.0  # how long after its own bound a host may take to say so
_COMPLAINT_BYTES = 2_000


class HostDied(Exception):
    """The process is gone in the middle of something that another one can do again."""


@dataclass(frozen=True, slots=True)
class _Started:
    process: Process
    control: socket.socket
    scratch: Path
    errors: IO[bytes]


class RenderHost:
    """A started process. After ``load`` it renders that template only.

    Once ``usable`` is False the process is gone or out of control: close it.
    """

    def __init__(self, started: _Started, limits: Limits, spawner: Executor) -> None:
        self._started, self._limits, self._spawner = started, limits, spawner
        self._slots = asyncio.Semaphore(limits.parallel)
        self.in_use = 0
        self.usable = True
        self.closed = asyncio.Event()

    @classmethod
    async def start(cls, isolation: Isolation, limits: Limits, spawner: Executor) -> "RenderHost":
        """A process that is ready for a template.

        Args:
            spawner: one thread that lives as long as the hosts may: the kernel ends
                them with the thread that started them.

        Raises:
            RendererUnavailable: it did not start, or said nothing in time.
        """
        loop = asyncio.get_running_loop()
        starting = loop.run_in_executor(spawner, _start, isolation)
        try:
            started = await asyncio.shield(starting)
        except OSError as error:
            raise RendererUnavailable(error.strerror or "cannot be started") from None
        except asyncio.CancelledError:
            await cls(await starting, limits, spawner).close()
            raise
        host = cls(started, limits, spawner)
        try:
            async with asyncio.timeout(_START_S):
                ready = await loop.sock_recv(started.control, 1)
        except (TimeoutError, OSError):
            ready = b""
        except asyncio.CancelledError:
            await host.close()
            raise
        if ready != READY:
            complaint = await host.close()
            raise RendererUnavailable(f"the render process did not start: {complaint}")
        return host

    async def load(self, encoded: bytes) -> None:
        """The host holds the template (see ``encode_template``) and has compiled it.

        Raises:
            Fault: timeout; the host is of no more use then.
            HostDied: it ended.
        """
        ours, theirs = socket.socketpair()
        self._order(LOAD, theirs, ours=(ours,))
        async with _stream(ours) as (reader, writer):
            try:
                async with asyncio.timeout(self._limits.wall_s):
                    writer.write(encoded)
                    await writer.drain()
                    await read_loaded(reader)
            except TimeoutError:
                raise self._lost(Fault("timeout")) from None
            except (Truncated, ConnectionError):
                raise self._lost(HostDied()) from None

    async def render(self, request: bytes, template: Template) -> Rendered:
        """What a child of the host made of ``request`` (see ``encode_request``).

        Waits while as many renders are under way as one host may have.

        Raises:
            Fault: the template or the answers break a rule, or a limit.
            HostDied: the host ended meanwhile.
        """

        async def read(reader: asyncio.StreamReader) -> Rendered:
            return await read_result(reader, template, self._limits)

        return await self._ask(request, lambda reader, ends: _follow(read, reader, ends))

    async def survey(self, request: bytes) -> list[Fault]:
        """The faults that a child found in the template's text. Raises like ``render``."""
        return await self._ask(request, lambda reader, ends: _follow(read_faults, reader, ends))

    async def relay(self, request: bytes) -> tuple[str, bytes]:
        """How a child ended and all that it sent, unread: somebody else judges it.

        Raises like ``render``, of the limits for its size and its time alone.
        """
        most_bytes = PREFIX.size + HEADER_BYTES + self._limits.out_bytes
        return await self._ask(request, lambda reader, ends: _relay(reader, ends, most_bytes))

    async def _ask(self, request: bytes, follow: Follow[Answer]) -> Answer:
        async with self._slots:
            answer, their_answer = socket.socketpair()
            status, their_status = socket.socketpair()
            self._order(RENDER, their_answer, their_status, ours=(answer, status))
            async with _stream(answer) as (reader, writer), _stream(status) as (ends, _):
                try:
                    async with asyncio.timeout(self._limits.wall_s + _GRACE_S):
                        writer.write(request)
                        return await follow(reader, ends)
                except TimeoutError:
                    raise self._lost(Fault("timeout")) from None
                except (Truncated, ConnectionError):
                    raise self._lost(HostDied()) from None

    def _order(self, order: bytes, *theirs: socket.socket, ours: tuple[socket.socket, ...]) -> None:
        """Give the host its ends of the sockets; where it is gone, ours are closed too."""
        try:
            socket.send_fds(self._started.control, [order], [s.fileno() for s in theirs])
        except OSError:
            for one in ours:
                one.close()
            raise self._lost(HostDied()) from None
        finally:
            for one in theirs:
                one.close()

    def _lost(self, error: Exception) -> Exception:
        self.usable = False
        return error

    async def close(self) -> str:
        """Nothing of the host is left; the end of what it complained of, for logs."""
        self.closed.set()
        self._started.control.close()
        self._started.process.kill()
        return await asyncio.shield(asyncio.to_thread(_clean_up, self._started))


async def _follow(
    read: Callable[[asyncio.StreamReader], Awaitable[Answer]],
    reader: asyncio.StreamReader,
    ends: asyncio.StreamReader,
) -> Answer:
    try:
        result = await read(reader)
    except (Truncated, ConnectionError):
        raise fault_of(await read_end(ends)) from None
    await read_end(ends)  # its folder is gone and so is its process
    return result


async def _relay(
    reader: asyncio.StreamReader, ends: asyncio.StreamReader, most_bytes: int
) -> tuple[str, bytes]:
    sent = bytearray()
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(1 << 20):
            sent += chunk
            if len(sent) > most_bytes:
                raise Fault("too-large")
    return await read_end(ends), bytes(sent)


def _start(isolation: Isolation) -> _Started:
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    scratch, errors = Path(tempfile.mkdtemp(prefix="render-")), tempfile.TemporaryFile()  # noqa: SIM115  # closed with the host
    try:
        with theirs:
            process = isolation.start(theirs, scratch, errors)
    except OSError:
        ours.close()
        errors.close()
        scratch.rmdir()
        raise
    return _Started(process, ours, scratch, errors)


def _clean_up(started: _Started) -> str:
    started.process.wait()
    shutil.rmtree(started.scratch, ignore_errors=True)
    with started.errors as errors:
        errors.seek(max(0, errors.seek(0, 2) - _COMPLAINT_BYTES))
        return errors.read().decode(errors="replace").strip()


@contextlib.asynccontextmanager
async def _stream(
    sock: socket.socket,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    reader, writer = await asyncio.open_connection(sock=sock)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
