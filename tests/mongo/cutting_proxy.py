"""A line to MongoDB that is cut when a test says so, between a request and its answer."""

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TypeAlias

_HEADER_BYTES = 16
_NAME_AT = _HEADER_BYTES + 4 + 1 + 4 + 1  # flags, kind of section, size of document, type of field

Meanwhile: TypeAlias = Callable[[], Awaitable[object]]


@dataclass
class Cut:
    """What happens to the next requests of one command."""

    command: str
    times: int
    reached: bool  # whether MongoDB gets the request before the line is cut
    meanwhile: Meanwhile | None = None  # done before the client notices


class CuttingProxy:
    """Passes messages on one by one; answers are awaited, so a cut is never a race."""

    def __init__(self, port: int) -> None:
        self._to = port
        self._cuts: list[Cut] = []
        self.url = ""

    def lose_answers(
        self, command: str, *, times: int = 1, meanwhile: Meanwhile | None = None
    ) -> None:
        """MongoDB does it, and the client never hears so."""
        self._cuts.append(Cut(command, times, reached=True, meanwhile=meanwhile))

    def lose_requests(
        self, command: str, *, times: int = 1, meanwhile: Meanwhile | None = None
    ) -> None:
        """MongoDB never hears of it."""
        self._cuts.append(Cut(command, times, reached=False, meanwhile=meanwhile))

    @property
    def all_cut(self) -> bool:
        """Whether every cut was made: otherwise a test proved nothing."""
        return not self._cuts

    async def serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        """One connection, to its end."""
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._to)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while await self._pass_one(reader, writer, up_reader, up_writer):
                    pass
        finally:
            for each in (writer, up_writer):
                each.close()

    async def _pass_one(
        self,
        reader: StreamReader,
        writer: StreamWriter,
        up_reader: StreamReader,
        up_writer: StreamWriter,
    ) -> bool:
        request = await _message(reader)
        cut = self._cut_for(_command(request))
        if cut is None or cut.reached:
            up_writer.write(request)
            answer = await _message(up_reader)
        if cut is None:
            writer.write(answer)
            return True
        if cut.meanwhile is not None:
            await cut.meanwhile()
        return False

    def _cut_for(self, command: str) -> Cut | None:
        for cut in self._cuts:
            if cut.command == command:
                cut.times -= 1
                if not cut.times:
                    self._cuts.remove(cut)
                return cut
        return None


@asynccontextmanager
async def cutting_proxy(url: str) -> AsyncIterator[CuttingProxy]:
    """A proxy before the server of that address; its own ``url`` names the same database."""
    host, _, rest = url.removeprefix("mongodb://").partition("/")
    proxy = CuttingProxy(int(host.rpartition(":")[2]))
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    proxy.url = f"mongodb://127.0.0.1:{port}/{rest}"
    try:
        yield proxy
    finally:
        server.close()


async def _message(reader: StreamReader) -> bytes:
    size = await reader.readexactly(4)
    return size + await reader.readexactly(int.from_bytes(size, "little") - 4)


def _command(message: bytes) -> str:
    """The first field's name of what was asked (OP_MSG: flags, then a section of kind 0)."""
    return message[_NAME_AT : message.index(0, _NAME_AT)].decode(errors="replace")
