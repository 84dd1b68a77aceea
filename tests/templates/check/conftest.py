"""One renderer for a module: starting one takes time."""

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.rendering import Renderer


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def renderer() -> AsyncIterator[Renderer]:
    async with Renderer(log=lambda _: None) as renderer:
        yield renderer
