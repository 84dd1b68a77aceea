"""The side of ``elsewhere`` that renders: in a plain process, for somebody who distrusts it."""

import contextlib
import hashlib
from concurrent.futures import ThreadPoolExecutor

from .inside.fault import Fault
from .inside.limits import Limits
from .inside.wire import PREFIX, Truncated, decode_header, encode_header
from .isolation import Isolation
from .render_host import HostDied, RenderHost


class FarEnd:
    """Answers one message at a time; the process of the last template waits for the next."""

    def __init__(self, isolation: Isolation) -> None:
        self._isolation = isolation
        self._spawner = ThreadPoolExecutor(1, thread_name_prefix="render-host")
        self._host: RenderHost | None = None
        self._template = b""  # digest of what the host holds

    async def answer(self, message: bytes) -> bytes:
        """How the render ended, and what it sent.

        Raises Truncated for what is no message, RendererUnavailable where no process starts.
        """
        size_bytes, limits = _measure(message)
        try:
            host = await self._loaded(message[:size_bytes], limits)
            end, sent = await host.relay(message[size_bytes:])
        except Fault as fault:
            end, sent = "done", encode_header({"fault": fault.as_json()})
        except HostDied:
            end, sent = "crashed", b""
        if self._host is not None and not self._host.usable:
            await self.close()
        return encode_header({"end": end}) + sent

    async def close(self) -> None:
        """No process is left; the next message starts one."""
        host, self._host = self._host, None
        if host is not None:
            await host.close()

    async def _loaded(self, encoded: bytes, limits: Limits) -> RenderHost:
        digest = hashlib.sha256(encoded).digest()
        if self._host is not None and self._template == digest:
            return self._host
        await self.close()
        self._host = await RenderHost.start(self._isolation, limits, self._spawner)
        self._template = digest
        await self._host.load(encoded)
        return self._host


def _measure(message: bytes) -> tuple[int, Limits]:
    """How many bytes of it are the template, and the limits. Raises Truncated."""
    with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
        end = PREFIX.size + PREFIX.unpack_from(message)[0] if len(message) > PREFIX.size else 0
        header = decode_header(message[PREFIX.size : end])
        size_bytes = end + sum(int(file["size"]) for file in header["files"])
        if end <= size_bytes < len(message):
            return size_bytes, Limits(**header["limits"])
    raise Truncated
