"""Sends deliveries over many connections as fast as they are answered.

``python -m tests.benchmarks.load PORT CONNECTIONS SECONDS`` reads a signed
request's head and body from standard input and prints a JSON line: how many were
answered a second, and the 99th percentile of the time each took. A process of
its own, written on bare protocols, so that it costs less than what it measures.
"""

import asyncio
import json
import sys
import time
import uuid
from typing import cast

import uvloop

GUID = b"{guid}"  # replaced in the head of every request


class Connection(asyncio.Protocol):
    """One keep-alive connection that always has one request under way."""

    def __init__(self, head: bytes, body: bytes, took_s: list[float], until_s: float) -> None:
        self._head, self._body = head, body
        self._took_s, self._until_s = took_s, until_s
        self._sent_s = 0.0
        self._answer = b""
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's own is no subclass
        self._send()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, found, rest = self._answer.partition(b"\r\n\r\n")
        if not found or len(rest) < _length(head):
            return
        now_s = time.perf_counter()
        if not head.startswith(b"HTTP/1.1 202"):
            self.done.set_exception(AssertionError(self._answer))
            return
        self._took_s.append(now_s - self._sent_s)
        self._answer = b""
        if now_s < self._until_s:
            self._send()
        else:
            self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or ConnectionError("closed by the server"))

    def _send(self) -> None:
        self._sent_s = time.perf_counter()
        guid = str(uuid.uuid4()).encode()
        self._transport.write(self._head.replace(GUID, guid) + self._body)


def _length(head: bytes) -> int:
    _, _, after = head.lower().partition(b"content-length:")
    return int(after.split(b"\r\n", 1)[0])


async def load(port: int, connections: int, seconds: float, request: bytes) -> dict[str, float]:
    """Load the port for that long."""
    head, _, body = request.partition(b"\r\n\r\n")
    loop = asyncio.get_running_loop()
    took_s: list[float] = []
    began_s = time.perf_counter()
    made = [
        await loop.create_connection(
            lambda: Connection(head + b"\r\n\r\n", body, took_s, began_s + seconds),
            "127.0.0.1",
            port,
        )
        for _ in range(connections)
    ]
    await asyncio.gather(*(connection.done for _, connection in made))
    lasted_s = time.perf_counter() - began_s
    took_s.sort()
    return {"per_s": len(took_s) / lasted_s, "p99_s": took_s[int(len(took_s) * 0.99)]}


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        figures = runner.run(
            load(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.stdin.buffer.read())
        )
    print(json.dumps(figures))
