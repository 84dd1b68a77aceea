"""The adapters, wired as in production, on a local GitHub that checks every exchange.

Import the fixtures into a test module; they take the place of the scripted ones.
"""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.clock import SystemClock
from bot.github.port import GitHub
from bot.github.wire import open_github
from tests.github.conftest import Watched, Wiring
from tests.localhub.fixtures import Scene, hub, scene
from tests.store.memory import MemoryDocuments

__all__ = ["github", "hub", "scene"]


@pytest.fixture
async def github(scene: Scene, watched: Watched) -> AsyncIterator[GitHub]:
    """The whole bundle for organisation acme."""
    wiring = Wiring(
        private_key=scene.app.private_key_pem,
        github_api_url=scene.hub.api_url,
        app_id=scene.app.id,
    )
    async with aiohttp.ClientSession() as session:
        yield open_github(
            wiring, session, documents=MemoryDocuments(), clock=SystemClock(), metrics=watched
        )
