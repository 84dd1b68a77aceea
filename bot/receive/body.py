"""Reads a body against its limits: how large, for how long, how many large ones at once."""

import asyncio
from dataclasses import dataclass

from aiohttp import ClientPayloadError, StreamReader, web

from bot.receive.refusal import malformed, too_large, unavailable

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLimits:
    """What one request, and all of them together, may take.

    GitHub sends at most 25 MB (GitHub docs, "Webhook events and payloads") and
    gives up after 10 seconds.
    """

    size_bytes: int = 25 * MIB
    read_s: float = 10.0
    large_bytes: int = MIB  # a body above this waits for its turn
    large_at_once: int = 2


class Bodies:
    """Hands out whole bodies, only so many large ones at a time."""

    def __init__(self, limits: BodyLimits) -> None:
        self._limits = limits
        self._turns = asyncio.Semaphore(limits.large_at_once)

    async def read(self, request: web.BaseRequest) -> bytes:
        """The raw body; its memory counts as in use until it is given to ``done_with``.

        Raises Refusal: 413 as soon as it is known to be too large, 400 for a
        sender that is too slow or goes away, 503 when its turn does not come.
        """
        declared_bytes = request.content_length or 0
        if declared_bytes > self._limits.size_bytes:
            raise too_large(self._limits.size_bytes)
        if declared_bytes <= self._limits.large_bytes and request.content.is_eof():
            return request.content.read_nowait()  # it came along with the headers
        try:
            async with asyncio.timeout(self._limits.read_s):
                body = await self._read(request.content, declared_bytes)
        except TimeoutError as error:
            raise malformed(
                f"The body did not arrive within {self._limits.read_s:g} seconds."
            ) from error
        except (ClientPayloadError, web.RequestPayloadError, ConnectionError) as error:
            raise malformed("The body is not complete.") from error
        if len(body) > self._limits.size_bytes:
            self.done_with(body)
            raise too_large(self._limits.size_bytes)
        return body

    def done_with(self, body: bytes) -> None:
        """Let the next large body in, if this was one."""
        if len(body) > self._limits.large_bytes:
            self._turns.release()

    async def _read(self, content: StreamReader, declared_bytes: int) -> bytes:
        """Read to the end, or past the limit; one that proves to be large waits for its turn."""
        is_large = declared_bytes > self._limits.large_bytes
        if is_large:
            await self._turn()
        chunks: list[bytes] = []
        size_bytes = 0
        try:
            while size_bytes <= self._limits.size_bytes and (chunk := await content.readany()):
                chunks.append(chunk)
                size_bytes += len(chunk)
                if size_bytes > self._limits.large_bytes and not is_large:
                    await self._turn()
                    is_large = True
        except BaseException:
            if is_large:
                self._turns.release()
            raise
        return b"".join(chunks)

    async def _turn(self) -> None:
        try:
            await asyncio.wait_for(self._turns.acquire(), self._limits.read_s / 2)
        except TimeoutError as error:
            raise unavailable("Too many large bodies arrive at once; send it again.") from error
