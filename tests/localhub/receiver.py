"""Somebody who receives webhooks in a test and remembers them."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass(frozen=True, slots=True)
class Received:
    """One delivery as it came in."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def event(self) -> str:
        """The event's name with its action, as ``issues.opened``."""
        action = self.payload.get("action")
        name = self.headers["X-GitHub-Event"]
        return f"{name}.{action}" if action else name

    @property
    def guid(self) -> str:
        """The delivery's id."""
        return self.headers["X-GitHub-Delivery"]

    @property
    def payload(self) -> Any:
        """The JSON."""
        return json.loads(self.body)


@dataclass(slots=True)
class Receiver:
    """Answers every delivery with ``status`` and keeps it; may be made to wait."""

    url: str = ""
    status: int = 202
    received: list[Received] = field(default_factory=list)
    wait_for: asyncio.Event | None = None
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def events(self) -> list[str]:
        """The events in the order in which they came."""
        return [one.event for one in self.received]

    def of(self, event: str) -> Received:
        """The one delivery of that event."""
        found = [one for one in self.received if one.event == event]
        assert len(found) == 1, (event, self.events)
        return found[0]

    async def until(self, event: str) -> None:
        """Return when that event has come in; raises TimeoutError after a minute."""
        async with asyncio.timeout(60):
            while event not in self.events:
                self._arrived.clear()
                await self._arrived.wait()

    async def handle(self, request: web.Request) -> web.Response:
        """Take a delivery in."""
        self.received.append(Received(dict(request.headers), await request.read()))
        self._arrived.set()
        if self.wait_for is not None:
            await self.wait_for.wait()
        return web.Response(status=self.status, text="thanks")


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver on a free port of this machine."""
    receiver = Receiver()
    app = web.Application(client_max_size=30 * 1024 * 1024)
    app.router.add_post("/webhook", receiver.handle)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/webhook"
    try:
        yield receiver
    finally:
        await runner.cleanup()
