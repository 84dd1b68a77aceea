"""The web application of ``serve``, asked without a network.

It listens on a socket in this container's own folder and is asked over HTTP like
any server, so that nothing of it is done a second way here: signature, limits,
dedupe, headers, pages.
"""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from yarl import URL

from bot.aws_lambda.http_event import HttpRequest, answer_event
from bot.receive import OUTBOX, malformed, web_runner

_ADDED_BY_CLIENTS = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")
# The figures of one container among many tell nothing, and the address is public.
_NOT_SHOWN = frozenset({"/metrics"})


@dataclass(frozen=True, slots=True)
class Front:
    """An application that can be asked; ``is_set_up`` is false for the one that only waits."""

    app: web.Application
    session: aiohttp.ClientSession
    is_set_up: bool

    async def ask(self, request: HttpRequest) -> dict[str, Any]:
        """The application's answer as API Gateway wants it.

        Raises Refusal for what is no HTTP, aiohttp.ClientError.
        """
        try:
            return await self._ask(request)
        except ValueError:  # a method or a path that the client refuses to write
            raise malformed("The request is none that HTTP knows.") from None

    async def _ask(self, request: HttpRequest) -> dict[str, Any]:
        path = "/nothing" if request.path in _NOT_SHOWN else request.path
        url = URL.build(scheme="http", host="localhost", path=path, query_string=request.query)
        async with self.session.request(
            request.method,
            url,
            headers=request.headers,
            data=request.body or None,
            allow_redirects=False,
        ) as answer:
            return answer_event(answer.status, answer.headers, await answer.read())

    async def flush(self, *, within_s: float) -> None:
        """What was accepted is in the queue, or left to the sweep."""
        if OUTBOX in self.app:
            await self.app[OUTBOX].flush(within_s=within_s)


@asynccontextmanager
async def open_front(app: web.Application, *, is_set_up: bool) -> AsyncIterator[Front]:
    """Serve the application on a socket of its own.

    A connection serves one request: one that was kept through a frozen hour is dead.
    """
    runner = web_runner(app)
    with tempfile.TemporaryDirectory(prefix="front-") as folder:
        path = Path(folder) / "http"
        await runner.setup()
        try:
            await web.UnixSite(runner, str(path)).start()
            async with aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(str(path), force_close=True),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
                skip_auto_headers=_ADDED_BY_CLIENTS,
            ) as session:
                yield Front(app, session, is_set_up)
        finally:
            await runner.cleanup()
