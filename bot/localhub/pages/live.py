"""Keeps open pages current: a stream of server-sent events that say *look again*.

The events carry no content. The script fetches the page anew and exchanges what
changed, so there is one way in which a page is made.
"""

import asyncio
from collections.abc import Sequence
from contextlib import ExitStack, suppress

from aiohttp import web

from bot.localhub.changes import Subscription
from bot.localhub.pages.page import HEADERS, Page
from bot.localhub.refusal import not_found

HEARTBEAT_S = 15  # a stream whose reader left is noticed at the next one
RECONNECT_MS = 1000
TOPICS = {
    "repo": "repo:{}",
    "issue": "issue:{}#",
    "checks": "checks:{}@",
    "run": "run:{}@",
    "runs": "runs:{}@",
}


async def repository_changes(page: Page) -> web.StreamResponse:
    """Wake the reader for each ``t`` of the address: ``repo``, ``issue:7``, ``checks:SHA``."""
    repository = page.repository()
    topics = []
    for asked in page.request.query.getall("t", []):
        kind, _, which = asked.partition(":")
        if kind not in TOPICS:
            raise not_found()
        topics.append(TOPICS[kind].format(repository.full_name) + which)
    return await _stream(page, topics)


async def app_changes(page: Page) -> web.StreamResponse:
    """Wake the reader for each webhook that an App is sent."""
    return await _stream(page, [f"deliveries:{page.part('slug')}"])


async def _stream(page: Page, topics: Sequence[str]) -> web.StreamResponse:
    response = web.StreamResponse(headers={**HEADERS, "Content-Type": "text/event-stream"})
    with ExitStack() as stack:
        listening = [stack.enter_context(page.hub.changes.subscribe(t)) for t in topics]
        await response.prepare(page.request)
        await response.write(f"retry: {RECONNECT_MS}\n\n".encode())
        with suppress(ConnectionResetError):  # the reader left
            await _pass_on(response, listening)
    return response


async def _pass_on(response: web.StreamResponse, listening: Sequence[Subscription]) -> None:
    """Tell the reader of everything until the hub closes."""
    waiting = {asyncio.ensure_future(_next(one)): one for one in listening}
    try:
        while True:
            done, _ = await asyncio.wait(
                waiting, timeout=HEARTBEAT_S, return_when=asyncio.FIRST_COMPLETED
            )
            happened = [task.result() for task in done]
            if None in happened:
                return
            for task in done:
                one = waiting.pop(task)
                waiting[asyncio.ensure_future(_next(one))] = one
            said = "".join(f"data: {what}\n\n" for what in happened) or ": still here\n\n"
            await response.write(said.encode())
    finally:
        for task in waiting:
            task.cancel()


async def _next(one: Subscription) -> str | None:
    """What happened next; None when nothing ever will."""
    return await anext(one, None)
