"""A GitHub whose answers a test writes down: real sockets, real aiohttp, no mock.

Installation and tokens work by themselves; everything else answers 404 until ``on``
says otherwise. What was asked is kept in order.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from multidict import CIMultiDict

from bot.clock import ManualClock

INSTALLATION = 77
PERMISSIONS = {
    "administration": "write",
    "checks": "write",
    "contents": "write",
    "issues": "write",
    "members": "read",
    "metadata": "read",
    "organization_custom_properties": "read",
    "pull_requests": "write",
    "repository_custom_properties": "write",
    "workflows": "write",
}
# The shape of 2026: ghs_<app id>_<JWT>, some 520 characters.
TOKEN_TAIL = "_eyJhbGciOiJSUzI1NiJ9." + "aB3-x_" * 60 + "." + "Zz9_-q" * 22


@dataclass(frozen=True)
class Reply:
    """One answer. ``drop`` cuts the connection instead; ``wait`` holds it until it is set."""

    status: int = 200
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    raw: bytes | None = None
    drop: bool = False
    wait: asyncio.Event | None = None


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str  # with its query, as it was on the wire
    headers: Mapping[str, str]
    body: Any


Handler = Callable[[web.Request, Any], Awaitable[Reply | None]]


class ScriptedGitHub:
    """See the module."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.seen: list[Seen] = []
        self.tokens: list[str] = []
        self.permissions = dict(PERMISSIONS)
        self.url = ""
        self.held = 0  # requests that wait now, and the most that did at once
        self.most_held = 0
        self.came = asyncio.Condition()
        self.further: list[Handler] = []
        self._replies: dict[tuple[str, str], list[Reply]] = {}

    def on(self, method: str, path: str, *replies: Reply) -> None:
        """Answer this path (without query) so, one after the other; the last one stays."""
        self._replies[(method, path)] = list(replies)

    def asked(self, method: str, path: str) -> list[Seen]:
        """The requests to that path, in order."""
        return [s for s in self.seen if s.method == method and s.path.partition("?")[0] == path]

    @property
    def mints(self) -> list[Any]:
        """The bodies with which tokens were asked for."""
        return [s.body for s in self.asked("POST", MINT)]

    async def handle(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        body = json.loads(raw) if raw else None
        seen = Seen(request.method, request.raw_path, CIMultiDict(request.headers), body)
        self.seen.append(seen)
        reply = await self._reply(request, body)
        if reply.wait is not None:
            await self._hold(reply.wait)
        if reply.drop:
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if reply.raw is not None:
            return web.Response(status=reply.status, body=reply.raw, headers=reply.headers)
        if reply.body is None:
            return web.Response(status=reply.status, headers=reply.headers)
        return web.json_response(reply.body, status=reply.status, headers=reply.headers)

    async def _hold(self, until: asyncio.Event) -> None:
        async with self.came:
            self.held += 1
            self.most_held = max(self.most_held, self.held)
            self.came.notify_all()
        await until.wait()
        self.held -= 1

    async def holds(self, count: int) -> None:
        """Return when so many requests wait for their answer."""
        async with self.came:
            await self.came.wait_for(lambda: self.held >= count)

    async def _reply(self, request: web.Request, body: Any) -> Reply:
        script = self._replies.get((request.method, request.path))
        if script:
            return script.pop(0) if len(script) > 1 else script[0]
        for handler in self.further:
            reply = await handler(request, body)
            if reply is not None:
                return reply
        if request.method == "GET" and request.path.endswith("/installation"):
            return Reply(200, self.installation())
        if (request.method, request.path) == ("POST", MINT):
            return Reply(201, self.mint())
        return Reply(404, {"message": "Not Found"})

    def installation(self) -> dict[str, Any]:
        return {
            "id": INSTALLATION,
            "app_slug": "paved-road",
            "permissions": self.permissions,
            "suspended_at": None,
        }

    def mint(self, *, lives_s: float = 3600.0) -> dict[str, Any]:
        token = f"ghs_{len(self.tokens)}{TOKEN_TAIL}"
        self.tokens.append(token)
        end = datetime.fromtimestamp(self.clock.now_s() + lives_s, UTC)
        return {"token": token, "expires_at": end.strftime("%Y-%m-%dT%H:%M:%SZ")}


MINT = f"/app/installations/{INSTALLATION}/access_tokens"


@asynccontextmanager
async def serving(
    handler: Callable[[web.Request], Awaitable[web.StreamResponse]],
) -> AsyncIterator[str]:
    """Serve on a free port of this machine; yields the address."""
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
