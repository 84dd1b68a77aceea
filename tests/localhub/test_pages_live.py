"""Open pages hear at once that something changed."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.localhub.pages_scene import Scene, scene


@pytest.fixture
async def acme(tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene(tmp_path) as made:
        yield made


async def next_event(answer: aiohttp.ClientResponse) -> str:
    """The next event's word, comments and settings passed over."""
    while True:
        line = (await asyncio.wait_for(answer.content.readline(), timeout=60)).decode()
        if line.startswith("data: "):
            return line.removeprefix("data: ").strip()
        assert line, "the stream has ended"


async def test_a_comment_wakes_the_readers_of_its_issue(acme: Scene) -> None:
    """Only theirs: another issue's readers are left alone."""
    petra = acme.hub.user("petra")
    for title in ("One", "Two"):
        acme.hub.create_issue(petra, "acme/catalog", title)
    async with acme.browser("wim") as browser:
        stream = "/acme/catalog/live?t=issue:1&t=repo"
        async with browser.session.get(stream) as answer:
            assert answer.content_type == "text/event-stream"
            acme.hub.add_comment(petra, "acme/catalog", 2, "elsewhere")
            acme.hub.add_comment(petra, "acme/catalog", 1, "here")
            assert await next_event(answer) == "comment-created"
            acme.hub.update_issue(petra, "acme/catalog", 2, state="closed")
            assert await next_event(answer) == "closed"


async def test_a_check_run_wakes_the_readers_of_its_commit(acme: Scene) -> None:
    """The page of a running check follows along."""
    sha = acme.hub.git(acme.hub.repository("acme/catalog")).branch("main")
    async with acme.browser("wim") as browser:
        stream = f"/acme/catalog/live?t=checks:{sha}"
        async with browser.session.get(stream) as answer:
            acme.hub.create_check_run(acme.bot, "acme/catalog", {"name": "a", "head_sha": sha})
            assert await next_event(answer) == "check-run"


async def test_a_topic_that_is_none_is_not_found(acme: Scene) -> None:
    """Nobody listens in on what the address does not offer."""
    async with acme.browser("wim") as browser:
        await browser.see("/acme/catalog/live?t=deliveries:paved-road")
        assert browser.status == 404


async def test_a_reader_who_leaves_is_forgotten(acme: Scene) -> None:
    """Streams that were closed are gone with the next thing that happens."""
    petra = acme.hub.user("petra")
    acme.hub.create_issue(petra, "acme/catalog", "One")
    async with acme.browser("wim") as browser:
        async with browser.session.get("/acme/catalog/live?t=issue:1") as answer:
            acme.hub.add_comment(petra, "acme/catalog", 1, "still there?")
            await next_event(answer)
        async with asyncio.timeout(60):
            while acme.hub.changes.listening("issue:acme/catalog#1"):
                acme.hub.add_comment(petra, "acme/catalog", 1, "and now?")
                await asyncio.sleep(0)


async def test_the_hub_stops_while_pages_are_open(tmp_path: Path) -> None:
    """An open tab does not keep the sandbox from ending: its stream ends in good order."""
    async with aiohttp.ClientSession() as session:
        async with scene(tmp_path) as acme:
            answer = await session.get(f"{acme.hub.url}/acme/shop/live?t=repo")
        # A stream that was cut off raises here instead of coming to its end.
        assert await answer.content.read() == b"retry: 1000\n\n"
